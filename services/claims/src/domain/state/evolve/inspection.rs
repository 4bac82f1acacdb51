//! Stage 3, inspection.

use recourse_terms::PauseReason;

use crate::domain::events::{JobNoted, Progress, Remedy, VerdictRecorded};
use crate::domain::state::{Claim, Remedying, Stage};

impl Claim {
    pub(super) fn job_noted(&mut self, event: &JobNoted) {
        let Some(visit) = self.visit.as_mut().filter(|visit| visit.job == event.job) else {
            return;
        };
        visit.apply(event);
        let is_handed_over = visit.given_up.is_some();
        if event.what == Progress::BeyondRepair {
            self.beyond_repair();
        }
        if is_handed_over {
            // T3: the buyer has handed the device over.
            self.start_clock(PauseReason::HandOver, event.at);
        }
    }

    /// T5, T6: cancels the chosen remedy if it was a repair.
    fn beyond_repair(&mut self) {
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.beyond_repair = true;
            if remedying.chosen == Some(Remedy::Repair) {
                remedying.chosen = None;
            }
        }
    }

    pub(super) fn verdict_recorded(&mut self, event: &VerdictRecorded) {
        self.stage = Stage::Remedy(Remedying {
            job: event.job,
            verdict: event.verdict,
            cause: event.cause.clone(),
            found_by: event.by.clone(),
            found_at: event.found_at,
            beyond_repair: event.third_unsuccessful,
            third_unsuccessful: event.third_unsuccessful,
            appeal_until: event.appeal_until,
            chosen: None,
        });
    }
}
