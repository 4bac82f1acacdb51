//! A second defect joins the open claim (C4).

use recourse_kernel::Finding;

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
