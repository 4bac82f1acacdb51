//! What the seller has compensated is not compensated again (C8, M7).

use recourse_kernel::Finding;

use crate::domain::events::{CoverageEnd, DisputeEnding, DisputeState, PolicyCoverage};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase};

/// `compensated_by_seller`: whether the seller has refunded the device in full or exchanged it, in
/// a dispute or otherwise.
pub(crate) fn compensated_by_seller(purchase: &Purchase, coverage: &PolicyCoverage) -> bool {
    let whole = |ending: &DisputeEnding| {
        matches!(ending, DisputeEnding::FullRefund | DisputeEnding::Exchange)
    };
    let reimbursed = match coverage.ended {
        Some(
            CoverageEnd::RefundedInFull
            | CoverageEnd::ExchangedBySeller
            | CoverageEnd::Returned
            | CoverageEnd::OrderCancelled,
        ) => true,
        // C9: the end of the policy meanwhile changes nothing; what the seller refunds after the
        // end does.
        Some(
            CoverageEnd::CancelledBeforeCoverage
            | CoverageEnd::ProRata
            | CoverageEnd::Expired
            | CoverageEnd::CoverageReplaced,
        )
        | None => coverage.is_refunded_in_full(),
    };
    reimbursed || endings(purchase, coverage).iter().any(whole)
}

/// D2: how the disputes about the device ended, where the seller has carried it out.
fn endings(purchase: &Purchase, coverage: &PolicyCoverage) -> Vec<DisputeEnding> {
    let decided =
        purchase.disputes_about(coverage.device).filter_map(|dispute| match dispute.state {
            // D2: what was decided counts once it is carried out.
            DisputeState::Performed { ending, .. } => Some(ending),
            DisputeState::Open
            | DisputeState::Overdue
            | DisputeState::Withdrawn
            | DisputeState::Decided { .. } => None,
        });
    decided.collect()
}

/// `compensated_by_seller`: a device that the seller refunded in full or exchanged is not repaired
/// at the provider's cost. Partial refunds are recorded for the staff to judge.
pub(crate) fn seller_has_not_compensated(
    purchase: &Purchase,
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    not_compensated(purchase, claim, ClaimRejection::SellerCompensated)
}

/// M7: what the seller has compensated meanwhile is not compensated again.
pub(crate) fn seller_has_not_compensated_meanwhile(
    purchase: &Purchase,
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    not_compensated(purchase, claim, ClaimRejection::AlreadyCompensated)
}

fn not_compensated(
    purchase: &Purchase,
    claim: &Claim,
    otherwise: ClaimRejection,
) -> Result<Finding, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    if compensated_by_seller(purchase, coverage) {
        return Err(otherwise);
    }
    let outcome = "the seller has neither refunded the device in full nor exchanged it";
    Ok(Finding::passed("C8", outcome).fact("disputes", endings(purchase, coverage)))
}
