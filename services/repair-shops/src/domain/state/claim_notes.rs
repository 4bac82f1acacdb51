//! What other services reported about a claim.

use std::collections::BTreeMap;

use recourse_kernel::{ClaimId, Instant, Sealed};
use serde::{Deserialize, Serialize};

use super::job::Span;
use crate::domain::events::{AppealOf, Remedy};

/// The facts about a claim that its job depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimNotes {
    /// The first claim of its chain and its position there, if it continues one (T6).
    pub chain: Option<(ClaimId, u32)>,
    /// The number of consecutive earlier repairs, as counted by the claims service (T6).
    pub repairs: Option<u32>,
    /// What the buyer wrote about further defects, by their number, sealed (C4, A2).
    pub defects: BTreeMap<u32, Sealed>,
    /// Questions to the buyer by number, from asked to answered or lapsed.
    pub questions: BTreeMap<u32, Span>,
    /// The periods in which the buyer's answer to an offer was awaited, in order (T12).
    pub offers: Vec<Span>,
    /// The periods in which an appeal was open, in order (C11, T12).
    pub appeals: Vec<(AppealOf, Span)>,
    /// When an appeal against the verdict was upheld, most recently (C11).
    pub overturned_at: Option<Instant>,
    /// The remedy, and whether the buyer pays first (M3).
    pub remedy: Option<(Remedy, bool)>,
    /// Whether the buyer has paid everything owed.
    pub is_paid: bool,
    /// When the buyer paid; a repair that was paid for counts from then (M11).
    pub paid_at: Option<Instant>,
    /// By when a repair that was paid for is done if the clock is never paused (M11).
    pub paid_repair_by: Option<Instant>,
    /// The periods in which the price of the repair was taken back, in order (M11, M12).
    pub repair_unpaid: Vec<Span>,
}

impl ClaimNotes {
    pub(super) fn note_offer(&mut self, awaited: bool, at: Instant) {
        close(self.offers.last_mut(), at);
        if awaited {
            self.offers.push(Span { from: at, until: None });
        }
    }

    /// An appeal against the verdict ends the offers that follow from the verdict.
    pub(super) fn note_appeal(&mut self, of: AppealOf, open: bool, at: Instant) {
        let appeals = self.appeals.iter_mut().filter(|(other, _)| *other == of);
        appeals.for_each(|(_, span)| close(Some(span), at));
        if !open {
            return;
        }
        self.appeals.push((of, Span { from: at, until: None }));
        if of == AppealOf::Verdict {
            close(self.offers.last_mut(), at);
        }
    }

    /// C11: the verdict is `covered` now, so what followed from it no longer applies.
    pub(super) fn overturned(&mut self, at: Instant) {
        self.note_appeal(AppealOf::Verdict, false, at);
        close(self.offers.last_mut(), at);
        self.overturned_at = Some(at);
        self.remedy = None;
    }

    /// What was decided at an earlier visit does not apply to the next one. What was paid stays
    /// paid: a settlement that is made again never costs the buyer more (M7), and says nothing then.
    pub(super) fn visited_again(&mut self, at: Instant) {
        close(self.offers.last_mut(), at);
        for (_, span) in &mut self.appeals {
            close(Some(span), at);
        }
        (self.remedy, self.overturned_at) = (None, None);
        (self.paid_at, self.paid_repair_by) = (None, None);
        self.repair_unpaid.clear();
    }

    /// The cash of a claim that was settled before is still to be paid (M9).
    pub(super) fn decided(&mut self, remedy: Remedy, must_be_paid_first: bool, is_again: bool) {
        let is_news = self.remedy.is_none_or(|(known, _)| known != remedy);
        if remedy == Remedy::Cash && is_news && (is_again || self.overturned_at.is_some()) {
            self.is_paid = false;
        }
        self.remedy = Some((remedy, must_be_paid_first));
    }

    pub(super) fn paid(&mut self, at: Instant, repair_by: Option<Instant>) {
        self.is_paid = true;
        close(self.repair_unpaid.last_mut(), at);
        // A further payment, for a shipment that was booked later, changes no deadline.
        if let (None, Some(by)) = (self.paid_repair_by, repair_by) {
            (self.paid_at, self.paid_repair_by) = (Some(at), Some(by));
        }
    }

    pub(super) fn unpaid(&mut self, at: Instant, for_the_repair: bool) {
        self.is_paid = false;
        if for_the_repair && self.paid_repair_by.is_some() && !self.repair_is_unpaid() {
            self.repair_unpaid.push(Span { from: at, until: None });
        }
    }

    /// Whether the buyer has an offer to answer.
    pub fn has_an_offer(&self) -> bool {
        self.offers.last().is_some_and(|span| span.until.is_none())
    }

    /// Whether an appeal waits for its decision.
    pub fn has_an_appeal(&self, of: AppealOf) -> bool {
        self.appeals.iter().any(|(other, span)| *other == of && span.until.is_none())
    }

    /// M12: whether the price of the repair was taken back, and not paid again.
    pub fn repair_is_unpaid(&self) -> bool {
        self.repair_unpaid.last().is_some_and(|span| span.until.is_none())
    }

    /// M11: whether a repair was paid for; until it is done, the shop owes it.
    pub fn has_paid_for_a_repair(&self) -> bool {
        self.was_paid_for() && !self.repair_is_unpaid()
    }

    /// M11: whether a repair was paid for, even if the payment was taken back since.
    pub fn was_paid_for(&self) -> bool {
        self.paid_repair_by.is_some() && matches!(self.remedy, Some((Remedy::PaidRepair, _)))
    }
}

/// Ends a period, unless it has ended.
fn close(span: Option<&mut Span>, at: Instant) {
    if let Some(span) = span.filter(|span| span.until.is_none()) {
        span.until = Some(at.max(span.from));
    }
}
