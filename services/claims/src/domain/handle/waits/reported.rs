//! T11: what repair-shops and refunds carry out. They keep the deadlines of each step; claims names
//! who must act there, and records if nothing is reported for longer than every step together may
//! take.

use chrono::TimeDelta;
use recourse_kernel::{Instant, Owner, Wait, WaitKind};
use recourse_terms::{Outcome, Party};

use super::marked;
use crate::domain::state::{Claim, Settling, Stage, Visit};

/// T11: the repair shop, or the party that has the device.
pub(super) fn job(claim: &Claim) -> Vec<Wait> {
    let visit = claim.visit.as_ref();
    let owner = match &claim.stage {
        Stage::Inspection if visit.is_some_and(|visit| visit.lost == Some(Party::Provider)) => {
            return Vec::new();
        }
        Stage::Inspection => visit.map_or(Owner::Buyer, whose_turn),
        Stage::Remedy(found) if found.chosen.is_some() => Owner::Shop,
        Stage::Settlement(settling) if settling.all_payments_made => Owner::Shop,
        _ => return Vec::new(),
    };
    vec![reported(claim, WaitKind::Job, owner)]
}

/// T11: the payments of the settlement.
pub(super) fn settlement(claim: &Claim) -> Vec<Wait> {
    match &claim.stage {
        Stage::Settlement(settling) if !settling.all_payments_made => {
            vec![reported(claim, WaitKind::Settlement, who_pays(settling))]
        }
        _ => Vec::new(),
    }
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
        (Some(_), None) if visit.serials.is_empty() => Owner::Carrier,
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
