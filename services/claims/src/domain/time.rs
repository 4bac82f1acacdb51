//! Deadlines: what a claim waits for, until when, and what happens after that (T3, T8, C3).

use chrono::TimeDelta;
use recourse_kernel::{ClaimId, Instant};
use recourse_terms::terms::{ClockStops, RemedyBasis};
use recourse_terms::{CountedClock, Provider, Terms};
use serde::{Deserialize, Serialize};

use super::questions::ReminderSent;
use super::settlement::{self, Withdrawal};
use super::{Claim, ClaimEvent, Purchase, appeal};

// ---------------------------------------------------------------- events (stored permanently)

/// A deadline passed (T8). Both sides can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// The deadline that passed.
    pub deadline: Deadline,
    /// When it was due.
    pub due: Instant,
    /// Provider that is notified.
    pub escalated_to: Provider,
}

/// What was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The decision on an exchange claim (T3).
    Decision,
    /// The buyer's answer to a question or an offer (C3).
    Answer,
    /// The decision of an appeal.
    Appeal,
}

// ---------------------------------------------------------------- state

/// T3: time limit of a decision, and what pauses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideWithin {
    /// Counted days of 24 hours from the filing.
    pub days: u16,
    /// What pauses the count.
    pub clock_stops: ClockStops,
}

/// T3: the clock of the decision. It is paused while an answer (C3), the device (T3) or the end of
/// a dispute (C8) is awaited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionClock {
    /// The time limit.
    pub within: DecideWithin,
    /// Time counted so far.
    pub clock: CountedClock,
    /// Whether the missed deadline is recorded (T8).
    pub missed: bool,
}

impl DecideWithin {
    /// T3, T4: a decision has a deadline only if the terms count from the filing; the days of a
    /// repair count at the shop, from the receipt.
    pub(super) fn of(terms: &Terms) -> Option<Self> {
        let remedy = &terms.remedy;
        (remedy.counted_from == RemedyBasis::Filing)
            .then(|| Self { days: remedy.within_days, clock_stops: remedy.clock_stops.clone() })
    }
}

impl DecisionClock {
    /// A clock that starts with the filing.
    pub fn started(within: DecideWithin, filed_at: Instant) -> Self {
        Self { within, clock: CountedClock::started(filed_at), missed: false }
    }

    /// When the decision is due at present; `None` while the clock is paused or once the decision
    /// is made.
    pub fn due(&self) -> Option<Instant> {
        self.clock.due(&self.within.clock_stops, TimeDelta::days(self.within.days.into()))
    }
}

/// A pending answer from the buyer, to a question or an offer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Awaited {
    /// When to remind the buyer; `None` once reminded (C3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
    /// First instant at which an answer is too late (C3).
    pub answer_by: Instant,
}

impl Awaited {
    fn next(&self) -> Instant {
        self.remind_at.map_or(self.answer_by, |at| at.min(self.answer_by))
    }
}

impl Claim {
    /// The next time at which this claim has something due.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let decision = self.clock.as_ref().filter(|clock| !clock.missed);
        let decision = decision.and_then(DecisionClock::due).filter(|_| self.is_open());
        let answers = self.open_questions().map(|question| question.awaited.next());
        let offer = self.open_offer().and_then(|offer| offer.awaited).map(|await_| await_.next());
        let appeal = appeal::undecided_until(self);
        let final_at = appeal::appeal_open_until(self);
        decision.into_iter().chain(answers).chain(offer).chain(appeal).chain(final_at).min()
    }

    pub(super) fn deadline_passed(&mut self, event: &DeadlinePassed) {
        if let (Deadline::Decision, Some(clock)) = (event.deadline, &mut self.clock) {
            clock.missed = true;
        }
        if let (Deadline::Appeal, Some(appeal)) = (event.deadline, &mut self.appeal) {
            appeal.decide_by = None;
        }
        self.escalated = true;
    }
}

// ---------------------------------------------------------------- decide

/// Everything that is due for a claim by now.
pub(super) fn wake(purchase: &Purchase, claim: &Claim, now: Instant) -> Vec<ClaimEvent> {
    let mut events = Vec::new();
    events.extend(decision_is_overdue(claim, now));
    events.extend(appeal_is_overdue(claim, now));
    if let Some(due) = buyer_is_silent(claim, now) {
        events.push(passed(claim, Deadline::Answer, due));
        events.extend(settlement::end_by_withdrawal(purchase, claim, Withdrawal::Silence, now));
        return events;
    }
    events.extend(reminders(claim, now));
    if appeal::appeal_open_until(claim).is_some_and(|until| until <= now) {
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
    let due = appeal::undecided_until(claim).filter(|due| *due <= now)?;
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
