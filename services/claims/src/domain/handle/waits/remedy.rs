//! T3, T11, M8: what the provider decides after the filing and after the verdict.

use recourse_kernel::{Owner, PauseReason, Wait, WaitKind};
use recourse_terms::Verdict;

use super::marked;
use crate::domain::state::{Claim, DecisionClock, Stage};

/// T3: the decision on an exchange claim, in counted days.
pub(super) fn decision(claim: &Claim) -> Vec<Wait> {
    let is_open = claim.is_open() && !matches!(claim.stage, Stage::Settlement(_));
    let Some(clock) = claim.clock.as_ref().filter(|_| is_open) else { return Vec::new() };
    let due = clock.due();
    let is_recorded = due.is_some_and(|due| claim.is_late(WaitKind::Decision, 0, due));
    if clock.clock.stopped.is_some() && (is_recorded || due.is_none()) {
        return Vec::new();
    }
    let wait = Wait::new(claim.id, WaitKind::Decision, Owner::Provider, claim.filed_at);
    vec![match due {
        Some(due) => marked(claim, wait.until(due)),
        None => wait.paused(paused_for(clock)),
    }]
}

/// The reason for which the decision's clock is paused.
fn paused_for(clock: &DecisionClock) -> PauseReason {
    use PauseReason::{Answer, Appeal, Dispute, HandOver, Offer};
    let reasons = [Dispute, Answer, HandOver, Appeal, Offer];
    let stops = |reason: &PauseReason| {
        clock.within.clock_stops.stops_for(*reason) && clock.clock.is_waiting_for(*reason)
    };
    reasons.into_iter().find(stops).unwrap_or(HandOver)
}

/// T11: the provider chooses the remedy of a covered defect. T12: not while the buyer owes an
/// answer.
pub(super) fn choice(claim: &Claim) -> Vec<Wait> {
    let Stage::Remedy(found) = &claim.stage else { return Vec::new() };
    let is_chosen = found.chosen.is_some() || claim.loss_is_to_be_compensated();
    if found.verdict != Verdict::Covered || is_chosen {
        return Vec::new();
    }
    let since = found.turn.map_or(found.found_at, |turn| turn.since);
    let wait = Wait::new(claim.id, WaitKind::RemedyChoice, Owner::Provider, since);
    vec![match found.turn {
        // C4: an offer or an appeal about the defects that are not covered.
        _ if claim.open_offer().is_some() => wait.paused(PauseReason::Offer),
        // T12: the choice is refused until the appeal is decided, by whoever decides it.
        _ if claim.appeal_before_the_choice().is_some() => wait.paused(PauseReason::Appeal),
        Some(turn) if claim.open_questions().next().is_none() => {
            marked(claim, wait.until(turn.until))
        }
        _ => wait.paused(PauseReason::Answer),
    }]
}

/// M8, T11: the provider compensates for what it lost; once that is missed, the buyer may demand
/// the replacement.
pub(super) fn loss_compensation(claim: &Claim) -> Vec<Wait> {
    let is_owed = claim.loss_is_to_be_compensated() || claim.review_of_the_loss().is_some();
    let wait = |by: crate::domain::state::Turn| {
        let kind = WaitKind::LossCompensation;
        let wait = Wait::new(claim.id, kind, Owner::Provider, by.since);
        marked(claim, wait.until(by.until))
    };
    claim.compensate_by.filter(|_| is_owed).map(wait).into_iter().collect()
}
