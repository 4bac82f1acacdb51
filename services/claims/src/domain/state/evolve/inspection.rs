//! Stage 3, inspection.

use recourse_kernel::PauseReason;
use recourse_terms::Verdict;

use crate::domain::events::{AppealOf, JobNoted, Progress, Remedy, VerdictRecorded};
use crate::domain::state::{Claim, Remedying, Stage, Turn};

impl Claim {
    pub(super) fn job_noted(&mut self, event: &JobNoted) {
        let Some(visit) = self.visit.as_mut().filter(|visit| visit.job == event.job) else {
            return;
        };
        visit.apply(event);
        let is_handed_over = visit.given_up.is_some();
        if self.is_open() {
            self.stage_since = self.stage_since.max(event.at);
        }
        let turn = event.act_by.map(|until| Turn { since: event.at, until });
        match event.what {
            Progress::BeyondRepair => self.beyond_repair(turn),
            Progress::PartsOverdue | Progress::RepairCancelled => self.is_free_of_charge = true,
            Progress::ShipmentLost if turn.is_some() => self.compensate_by = turn,
            Progress::ShipmentCorrected => self.compensate_by = turn,
            _ => {}
        }
        if is_handed_over {
            // T3: the buyer has handed the device over.
            self.start_clock(PauseReason::HandOver, event.at);
        }
    }

    /// T5, T6: cancels the chosen remedy if it was a repair.
    fn beyond_repair(&mut self, turn: Option<Turn>) {
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.beyond_repair = true;
            if remedying.chosen == Some(Remedy::Repair) {
                remedying.chosen = None;
                remedying.turn = turn;
            }
        }
    }

    pub(super) fn verdict_recorded(&mut self, event: &VerdictRecorded) {
        self.decided_again(AppealOf::Verdict);
        if event.verdict != Verdict::Covered {
            self.begin_appeal_period(event.found_at, event.appeal_until);
        }
        let found = Remedying {
            job: event.job,
            verdict: event.verdict,
            cause: event.cause.clone(),
            defects: event.defects.clone(),
            found_by: event.by.clone(),
            found_at: event.found_at,
            beyond_repair: event.third_unsuccessful,
            third_unsuccessful: event.third_unsuccessful,
            appeal_until: event.appeal_until,
            turn: event.act_by.map(|until| Turn { since: event.found_at, until }),
            chosen: None,
        };
        self.found = Some(found.clone());
        if self.is_open() {
            self.stage = Stage::Remedy(found);
            self.stage_since = event.found_at;
        }
    }
}
