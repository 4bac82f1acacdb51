//! What other services reported about a claim.

use std::collections::BTreeMap;

use recourse_kernel::{ClaimId, Instant, Sealed};
use serde::{Deserialize, Serialize};

use super::job::Span;
use crate::domain::events::Remedy;

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
    /// When an appeal against the verdict was upheld (C11).
    pub overturned_at: Option<Instant>,
    /// The remedy, and whether the buyer pays first (M3).
    pub remedy: Option<(Remedy, bool)>,
    /// Whether the buyer has paid everything owed.
    pub is_paid: bool,
    /// When the buyer paid; a repair that was paid for counts from then (M11).
    pub paid_at: Option<Instant>,
    /// By when a repair that was paid for is done if the clock is never paused (M11).
    pub paid_repair_by: Option<Instant>,
}

impl ClaimNotes {
    pub(super) fn note_offer(&mut self, awaited: bool, at: Instant) {
        if let Some(open) = self.offers.last_mut().filter(|span| span.until.is_none()) {
            open.until = Some(at.max(open.from));
        }
        if awaited {
            self.offers.push(Span { from: at, until: None });
        }
    }

    pub(super) fn overturned(&mut self, at: Instant) {
        self.overturned_at.get_or_insert(at);
    }

    pub(super) fn paid(&mut self, at: Instant, repair_by: Option<Instant>) {
        self.is_paid = true;
        // A further payment, for a shipment that was booked later, changes no deadline.
        if let (None, Some(by)) = (self.paid_repair_by, repair_by) {
            (self.paid_at, self.paid_repair_by) = (Some(at), Some(by));
        }
    }

    pub(super) fn unpaid(&mut self) {
        self.is_paid = false;
    }

    /// M11: whether a repair was paid for; until it is done, the shop owes it.
    pub fn has_paid_for_a_repair(&self) -> bool {
        self.paid_repair_by.is_some() && matches!(self.remedy, Some((Remedy::PaidRepair, _)))
    }
}
