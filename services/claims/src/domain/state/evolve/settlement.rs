//! Stage 5, settlement.

use recourse_kernel::Instant;
use recourse_terms::Outcome;

use crate::domain::events::{
    Closed, MoneyProgress, SettlementExtended, SettlementNoted, SettlementStarted, Withdrawn,
};
use crate::domain::state::{Claim, SettledAs, Settling, Stage, Visit};

impl Claim {
    pub(super) fn settlement_started(&mut self, event: &SettlementStarted, at: Instant) {
        self.end_clock(at);
        // C11: the same outcome a second time changes no payment, so refunds reports none.
        let outcome = event.facts.outcome;
        let is_same =
            |before: &SettledAs| before.buyer_is_settled && before.facts.outcome == outcome;
        let buyer_is_settled = self.settled_as.as_ref().is_some_and(is_same);
        let (decision, facts) = (self.decisions, event.facts.clone());
        self.settled_as = Some(SettledAs { decision, facts, buyer_is_settled });
        self.review_results.clone_from(&event.facts.review_results);
        // A loss on the return shipment is reimbursed even after closing (M8), and a device that
        // arrives after a withdrawal is sent back (C3); the claim remains closed.
        if !self.is_open() {
            return;
        }
        self.stage_since = at;
        // M8: a replacement for what was lost may change no payment; otherwise refunds reports it.
        let was_settled =
            matches!(&self.stage, Stage::Settlement(before) if before.all_payments_made);
        self.stage = Stage::Settlement(Settling {
            settlement: event.settlement,
            outcome,
            verdict: event.facts.verdict,
            all_payments_made: buyer_is_settled || (was_settled && outcome == Outcome::Replaced),
        });
    }

    pub(super) fn settlement_extended(&mut self, event: &SettlementExtended) {
        self.review_results.clone_from(&event.facts.review_results);
        if let Some(settled) = &mut self.settled_as {
            settled.facts = event.facts.clone();
            settled.buyer_is_settled &= !event.concerns_the_buyer;
        }
        if let Stage::Settlement(settling) = &mut self.stage {
            settling.all_payments_made &= !event.concerns_the_buyer;
        }
    }

    pub(super) fn settlement_noted(&mut self, event: &SettlementNoted) {
        if self.is_open() {
            self.stage_since = self.stage_since.max(event.at);
        }
        let is_settled = match event.what {
            MoneyProgress::BuyerSettled | MoneyProgress::Closed => Some(true),
            MoneyProgress::BuyerOwes => Some(false),
            MoneyProgress::Notice | MoneyProgress::Abandoned => None,
        };
        if let (Some(settled), Some(is_settled)) = (&mut self.settled_as, is_settled) {
            settled.buyer_is_settled = is_settled;
        }
        if let Stage::Settlement(settling) = &mut self.stage {
            match event.what {
                MoneyProgress::BuyerSettled | MoneyProgress::Closed => {
                    settling.all_payments_made = true;
                }
                MoneyProgress::BuyerOwes => settling.all_payments_made = false,
                MoneyProgress::Notice | MoneyProgress::Abandoned => {}
            }
        }
        let is_kept = self.provider_keeps_it_until_paid() && !self.work_is_owed();
        if event.what == MoneyProgress::Abandoned && is_kept {
            self.abandoned = Some(event.at);
        }
    }

    /// M8: whether the policy's own device, and not another one that arrived instead, is kept until
    /// the buyer pays.
    fn provider_keeps_it_until_paid(&self) -> bool {
        let holds = |visit: &Visit| visit.has_the_device() && visit.quarantined.is_none();
        matches!(self.stage, Stage::Settlement(_)) && self.visit.as_ref().is_some_and(holds)
    }

    pub(super) fn withdrawn(&mut self, event: &Withdrawn) {
        self.end_appeals();
        self.end_clock(event.at);
    }

    pub(super) fn closed(&mut self, event: &Closed) {
        self.end_clock(event.closed_at);
        self.stage = Stage::Closed { outcome: event.outcome, at: event.closed_at };
    }
}
