//! Appeals and consents (C11).

use recourse_kernel::{Instant, PauseReason};
use recourse_terms::Verdict;

use crate::domain::events::{AppealDecided, AppealEscalated, AppealOf, Appealed, Consented};
use crate::domain::state::{AppealState, Claim, Stage, Turn};

impl Claim {
    pub(super) fn appealed(&mut self, event: &Appealed, at: Instant) {
        self.appeals.push(AppealState {
            of: event.of,
            appealed_at: at,
            upheld: None,
            decide_by: event.decide_by,
            escalated_at: None,
            is_outdated: false,
        });
        if event.of == AppealOf::Chain {
            return;
        }
        self.stop_clock(PauseReason::Appeal, at);
        // Open offers were based on a verdict that is now in doubt.
        for offer in &mut self.offers {
            offer.answered = true;
        }
        self.start_clock(PauseReason::Offer, at);
    }

    pub(super) fn appeal_escalated(&mut self, event: &AppealEscalated) {
        if let Some(appeal) = self.open_appeal_mut(event.of) {
            appeal.escalated_at = Some(event.at);
            appeal.decide_by = Some(event.decide_by);
        }
    }

    pub(super) fn appeal_decided(&mut self, event: &AppealDecided, at: Instant) {
        if let Some(appeal) = self.open_appeal_mut(event.of) {
            appeal.upheld = Some(event.upheld);
        }
        // T12: the count continues where it stopped.
        match event.of {
            AppealOf::Chain if self.appeal_before_the_choice().is_none() => {
                self.start_clock(PauseReason::Appeal, at);
            }
            AppealOf::Chain => {}
            AppealOf::Rejection | AppealOf::Verdict => self.end_appeal_period(at),
        }
        self.wait_for_the_chain(at);
        if let Stage::Settlement(_) = self.stage {
            self.stage_since = self.stage_since.max(at);
        }
        if let (Stage::Remedy(remedying), Some(until)) = (&mut self.stage, event.act_by) {
            remedying.turn = Some(Turn { since: at, until });
        }
    }

    pub(super) fn consented(&mut self, event: &Consented) {
        self.consented = true;
        for offer in &mut self.offers {
            offer.answered = true;
        }
        self.start_clock(PauseReason::Offer, event.at);
        self.end_appeal_period(event.at);
        if let (Stage::Remedy(remedying), Some(until)) = (&mut self.stage, event.act_by) {
            remedying.turn = Some(Turn { since: event.at, until });
        }
    }

    fn open_appeal_mut(&mut self, of: AppealOf) -> Option<&mut AppealState> {
        self.appeals.iter_mut().find(|appeal| appeal.of == of && appeal.is_open())
    }

    /// T12: a covered defect's remedy cannot be chosen while the buyer contests the chain (T6).
    pub(in crate::domain::state) fn wait_for_the_chain(&mut self, at: Instant) {
        let is_contested = self.open_appeal_of(AppealOf::Chain).is_some();
        if is_contested && self.verdict() == Some(Verdict::Covered) {
            self.stop_clock(PauseReason::Appeal, at);
        }
    }

    /// The buyer withdraws the claim, and with it the appeals.
    pub(super) fn end_appeals(&mut self) {
        for appeal in self.appeals.iter_mut().filter(|appeal| appeal.is_open()) {
            appeal.is_outdated = true;
        }
    }

    /// C11: a decision that was made again can be appealed again.
    pub(in crate::domain::state) fn decided_again(&mut self, of: AppealOf) {
        self.consented = false;
        for appeal in self.appeals.iter_mut().filter(|appeal| appeal.of == of) {
            appeal.is_outdated = true;
        }
    }

    /// T12: the days in which the buyer can appeal do not count against the provider.
    pub(super) fn begin_appeal_period(&mut self, at: Instant, until: Option<Instant>) {
        if let Some(until) = until {
            self.stop_clock(PauseReason::Appeal, at);
            self.start_clock(PauseReason::Appeal, until);
        }
    }

    fn end_appeal_period(&mut self, at: Instant) {
        let Some(clock) = &mut self.clock else { return };
        for pause in &mut clock.clock.pauses {
            let is_over = pause.until.is_some_and(|until| until <= at);
            if pause.reason == PauseReason::Appeal && !is_over {
                pause.until = Some(at.max(pause.from));
            }
        }
    }
}
