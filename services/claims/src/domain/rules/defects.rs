//! A second defect joins the open claim (C4).

use recourse_kernel::Finding;
use recourse_terms::Verdict;

use crate::domain::commands::RecordVerdict;
use crate::domain::events::DefectVerdict;
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::state::{Claim, Stage};

const ADDING: Action = Action {
    sentence: "a defect can be added",
    possible_in: &["submission", "verification", "inspection", "remedy"],
};

/// C4: a defect can join until the remedy is in progress.
pub(crate) fn second_defect_joins(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match &claim.stage {
        Stage::Remedy(remedying) => match remedying.chosen {
            Some(remedy) => Err(ClaimRejection::RemedyIsChosen { remedy }),
            None => Ok(defect_joins(claim)),
        },
        Stage::Submission | Stage::Verification | Stage::Inspection => Ok(defect_joins(claim)),
        Stage::Rejected { .. } | Stage::Settlement(_) | Stage::Closed { .. } => {
            Err(claim.wrong_stage(&ADDING))
        }
    }
}

/// C4: a second defect joins the open claim.
pub(crate) fn defect_joins(claim: &Claim) -> Finding {
    Finding::passed("C4", "the second defect joins the open claim")
        .fact("defects_before", claim.defects)
}

/// C4: several defects are decided separately. The verdict of the claim is the most favourable one;
/// those that differ from it are listed, the one on the form among them.
pub(crate) fn decided_separately(
    claim: &Claim,
    reported: &RecordVerdict,
) -> (Verdict, Vec<DefectVerdict>) {
    let further = u32::try_from(reported.also_found.len()).unwrap_or(u32::MAX);
    let known = 1..=claim.defects.saturating_add(further);
    let single = reported.defects.iter().filter(|single| known.contains(&single.defect));
    let mut single: Vec<DefectVerdict> = single.cloned().collect();
    let is_covered = single.iter().any(|single| single.verdict == Verdict::Covered);
    let verdict = if is_covered { Verdict::Covered } else { reported.verdict };
    if verdict != reported.verdict && single.iter().all(|single| single.defect != 1) {
        let cause = Some(reported.cause.clone());
        single.insert(0, DefectVerdict { defect: 1, cause, verdict: reported.verdict });
    }
    single.retain(|single| single.verdict != verdict);
    (verdict, single)
}

/// C4: how each of several defects was decided.
pub(crate) fn single_verdicts(defects: &[DefectVerdict]) -> Option<Finding> {
    let numbers: Vec<u32> = defects.iter().map(|single| single.defect).collect();
    let outcome = "several defects are decided separately";
    (!numbers.is_empty()).then(|| Finding::passed("C4", outcome).fact("decided_otherwise", numbers))
}
