//! What claims remembers of facts that others decide: the order and its policies.
//!
//! A claim is decided from this stream alone, so a foreign fact that matters becomes an event of its own
//! here, whole, as it was understood. Contexts are not ordered among each other: what comes early is kept.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use super::review::{LateFact, lateness, reviews};
use super::{ClaimEvent, Cx, Purchase, refusals};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// A policy changed; this is what it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageNoted {
    /// The policy.
    pub policy: PolicyId,
    /// What changed.
    pub what: CoverageChange,
    /// The policy after it.
    pub coverage: PolicyCoverage,
}

/// What changed about a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageChange {
    /// It was sold.
    Sold,
    /// Its first and last day are known, or known better.
    Scheduled,
    /// Its first day came.
    Started,
    /// The seller refunded a part of the device's price.
    Changed,
    /// It was cancelled.
    Cancelled,
    /// It ended.
    Ended,
}

/// A policy, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyCoverage {
    /// The order that it was sold in.
    pub order: OrderId,
    /// The device that it covers.
    pub device: DeviceId,
    /// What that is.
    pub kind: DeviceKind,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// Repair or exchange.
    pub program: Program,
    /// Who stands behind it.
    pub provider: Provider,
    /// Where the buyer was at the sale.
    pub country: Country,
    /// The buyer's city at the sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// What the policy cost.
    pub price: Money,
    /// What the device cost.
    pub device_price: Money,
    /// How much of that the seller has given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_price_refunded: Option<Money>,
    /// The terms that it was sold under, and keeps to its end (S5).
    pub terms: TermsRef,
    /// When the device was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Instant>,
    /// The zone of the place where it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_zone: Option<Tz>,
    /// The day that its months count from (S9, M1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<NaiveDate>,
    /// The first moment of coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// The first moment after coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Instant>,
    /// The zone in which its days are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Why it is over, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<CoverageEnd>,
}

/// Why a policy is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageEnd {
    /// The buyer cancelled it before its cover started (S7).
    CancelledBeforeCoverage,
    /// The order was cancelled (S8).
    OrderCancelled,
    /// The device went back to the shop (T1).
    Returned,
    /// The seller refunded the device's whole price.
    RefundedInFull,
    /// The seller exchanged the device.
    ExchangedBySeller,
    /// Its last day passed.
    Expired,
    /// A replacement took its place (T7).
    CoverageReplaced,
}

/// The order was completed (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderNoted {
    /// The order.
    pub order: OrderId,
    /// When.
    pub completed_at: Instant,
}

// ---------------------------------------------------------------- state

impl PolicyCoverage {
    /// What the seller has given back of the device's price.
    pub fn refunded_by_seller(&self) -> Money {
        self.device_price_refunded.unwrap_or(Money::zero(self.device_price.currency))
    }

    /// M7: whether nothing is left of what was paid for the device.
    pub fn is_refunded_in_full(&self) -> bool {
        self.refunded_by_seller().amount >= self.device_price.amount
    }

    /// The fact as it changes the policy.
    fn after(mut self, fact: &CoverageFact) -> Self {
        match fact {
            CoverageFact::Sold(coverage) => self = (**coverage).clone(),
            CoverageFact::Scheduled { days, .. } => {
                // S9: an expired policy whose corrected days end later goes on to that end.
                let ends_later = self.ends.is_some_and(|ends| days.ends > ends);
                if self.ended == Some(CoverageEnd::Expired) && ends_later {
                    self.ended = None;
                }
                self.counted_from = Some(days.counted_from);
                self.starts = Some(days.starts);
                self.ends = Some(days.ends);
                self.zone = Some(days.zone);
                self.delivered_at = days.delivered_at;
                self.delivery_zone = days.delivery_zone;
            }
            CoverageFact::Started => {}
            CoverageFact::Refunded(amount) => self.device_price_refunded = Some(*amount),
            CoverageFact::Cancelled(reason) | CoverageFact::Ended(reason) => {
                self.ended = Some(*reason);
                let gave_it_back = [
                    CoverageEnd::RefundedInFull,
                    CoverageEnd::OrderCancelled,
                    CoverageEnd::Returned,
                ];
                if gave_it_back.contains(reason) {
                    // M1, M7: of a price that the seller gave back whole, nothing is left to be paid.
                    self.device_price_refunded = Some(self.device_price);
                }
            }
        }
        self
    }
}

