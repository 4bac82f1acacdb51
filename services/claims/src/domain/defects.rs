//! A second defect, reported by the buyer or found at the shop, joins the open claim (C4).

use recourse_kernel::{ClaimId, Finding, Findings, Instant, JobId, Sealed};
use recourse_terms::Cause;
use serde::{Deserialize, Serialize};

use super::inspection::RecordVerdict;
use super::rejection::Action;
use super::requester::only_the_buyer;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage};

// ---------------------------------------------------------------- events (stored permanently)

/// Another defect joined the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectAdded {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the defect in the claim; the one on the form is 1.
    pub defect: u32,
    /// Who found it.
    pub by: FoundBy,
    /// The buyer's description, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    /// The cause that the shop found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The visit in which the shop found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// When it joined the claim.
    pub at: Instant,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// Who found another defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The buyer.
    Buyer,
    /// The repair shop, during the inspection.
    Shop,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn defect_added(&mut self, event: &DefectAdded) {
        self.defects = event.defect;
    }
}

// ---------------------------------------------------------------- decide

/// Adds another defect to the open claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddDefect {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Buyer's description of the defect, sealed.
    pub text: Sealed,
}

/// C4: a defect that the buyer finds later joins the open claim, until its remedy is in progress.
pub(super) fn add(purchase: &Purchase, command: &AddDefect, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let joins = second_defect_joins(claim)?;
    if let Stage::Remedy(remedying) = &claim.stage
        && let Some(remedy) = remedying.chosen
    {
        return Err(ClaimRejection::RemedyIsChosen { remedy }.into());
    }
    Ok(vec![ClaimEvent::DefectAdded(DefectAdded {
        claim: claim.id,
        defect: claim.defects + 1,
        by: FoundBy::Buyer,
        text: Some(command.text.clone()),
        cause: None,
        job: None,
        at: cx.now,
        findings: vec![joins],
    })])
}

/// C4: further defects that the shop finds during the inspection join the claim.
pub(super) fn found_on_the_bench(claim: &Claim, reported: &RecordVerdict) -> Vec<ClaimEvent> {
    let Ok(joins) = second_defect_joins(claim) else { return Vec::new() };
    (claim.defects + 1..)
        .zip(&reported.also_found)
        .map(|(defect, cause)| {
            ClaimEvent::DefectAdded(DefectAdded {
                claim: claim.id,
                defect,
                by: FoundBy::Shop,
                text: None,
                cause: Some(cause.clone()),
                job: Some(reported.job),
                at: reported.found_at,
                findings: vec![joins.clone()],
            })
        })
        .collect()
}

// ---------------------------------------------------------------- rules

const ADDING: Action = Action {
    sentence: "a defect can be added",
    possible_in: &["submission", "verification", "inspection", "remedy"],
};

/// C4: a second defect joins the open claim.
fn second_defect_joins(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.stage {
        Stage::Submission | Stage::Verification | Stage::Inspection | Stage::Remedy(_) => {
            Ok(Finding::passed("C4", "the second defect joins the open claim")
                .fact("defects_before", claim.defects))
        }
        Stage::Rejected { .. } | Stage::Settlement(_) | Stage::Closed { .. } => {
            Err(ClaimRejection::wrong_stage(claim, &ADDING))
        }
    }
}
