//! Stage 3, inspection.

use recourse_kernel::{Instant, PauseReason};
use recourse_terms::Verdict;

use crate::domain::events::{AppealOf, JobNoted, Progress, Remedy, ShipmentEnd, VerdictRecorded};
use crate::domain::state::{Claim, Remedying, Stage, Turn};

impl Claim {
    pub(super) fn job_noted(&mut self, event: &JobNoted) {
        let Some(visit) = self.visit.as_mut().filter(|visit| visit.job == event.job) else {
            return;
        };
        let was_lost = visit.lost.is_some();
        visit.apply(event);
        let is_found = was_lost && visit.lost.is_none();
        let is_handed_over = visit.given_up.is_some();
        if self.is_open() {
            self.stage_since = self.stage_since.max(event.at);
        }
        let turn = event.act_by.map(|until| Turn { since: event.at, until });
        let is_lost = event.what == Progress::ShipmentLost || event.now == Some(ShipmentEnd::Lost);
        let has_arrived =
            is_found || matches!(event.now, Some(ShipmentEnd::Delivered | ShipmentEnd::Arrived));
        match event.what {
            Progress::BeyondRepair => self.beyond_repair(turn),
            Progress::PartsOverdue | Progress::RepairCancelled => self.is_free_of_charge = true,
            _ if is_lost && turn.is_some() => self.provider_lost_it(turn, event.at),
            _ if has_arrived && self.compensate_by.is_some() => self.was_not_lost(turn),
            _ => {}
        }
        if is_handed_over {
            // T3: the buyer has handed the device over. T12: a late report of the shop counts from
            // when it happened, one of the buyer from when it was recorded.
            self.start_clock(PauseReason::HandOver, event.counts_from.unwrap_or(event.at));
        }
    }

    /// M8: the provider compensates the loss. Before the settlement nothing else can follow, so a
    /// repair that was chosen is cancelled, and no offer is open.
    fn provider_lost_it(&mut self, turn: Option<Turn>, at: Instant) {
        self.compensate_by = turn;
        if !self.loss_is_to_be_compensated() {
            return;
        }
        for offer in &mut self.offers {
            offer.answered = true;
        }
        self.start_clock(PauseReason::Offer, at);
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.chosen = None;
            remedying.turn = None;
        }
    }

    /// T11, M8: the device arrived after all, and the claim continues.
    fn was_not_lost(&mut self, turn: Option<Turn>) {
        self.compensate_by = None;
        if let (Stage::Remedy(remedying), Some(_)) = (&mut self.stage, turn) {
            remedying.turn = turn;
        }
    }

    /// T5, T6: cancels the chosen remedy if it was a repair.
    fn beyond_repair(&mut self, turn: Option<Turn>) {
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.beyond_repair = true;
            if let Some(found) = &mut self.found {
                found.beyond_repair = true;
            }
            if remedying.chosen == Some(Remedy::Repair) {
                remedying.chosen = None;
                remedying.turn = turn;
            }
        }
    }

    pub(super) fn verdict_recorded(&mut self, event: &VerdictRecorded) {
        self.decided_again(AppealOf::Verdict);
        if event.verdict != Verdict::Covered {
            let from = event.appeal_from.unwrap_or(event.found_at);
            self.begin_appeal_period(from, event.appeal_until);
            // T9: the part no longer matters.
            self.is_free_of_charge = false;
        }
        let is_of_this_visit = self.found.as_ref().filter(|found| found.job == event.job);
        // What the shop declared remains so (T5), and so does what is gone.
        let was_beyond_repair =
            is_of_this_visit.is_some_and(|found| found.beyond_repair && !found.third_unsuccessful);
        let is_gone = self.abandoned.take().is_some();
        let found = Remedying {
            job: event.job,
            verdict: event.verdict,
            cause: event.cause.clone(),
            defects: event.defects.clone(),
            found_by: event.by.clone(),
            found_at: event.found_at,
            beyond_repair: event.third_unsuccessful || was_beyond_repair || is_gone,
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
        if let Some(visit) = &mut self.visit {
            // C4: what is covered after an appeal is repaired as well.
            visit.repaired = None;
        }
        self.wait_for_the_chain(event.found_at);
    }
}
