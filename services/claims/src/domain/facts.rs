//! What claims keeps of facts that others decide: the order and its policies.
//!
//! A claim is decided from this stream alone, so a foreign fact that matters becomes a complete
//! event here, as it was understood. Facts from different services arrive in any order, so early
//! ones are kept.

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use super::review::{LateFact, lateness, reviews};
use super::{ClaimEvent, Cx, Purchase, refusals};

// ---------------------------------------------------------------- events (stored permanently)

/// A policy changed; this is its new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageNoted {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// What changed.
    pub what: CoverageChange,
    /// The policy after the change.
    pub coverage: PolicyCoverage,
}

/// What changed about a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageChange {
    /// The policy was sold.
    Sold,
    /// Its coverage dates became known, or were corrected.
    Scheduled,
    /// Coverage started.
    Started,
    /// The seller refunded part of the device's price.
    Changed,
    /// The policy was cancelled.
    Cancelled,
    /// The policy ended.
    Ended,
}

/// A policy, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyCoverage {
    /// The order in which it was sold.
    pub order: OrderId,
    /// The device that it covers.
    pub device: DeviceId,
    /// Kind of device: phone or tablet.
    pub kind: DeviceKind,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Kind of warranty: repair or exchange.
    pub program: Program,
    /// Provider that runs the warranty.
    pub provider: Provider,
    /// Country of the buyer at the sale.
    pub country: Country,
    /// City of the buyer at the sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Price of the policy.
    pub price: Money,
    /// Price of the device.
    pub device_price: Money,
    /// How much of the device's price the seller has refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_price_refunded: Option<Money>,
    /// Version of the terms that the policy was sold under and keeps to its end (S5).
    pub terms: TermsRef,
    /// When the device was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Instant>,
    /// Time zone of the place of delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_zone: Option<Tz>,
    /// The date from which its months count (S9, M1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<NaiveDate>,
    /// First instant of coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Instant>,
    /// First instant after coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Instant>,
    /// Time zone in which the policy's days are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// Why the policy is over; `None` while it is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<CoverageEnd>,
}

/// Why a policy is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageEnd {
    /// The buyer cancelled it before its coverage started (S7).
    CancelledBeforeCoverage,
    /// The order was cancelled (S8).
    OrderCancelled,
    /// The device was returned to the seller (T1).
    Returned,
    /// The seller refunded the full price of the device.
    RefundedInFull,
    /// The seller exchanged the device.
    ExchangedBySeller,
    /// Its last day passed.
    Expired,
    /// A replacement's own warranty took its place (T7).
    CoverageReplaced,
}

/// The order was completed (T10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderNoted {
    /// Order id, `ord_…`.
    pub order: OrderId,
    /// When the order was completed.
    pub completed_at: Instant,
}

// ---------------------------------------------------------------- state

impl PolicyCoverage {
    /// What the seller has refunded of the device's price.
    pub fn refunded_by_seller(&self) -> Money {
        self.device_price_refunded.unwrap_or(Money::zero(self.device_price.currency))
    }

    /// M7: whether the whole price of the device was refunded.
    pub fn is_refunded_in_full(&self) -> bool {
        self.refunded_by_seller().amount >= self.device_price.amount
    }

    /// Applies the fact to the policy.
    fn after(mut self, fact: &CoverageFact) -> Self {
        match fact {
            CoverageFact::Sold(coverage) => self = (**coverage).clone(),
            CoverageFact::Scheduled { days, .. } => {
                // S9: an expired policy whose corrected dates end later is active until that later
                // end.
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
                    // M1, M7: after a full refund nothing of the price is left to be paid out.
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

/// A fact about a policy, reported by warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteCoverage {
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// The fact.
    pub fact: CoverageFact,
}

/// Facts about a policy from warranty-sales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageFact {
    /// The policy was sold.
    Sold(Box<PolicyCoverage>),
    /// Its coverage dates are known.
    Scheduled {
        /// The dates.
        #[serde(flatten)]
        days: CoverageDates,
        /// Whether this corrects earlier dates.
        corrected: bool,
    },
    /// Coverage started.
    Started,
    /// Total that the seller has refunded of the device's price so far.
    Refunded(Money),
    /// The policy was cancelled.
    Cancelled(CoverageEnd),
    /// The policy ended.
    Ended(CoverageEnd),
}

/// Coverage dates of a policy, as warranty-sales calculated them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoverageDates {
    /// The date from which its months count.
    pub counted_from: NaiveDate,
    /// First instant of coverage.
    pub starts: Instant,
    /// First instant after coverage.
    pub ends: Instant,
    /// Time zone in which the policy's days are counted.
    pub zone: Tz,
    /// When the device was delivered, if known.
    #[serde(default)]
    pub delivered_at: Option<Instant>,
    /// Time zone of the place of delivery.
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

/// Records the state of a policy after a fact, and opens a review if decisions would differ now.
/// Facts about a policy that was never sold are ignored.
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

/// The order was completed, as reported by order-intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteOrder {
    /// Order id, `ord_…`.
    pub order: OrderId,
    /// When the order was completed.
    pub completed_at: Instant,
}

/// Records once that the order was completed.
pub(super) fn note_order(purchase: &Purchase, command: &NoteOrder) -> Vec<ClaimEvent> {
    if purchase.completed_at.is_some() {
        return Vec::new();
    }
    let NoteOrder { order, completed_at } = *command;
    vec![ClaimEvent::OrderNoted(OrderNoted { order, completed_at })]
}
