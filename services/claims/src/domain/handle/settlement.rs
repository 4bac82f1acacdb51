//! Stage 5, settlement: the outcome is carried out, and the claim closes; or the buyer withdraws it
//! before.

use recourse_kernel::{Finding, Instant};
use recourse_terms::Outcome;

use super::endings::{close, close_when_complete, end_by_withdrawal};
use crate::domain::commands::{NoteSettlement, Withdraw};
use crate::domain::events::{AppealOf, ClaimEvent, MoneyProgress, SettlementNoted, Withdrawal};
use crate::domain::rules::requester::only_the_buyer;
use crate::domain::rules::settlement::claim_can_be_withdrawn;
use crate::domain::state::{Claim, Purchase, Stage};
use crate::domain::{Cx, Decision};

/// The buyer may withdraw until the remedy is in progress.
pub(super) fn withdraw(purchase: &Purchase, command: &Withdraw, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    claim_can_be_withdrawn(claim)?;
    Ok(end_by_withdrawal(purchase, claim, Withdrawal::Buyer, cx.now))
}

/// Records the state of the payments, and closes the claim if nothing else is pending.
pub(super) fn note(purchase: &Purchase, command: &NoteSettlement, cx: &Cx<'_>) -> Vec<ClaimEvent> {
    let Some(claim) = purchase.claims.get(&command.claim) else { return Vec::new() };
    let NoteSettlement { claim: id, settlement, what, outcome, at } = *command;
    let is_known = match (&claim.stage, what) {
        (Stage::Settlement(settling), MoneyProgress::BuyerSettled) => settling.all_payments_made,
        (Stage::Settlement(settling), MoneyProgress::BuyerOwes) => !settling.all_payments_made,
        // C11: the claim was settled, an appeal was upheld, and it will be settled again.
        (Stage::Remedy(_), MoneyProgress::BuyerSettled) => {
            claim.settled_as.as_ref().is_none_or(|settled| settled.buyer_is_settled)
        }
        (_, MoneyProgress::BuyerSettled | MoneyProgress::BuyerOwes) => true,
        _ => false,
    };
    if is_known {
        return Vec::new();
    }
    let noted = SettlementNoted { claim: id, settlement, what, outcome, at };
    let noted = ClaimEvent::SettlementNoted(noted);
    let mut after = claim.clone();
    after.apply(&noted, at);
    let end = match what {
        MoneyProgress::Closed | MoneyProgress::BuyerSettled => close_when_complete(&after, cx.now),
        MoneyProgress::Abandoned => close_as_abandoned(&after, outcome, cx.now),
        MoneyProgress::Notice | MoneyProgress::BuyerOwes => None,
    };
    std::iter::once(noted).chain(end).collect()
}

/// M8: a device that the buyer does not pay for in time counts as abandoned. M11: a repair that was
/// done remains one, and counts for T6; what the buyer agreed to pay and did not counts as
/// withdrawn. A device for which the shop owes work is not abandoned.
pub(super) fn close_as_abandoned(
    claim: &Claim,
    reported: Option<Outcome>,
    now: Instant,
) -> Option<ClaimEvent> {
    let Stage::Settlement(settling) = &claim.stage else { return None };
    // M8: a device that the provider lost is not abandoned; C11: nor is one whose verdict is under
    // appeal.
    let is_appealed = claim.open_appeal_of(AppealOf::Verdict).is_some();
    if claim.work_is_owed() || claim.review_of_the_loss().is_some() || is_appealed {
        return None;
    }
    let outcome = reported.unwrap_or(match settling.outcome {
        Outcome::RepairedAtBuyersCost | Outcome::SettledByAgreement => Outcome::Withdrawn,
        carried_out => carried_out,
    });
    let why = Finding::failed("M8", "the buyer did not pay: the device counts as abandoned");
    Some(close(claim, outcome, now, vec![why]))
}
