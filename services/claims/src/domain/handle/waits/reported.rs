//! T11: what repair-shops and refunds carry out. They keep the deadlines of each step; claims names
//! who must act there, and records if nothing is reported for longer than every step together may
//! take.

use chrono::TimeDelta;
use recourse_kernel::{Instant, Owner, Wait, WaitKind};
use recourse_terms::Outcome;

use super::marked;
use crate::domain::events::AppealOf;
use crate::domain::state::{Claim, Settling, Stage, Visit};

/// T11: the repair shop, or the party that has the device.
pub(super) fn job(claim: &Claim) -> Vec<Wait> {
    let visit = claim.visit.as_ref();
    // M8: the provider compensates the loss.
    if claim.loss_is_to_be_compensated() || claim.review_of_the_loss().is_some() {
        return Vec::new();
    }
    let owner = match &claim.stage {
        Stage::Inspection => visit.map_or(Owner::Buyer, whose_turn),
        // C11: the device waits for an appeal, whose deadlines are in other rows.
        _ if is_kept_for_an_appeal(claim) => return Vec::new(),
        Stage::Remedy(found) if found.chosen.is_some() => Owner::Shop,
        Stage::Settlement(settling) if settling.all_payments_made => Owner::Shop,
        _ => return Vec::new(),
    };
    vec![reported(claim, WaitKind::Job, owner)]
}

/// T11: the payments of the settlement.
pub(super) fn settlement(claim: &Claim) -> Vec<Wait> {
    match &claim.stage {
        Stage::Settlement(settling)
            if !settling.all_payments_made && !is_kept_for_an_appeal(claim) =>
        {
            vec![reported(claim, WaitKind::Settlement, who_pays(settling))]
        }
        _ => Vec::new(),
    }
}

/// C11: whether the device does not leave because the verdict is under appeal or, once the covered
/// repair is done (C4), because it can be appealed.
fn is_kept_for_an_appeal(claim: &Claim) -> bool {
    let is_settled = matches!(claim.stage, Stage::Settlement(_));
    let is_appealed = claim.open_appeal_of(AppealOf::Verdict).is_some();
    claim.is_repaired_in_part() || (is_settled && is_appealed)
}

fn reported(claim: &Claim, kind: WaitKind, owner: Owner) -> Wait {
    let days = TimeDelta::days(claim.carried_out_within_days.into());
    let due = claim.stage_since.checked_add_signed(days).unwrap_or(Instant::MAX_UTC);
    marked(claim, Wait::new(claim.id, kind, owner, claim.stage_since).until(due))
}

/// Who has to act before the verdict: the buyer hands over, a carrier delivers, the shop inspects.
fn whose_turn(visit: &Visit) -> Owner {
    match (visit.given_up, visit.quarantined) {
        (_, Some(_)) => Owner::Provider,
        (None, None) => Owner::Buyer,
        (Some(_), None) if visit.serials.is_empty() && visit.delivered.is_none() => Owner::Carrier,
        (Some(_), None) => Owner::Shop,
    }
}

/// Who owes the payments that end a settlement, as far as its outcome says so.
fn who_pays(settling: &Settling) -> Owner {
    match settling.outcome {
        Outcome::RepairedAtBuyersCost | Outcome::ReturnedUnrepaired | Outcome::Withdrawn => {
            Owner::Buyer
        }
        _ => Owner::Provider,
    }
}
