//! Stage 2, verification.

use recourse_kernel::{Instant, PauseReason};

use crate::domain::events::{Accepted, AppealOf, Rejected};
use crate::domain::state::{AcceptedAs, Claim, Stage, Visit};

impl Claim {
    pub(super) fn accepted(&mut self, event: &Accepted, at: Instant) {
        self.stage = Stage::Inspection;
        self.accepted_as = Some(AcceptedAs { decision: self.decisions, at });
        if self.visit.as_ref().is_none_or(|visit| visit.job != event.job) {
            self.visit = Some(Visit::expected(event.job));
        }
        self.stage_since = at;
        self.documents.clock.stop(at);
        // C6: a device that is at the shop already need not be handed over.
        if self.visit.as_ref().is_some_and(|visit| visit.given_up.is_none()) {
            self.stop_clock(PauseReason::HandOver, at);
        }
    }

    pub(super) fn rejected(&mut self, event: &Rejected, at: Instant) {
        self.decided_again(AppealOf::Rejection);
        self.documents.clock.stop(at);
        // T12: the count continues where it stopped if the rejection is overturned.
        self.begin_appeal_period(at, event.appeal_until);
        if let Some(appeal_until) = event.appeal_until {
            self.stage_since = at;
            self.stage = Stage::Rejected { by: event.by.clone(), appeal_until };
        }
    }
}