// ---------------------------------------------------------------- evolve

impl Purchase {
    pub(super) fn coverage_noted(&mut self, event: &CoverageNoted) {
        self.coverages.insert(event.policy, event.coverage.clone());
    }

    pub(super) fn order_noted(&mut self, event: &OrderNoted) {
        self.completed_at = Some(event.completed_at);
    }
}

// ---------------------------------------------------------------- decide

/// A policy's fact, as warranty-sales told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteCoverage {
    /// The policy.
    pub policy: PolicyId,
    /// The fact.
    pub fact: CoverageFact,
}

/// What warranty-sales says of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageFact {
    /// It was sold, as this.
    Sold(Box<PolicyCoverage>),
    /// Its days are known.
    Scheduled {
        /// The days.
        #[serde(flatten)]
        days: CoverageDates,
        /// Whether this corrects what was told before.
        corrected: bool,
    },
    /// Its first day came.
    Started,
    /// The seller has refunded so much of the device's price, all in all.
    Refunded(Money),
    /// It was cancelled.
    Cancelled(CoverageEnd),
    /// It ended.
    Ended(CoverageEnd),
}

/// The days of a policy, as warranty-sales reckoned them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoverageDates {
    /// The day that its months count from.
    pub counted_from: NaiveDate,
    /// The first moment of coverage.
    pub starts: Instant,
    /// The first moment after it.
    pub ends: Instant,
    /// The zone in which its days are counted.
    pub zone: Tz,
    /// When the device was delivered, where that is known.
    #[serde(default)]
    pub delivered_at: Option<Instant>,
    /// The zone of the place where it was delivered.
    #[serde(default)]
    pub delivery_zone: Option<Tz>,
}

impl CoverageFact {
    fn what(&self) -> CoverageChange {
        match self {
            Self::Sold(_) => CoverageChange::Sold,
            Self::Scheduled { .. } => CoverageChange::Scheduled,
            Self::Started => CoverageChange::Started,
            Self::Refunded(_) => CoverageChange::Changed,
            Self::Cancelled(_) => CoverageChange::Cancelled,
            Self::Ended(_) => CoverageChange::Ended,
        }
    }
}

/// Keeps what a policy is after a fact, and opens a review where decisions would be other ones now. A policy
/// that was never sold is none of a claim's concern.
pub(super) fn note_coverage(
    purchase: &Purchase,
    command: &NoteCoverage,
    cx: &Cx<'_>,
) -> Vec<ClaimEvent> {
    let before = match &command.fact {
        CoverageFact::Sold(coverage) => (**coverage).clone(),
        _ => match purchase.coverages.get(&command.policy) {
            Some(coverage) => coverage.clone(),
            None => return Vec::new(),
        },
    };
    let noted = CoverageNoted {
        policy: command.policy,
        what: command.fact.what(),
        coverage: before.after(&command.fact),
    };
    let mut events = Vec::new();
    if let Some(because) = lateness(&command.fact) {
        let mut known = purchase.clone();
        known.coverage_noted(&noted);
        let claims = purchase.claims_of(command.policy);
        events = reviews(&known, claims, because, cx.reference);
    }
    if let CoverageFact::Scheduled { .. } = command.fact {
        let mut known = purchase.clone();
        known.coverage_noted(&noted);
        let because = LateFact::DeliveryCorrected;
        events.extend(refusals::reviews(&known, command.policy, because, cx.reference));
    }
    events.insert(0, ClaimEvent::CoverageNoted(Box::new(noted)));
    events
}

/// The order was completed, as order-intake told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteOrder {
    /// The order.
    pub order: OrderId,
    /// When.
    pub completed_at: Instant,
}

/// Keeps that the order was completed, once.
pub(super) fn note_order(purchase: &Purchase, command: &NoteOrder) -> Vec<ClaimEvent> {
    if purchase.completed_at.is_some() {
        return Vec::new();
    }
    let NoteOrder { order, completed_at } = *command;
    vec![ClaimEvent::OrderNoted(OrderNoted { order, completed_at })]
}
