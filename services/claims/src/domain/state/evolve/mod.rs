//! How events change a claim. Events are facts: nothing here can fail, and nothing is checked.

mod appeal;
mod inspection;
mod questions;
mod remedy;
mod settlement;
mod submission;
mod verification;

use recourse_kernel::{Instant, Owner, PauseReason, WaitKind};

use super::claim::Claim;
use super::review::Review;
use super::stage::Stage;
use crate::domain::events::{ClaimEvent, DeadlinePassed, DisputeNoted, ReviewClosed, ReviewOpened};

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
            | ClaimEvent::RefusalReviewOverdue(_)
            | ClaimEvent::Filed(_) => {}
            ClaimEvent::DisputeNoted(event) => self.dispute_noted(event),
            ClaimEvent::DefectAdded(event) => self.defect_added(event),
            ClaimEvent::QuestionAsked(event) => self.question_asked(event, at),
            ClaimEvent::QuestionAnswered(event) => self.question_answered(event, at),
            ClaimEvent::QuestionLapsed(event) => self.question_lapsed(event),
            ClaimEvent::ReminderSent(event) => self.reminded(event),
            ClaimEvent::Accepted(event) => self.accepted(event, at),
            ClaimEvent::Rejected(event) => self.rejected(event, at),
            ClaimEvent::JobNoted(event) => self.job_noted(event),
            ClaimEvent::VerdictRecorded(event) => self.verdict_recorded(event),
            ClaimEvent::RemedyChosen(event) => self.remedy_chosen(event, at),
            ClaimEvent::OfferMade(event) => self.offer_made(event, at),
            ClaimEvent::OfferAccepted(event) => self.offer_accepted(event, at),
            ClaimEvent::OfferDeclined(event) => {
                self.offer_answered(event.offer, at, event.act_by);
                self.provider_has_acted(event.act_by);
            }
            ClaimEvent::OfferReopened(event) => self.offer_reopened(event, at),
            ClaimEvent::SettlementStarted(event) => self.settlement_started(event, at),
            ClaimEvent::SettlementExtended(event) => self.settlement_extended(event),
            ClaimEvent::SettlementNoted(event) => self.settlement_noted(event),
            ClaimEvent::Withdrawn(event) => self.withdrawn(event),
            ClaimEvent::Closed(event) => self.closed(event),
            ClaimEvent::Appealed(event) => self.appealed(event, at),
            ClaimEvent::AppealEscalated(event) => self.appeal_escalated(event),
            ClaimEvent::Consented(event) => self.consented(event),
            ClaimEvent::AppealDecided(event) => self.appeal_decided(event, at),
            ClaimEvent::ReviewOpened(event) => self.review_opened(event, at),
            ClaimEvent::ReviewClosed(event) => self.review_closed(event),
            ClaimEvent::DeadlinePassed(event) => self.deadline_passed(event),
            ClaimEvent::ChainChanged(event) => self.chain_changed(event, at),
            ClaimEvent::ChainContested(event) => self.chain_contested(event, at),
            ClaimEvent::GoodwillGranted(event) => self.goodwill_granted(event, at),
            ClaimEvent::GoodwillApproved(event) => self.goodwill_approved(event),
            ClaimEvent::GoodwillDeclined(event) => self.goodwill_declined(event),
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
            self.stage_since = event.at;
        }
        self.start_clock(PauseReason::Dispute, event.at);
    }

    /// T8: the deadline is recorded, so it does not wake the claim again. An offer without an
    /// answer in time is no longer open (T11).
    fn deadline_passed(&mut self, event: &DeadlinePassed) {
        self.late.insert((event.deadline, event.number, event.due));
        self.escalated |= event.owner != Owner::Buyer;
        if event.deadline == WaitKind::OfferAnswer {
            self.offer_answered(event.number, event.due, None);
        }
    }

    fn review_opened(&mut self, event: &ReviewOpened, at: Instant) {
        self.reviews.push(Review {
            number: event.review,
            decisions: event.decisions.clone(),
            difference: event.difference,
            opened_at: at,
            close_by: event.close_by,
            is_open: true,
        });
    }

    fn review_closed(&mut self, event: &ReviewClosed) {
        let closed = self.reviews.iter_mut().find(|review| review.number == event.review);
        if let Some(review) = closed {
            review.is_open = false;
        }
        self.review_came_to(event.result);
    }

    fn stop_clock(&mut self, reason: PauseReason, at: Instant) {
        self.documents.clock.pause(reason, at);
        if let Some(clock) = &mut self.clock {
            clock.clock.pause(reason, at);
        }
    }

    fn start_clock(&mut self, reason: PauseReason, at: Instant) {
        self.documents.clock.resume(reason, at);
        if let Some(clock) = &mut self.clock {
            clock.clock.resume(reason, at);
        }
    }

    /// T3: the decision is made, so the clock stops counting.
    fn end_clock(&mut self, at: Instant) {
        self.documents.clock.stop(at);
        if let Some(clock) = &mut self.clock {
            clock.clock.stop(at);
        }
    }
}
