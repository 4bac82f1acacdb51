//! `POST /v1/jobs/{job}/inspected`: the verdict of the inspection. The inspector's notes are sealed
//! before they reach the log.

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{Instant, JobId};
use recourse_terms::{Cause, Exclusion, Verdict};
use serde::Deserialize;

use super::{WORKERS, seal_if};
use crate::domain::commands::{Inspect, JobCommand};
use crate::domain::events::{DefectFound, Nature};

#[derive(Deserialize)]
struct Body {
    verdict: VerdictGiven,
    cause: Cause,
    #[serde(default)]
    nature: Option<Nature>,
    #[serde(default)]
    also_found: Vec<Cause>,
    /// The verdicts of single defects, if they differ (C4).
    #[serde(default)]
    defects: Vec<DefectFound>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    inspected_at: Option<Instant>,
}

/// A verdict as it is sent: the kind, and why a defect is not covered.
#[derive(Deserialize)]
struct VerdictGiven {
    kind: VerdictKind,
    exclusion: Option<Exclusion>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictKind {
    Covered,
    NotCovered,
    NoFaultFound,
}

impl VerdictGiven {
    fn verdict(&self) -> Result<Verdict, Problem> {
        let wrong = |detail| {
            let problem = Problem::bad_request("body.malformed", detail);
            Err(problem.fact("field", "verdict.exclusion"))
        };
        match (self.kind, self.exclusion) {
            (VerdictKind::Covered, None) => Ok(Verdict::Covered),
            (VerdictKind::NoFaultFound, None) => Ok(Verdict::NoFaultFound),
            (VerdictKind::NotCovered, Some(exclusion)) => Ok(Verdict::NotCovered { exclusion }),
            (VerdictKind::NotCovered, None) => wrong("`verdict.exclusion` is missing"),
            (_, Some(_)) => wrong("`verdict.exclusion` belongs to the kind `not_covered` only"),
        }
    }
}

pub(super) async fn answer(call: Command<JobId>) -> Result<Accepted, Problem> {
    call.only(WORKERS)?;
    let job = call.path;
    let Body { verdict, cause, nature, also_found, defects, notes, inspected_at } =
        call.request.read_with("job", &job)?;
    let verdict = verdict.verdict()?;
    let notes = seal_if(&call, notes.as_deref()).await?;
    let inspected =
        Inspect { job, verdict, cause, nature, also_found, defects, notes, inspected_at };
    call.submit(job.key, &JobCommand::Inspect(inspected)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_covered_has_an_exclusion() {
        let given = |kind, exclusion| VerdictGiven { kind, exclusion }.verdict();
        let (water, missing) = (Some(Exclusion::LiquidOrDirt), "`verdict.exclusion` is missing");
        assert_eq!(given(VerdictKind::Covered, None), Ok(Verdict::Covered));
        assert_eq!(
            given(VerdictKind::NotCovered, water),
            Ok(Verdict::NotCovered { exclusion: Exclusion::LiquidOrDirt })
        );
        assert_eq!(given(VerdictKind::NotCovered, None).unwrap_err().detail, missing);
        assert!(given(VerdictKind::NoFaultFound, water).is_err());
    }
}
