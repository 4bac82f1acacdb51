//! What happens once a deadline has passed (T3, T8, C3). What is due when is in
//! [`Claim::next_deadline`].

use recourse_kernel::Instant;

use super::{appeal, endings};
use crate::domain::events::{
    Awaited, ClaimEvent, Deadline, DeadlinePassed, ReminderSent, Withdrawal,
};
use crate::domain::state::{Claim, Purchase};

/// Everything that is due for a claim by now.
pub(crate) fn wake(purchase: &Purchase, claim: &Claim, now: Instant) -> Vec<ClaimEvent> {
    let mut events = Vec::new();
    events.extend(decision_is_overdue(claim, now));
    events.extend(appeal_is_overdue(claim, now));
    if let Some(due) = buyer_is_silent(claim, now) {
        events.push(passed(claim, Deadline::Answer, due));
        events.extend(endings::end_by_withdrawal(purchase, claim, Withdrawal::Silence, now));
        return events;
    }
    events.extend(reminders(claim, now));
    if claim.appeal_open_until().is_some_and(|until| until <= now) {
        events.push(appeal::close_after_rejection(purchase, claim, now));
    }
    events
}

/// T3, T8: an exchange claim was not decided within its counted days.
fn decision_is_overdue(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let clock = claim.clock.as_ref().filter(|clock| !clock.missed && claim.is_open())?;
    let due = clock.due().filter(|due| *due <= now)?;
    Some(passed(claim, Deadline::Decision, due))
}

/// T8: an appeal was not decided in as many days as the buyer had to make it, for example because
/// the provider's only adjuster made the first decision. It remains open: the same person never
/// decides it.
fn appeal_is_overdue(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let due = claim.appeal_due().filter(|due| *due <= now)?;
    Some(passed(claim, Deadline::Appeal, due))
}

/// C3: the buyer did not answer within the days that the terms give, so the claim counts as
/// withdrawn.
fn buyer_is_silent(claim: &Claim, now: Instant) -> Option<Instant> {
    let questions = claim.open_questions().map(|question| question.awaited.answer_by);
    let offer = claim.open_offer().and_then(|offer| offer.awaited).map(|await_| await_.answer_by);
    questions.chain(offer).min().filter(|due| *due <= now)
}

/// C3: a reminder for each pending answer.
fn reminders(claim: &Claim, now: Instant) -> Vec<ClaimEvent> {
    let is_due = |awaited: &Awaited| awaited.remind_at.is_some_and(|at| at <= now);
    let reminder = |question, offer| {
        ClaimEvent::ReminderSent(ReminderSent { claim: claim.id, question, offer })
    };
    let questions = claim
        .open_questions()
        .filter(|question| is_due(&question.awaited))
        .map(|question| reminder(Some(question.number), None));
    let offer = claim
        .open_offer()
        .filter(|offer| offer.awaited.as_ref().is_some_and(is_due))
        .map(|offer| reminder(None, Some(offer.number)));
    questions.chain(offer).collect()
}

fn passed(claim: &Claim, deadline: Deadline, due: Instant) -> ClaimEvent {
    let escalated_to = claim.provider.clone();
    ClaimEvent::DeadlinePassed(DeadlinePassed { claim: claim.id, deadline, due, escalated_to })
}
