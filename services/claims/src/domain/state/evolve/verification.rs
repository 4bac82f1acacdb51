//! Stage 2, verification.

use recourse_kernel::Instant;
use recourse_terms::PauseReason;

use crate::domain::events::{Accepted, Rejected};
use crate::domain::state::{AcceptedAs, Claim, Stage, Visit};

impl Claim {
    pub(super) fn accepted(&mut self, event: &Accepted, at: Instant) {
        self.stage = Stage::Inspection;
        self.accepted_as = Some(AcceptedAs { decision: self.decisions, at });
        if self.visit.as_ref().is_none_or(|visit| visit.job != event.job) {
            self.visit = Some(Visit::expected(event.job));
        }
        if let Some(clock) = &mut self.clock {
            // A rejection that was overturned on appeal had stopped it.
            clock.clock.stopped = None;
        }
        self.stop_clock(PauseReason::HandOver, at);
    }

    pub(super) fn rejected(&mut self, event: &Rejected, at: Instant) {
        self.end_clock(at);
        if let Some(appeal_until) = event.appeal_until {
            self.stage = Stage::Rejected { by: event.by.clone(), appeal_until };
        }
    }
}
