//! How events change a claim. Events are facts: nothing here can fail, and nothing is checked.

mod appeal;
mod inspection;
mod questions;
mod remedy;
mod settlement;
mod submission;
mod verification;

use recourse_kernel::Instant;
use recourse_terms::PauseReason;

use super::claim::Claim;
use super::review::Review;
use super::stage::Stage;
use crate::domain::events::{
    ClaimEvent, Deadline, DeadlinePassed, DisputeNoted, ReviewClosed, ReviewOpened,
};

impl Claim {
    /// Applies an event about this claim. Events are facts, so this cannot fail. `at` is when it
    /// happened.
    pub fn apply(&mut self, event: &ClaimEvent, at: Instant) {
        // The filing is the first decision; it is counted when the claim is created.
        if event.findings().is_some() && !matches!(event, ClaimEvent::Filed(_)) {
            self.decisions += 1;
        }
        match event {
            ClaimEvent::CoverageNoted(_)
            | ClaimEvent::OrderNoted(_)
            | ClaimEvent::RefusalReviewOpened(_)
            | ClaimEvent::RefusalReviewClosed(_)
            | ClaimEvent::Filed(_) => {}
            ClaimEvent::DisputeNoted(event) => self.dispute_noted(event),
            ClaimEvent::DefectAdded(event) => self.defect_added(event),
            ClaimEvent::QuestionAsked(event) => self.question_asked(event, at),
            ClaimEvent::QuestionAnswered(event) => self.question_answered(event, at),
            ClaimEvent::ReminderSent(event) => self.reminded(event),
            ClaimEvent::Accepted(event) => self.accepted(event, at),
            ClaimEvent::Rejected(event) => self.rejected(event, at),
            ClaimEvent::JobNoted(event) => self.job_noted(event),
            ClaimEvent::VerdictRecorded(event) => self.verdict_recorded(event),
            ClaimEvent::RemedyChosen(event) => self.remedy_chosen(event, at),
            ClaimEvent::OfferMade(event) => self.offer_made(event),
            ClaimEvent::OfferAccepted(event) => self.offer_answered(event.offer),
            ClaimEvent::OfferDeclined(event) => self.offer_answered(event.offer),
            ClaimEvent::SettlementStarted(event) => self.settlement_started(event, at),
            ClaimEvent::SettlementExtended(event) => self.settlement_extended(event),
            ClaimEvent::SettlementNoted(event) => self.settlement_noted(event),
            ClaimEvent::Withdrawn(event) => self.withdrawn(event),
            ClaimEvent::Closed(event) => self.closed(event),
            ClaimEvent::Appealed(event) => self.appealed(event),
            ClaimEvent::AppealDecided(event) => self.appeal_decided(event),
            ClaimEvent::ReviewOpened(event) => self.review_opened(event),
            ClaimEvent::ReviewClosed(event) => self.review_closed(event),
            ClaimEvent::DeadlinePassed(event) => self.deadline_passed(event),
        }
    }

    /// C8: a dispute pauses verification and its clock; both resume when no dispute is open.
    fn dispute_noted(&mut self, event: &DisputeNoted) {
        if event.waits {
            self.stop_clock(PauseReason::Dispute, event.at);
            return;
        }
        if self.stage == Stage::Submission {
            self.stage = Stage::Verification;
        }
        self.start_clock(PauseReason::Dispute, event.at);
    }

    fn deadline_passed(&mut self, event: &DeadlinePassed) {
        if let (Deadline::Decision, Some(clock)) = (event.deadline, &mut self.clock) {
            clock.missed = true;
        }
        if let (Deadline::Appeal, Some(appeal)) = (event.deadline, &mut self.appeal) {
            appeal.decide_by = None;
        }
        self.escalated = true;
    }

    fn review_opened(&mut self, event: &ReviewOpened) {
        let decisions = event.decisions.clone();
        self.reviews.push(Review { number: event.review, decisions, is_open: true });
    }

    fn review_closed(&mut self, event: &ReviewClosed) {
        let closed = self.reviews.iter_mut().find(|review| review.number == event.review);
        if let Some(review) = closed {
            review.is_open = false;
        }
    }

    fn stop_clock(&mut self, reason: PauseReason, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.pause(reason, at);
        }
    }

    fn start_clock(&mut self, reason: PauseReason, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.resume(reason, at);
        }
    }

    /// T3: the decision is made, so the clock stops counting.
    fn end_clock(&mut self, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.stop(at);
        }
    }
}
