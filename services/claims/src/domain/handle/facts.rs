//! What other services report about the order, its policies and disputes with the seller is
//! recorded, and decisions that it came too late for are reviewed.

use super::{refusal_reviews, reviews};
use crate::domain::commands::{CoverageFact, NoteCoverage, NoteDispute, NoteOrder};
use crate::domain::events::{
    ClaimEvent, CoverageEnd, CoverageNoted, DisputeNoted, DisputeState, LateFact, OrderNoted,
    PolicyCoverage,
};
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// Records the state of a policy after a fact, and opens a review if decisions would differ now.
/// Facts about a policy that was never sold are ignored.
pub(super) fn note_coverage(purchase: &Purchase, command: &NoteCoverage, cx: &Cx<'_>) -> Decision {
    let before = match &command.fact {
        CoverageFact::Sold(coverage) => (**coverage).clone(),
        _ => match purchase.coverages.get(&command.policy) {
            Some(coverage) => coverage.clone(),
            None => return Ok(Vec::new()),
        },
    };
    let noted = ClaimEvent::CoverageNoted(Box::new(CoverageNoted {
        policy: command.policy,
        what: command.fact.change(),
        coverage: after(before, &command.fact),
    }));
    let mut known = purchase.clone();
    known.apply(&noted, cx.now);
    let mut events = vec![noted];
    if let Some(because) = reviews::lateness(&command.fact) {
        let claims = purchase.claims_of(command.policy);
        events.extend(reviews::reviews(&known, claims, because, cx)?);
    }
    if let CoverageFact::Scheduled { .. } = command.fact {
        let because = LateFact::DeliveryCorrected;
        let policy = command.policy;
        events.extend(refusal_reviews::reviews(&known, policy, because, cx)?);
    }
    Ok(events)
}

fn after(mut policy: PolicyCoverage, fact: &CoverageFact) -> PolicyCoverage {
    match fact {
        CoverageFact::Sold(coverage) => policy = (**coverage).clone(),
        CoverageFact::Scheduled { days, .. } => {
            // S9: an expired policy whose corrected dates end later is active until that later
            // end.
            let ends_later = policy.ends.is_some_and(|ends| days.ends > ends);
            if policy.ended == Some(CoverageEnd::Expired) && ends_later {
                policy.ended = None;
            }
            policy.counted_from = Some(days.counted_from);
            policy.starts = Some(days.starts);
            policy.ends = Some(days.ends);
            policy.zone = Some(days.zone);
            policy.delivered_at = days.delivered_at;
            policy.delivery_zone = days.delivery_zone;
        }
        CoverageFact::Started => {}
        CoverageFact::Refunded(amount) => policy.device_price_refunded = Some(*amount),
        CoverageFact::Cancelled(reason) | CoverageFact::Ended(reason) => {
            policy.ended = Some(*reason);
            let gave_it_back =
                [CoverageEnd::RefundedInFull, CoverageEnd::OrderCancelled, CoverageEnd::Returned];
            if gave_it_back.contains(reason) {
                // M1, M7: after a full refund nothing of the price is left to be paid out.
                policy.device_price_refunded = Some(policy.device_price);
            }
        }
    }
    policy
}

/// Records once that the order was completed.
pub(super) fn note_order(purchase: &Purchase, command: &NoteOrder) -> Vec<ClaimEvent> {
    if purchase.completed_at.is_some() {
        return Vec::new();
    }
    let NoteOrder { order, completed_at } = *command;
    vec![ClaimEvent::OrderNoted(OrderNoted { order, completed_at })]
}

/// Records the state of a dispute and the claims that wait for it (C8). Opens a review of claims
/// whose documents would not have been accepted had the dispute been known.
pub(super) fn note_dispute(purchase: &Purchase, command: &NoteDispute, cx: &Cx<'_>) -> Decision {
    let NoteDispute { dispute, device, state, at } = *command;
    let claims = purchase
        .claims_of(device.policy())
        .filter(|claim| claim.is_open())
        .map(|claim| claim.id)
        .collect();
    let others = purchase.disputes.iter().filter(|(id, _)| **id != dispute);
    if is_outdated(purchase, command) {
        return Ok(Vec::new());
    }
    let is_open = |state: DisputeState| state == DisputeState::Open;
    let waits = is_open(state)
        || others
            .filter(|(_, other)| other.device == device)
            .any(|(_, other)| is_open(other.state));
    let noted =
        ClaimEvent::DisputeNoted(DisputeNoted { dispute, device, state, at, waits, claims });
    let mut known = purchase.clone();
    known.apply(&noted, at);
    let accepted = |claim: &&Claim| claim.accepted_as.is_some();
    let claims = purchase.claims_of(device.policy()).filter(accepted);
    let reviews = reviews::reviews(&known, claims, LateFact::Dispute, cx)?;
    Ok(std::iter::once(noted).chain(reviews).collect())
}

/// Whether more is known about the dispute than is reported here: a missed deadline does not open
/// again what is decided, and what is carried out stays so.
fn is_outdated(purchase: &Purchase, command: &NoteDispute) -> bool {
    let known = purchase.disputes.get(&command.dispute).map(|dispute| dispute.state);
    match (known, command.state) {
        (Some(DisputeState::Performed { .. }), state) => {
            !matches!(state, DisputeState::Performed { .. })
        }
        (Some(known), DisputeState::Overdue) => known != DisputeState::Open,
        _ => false,
    }
}
