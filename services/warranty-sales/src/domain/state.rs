//! The state of a purchase's policies that decisions need: a fold of their events.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, DeviceId, Instant, Money, PolicyId};
use recourse_terms::TermsRef;
use serde::{Deserialize, Serialize};

use super::events::CancelReason::{ProRata, RefundedInFull};
use super::events::{CoverageScheduled, EndReason, PolicyEvent, Requested, Sold};

/// All policies of a purchase. Cached under `Sales::FOLD_VERSION`; raise it when this changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SalesState {
    policies: BTreeMap<PolicyId, Policy>,
}

/// One policy, from its request to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub request: Requested,
    /// Which request of a warranty for its device it is, from 1.
    pub number: u32,
    /// The total that the seller has refunded of the device's price.
    pub device_price_refunded: Money,
    /// What the shop has refunded of the warranty's own price, in whole minor units.
    #[serde(default)]
    pub price_refunded: i64,
    /// When it was taken out of the order, if that is why it was cancelled.
    #[serde(default)]
    pub removed_at: Option<Instant>,
    /// The claim that paid the device in cash, if one did.
    #[serde(default)]
    pub used_up_by: Option<ClaimId>,
    /// Its stage in the life cycle.
    pub stage: Stage,
    /// Whether it is recorded that the device was not delivered in time.
    #[serde(default)]
    pub is_delivery_late: bool,
    /// What it covered; present once it expired or ended with a replacement.
    #[serde(default)]
    pub covered: Option<Covered>,
}

/// The sale and coverage of a policy that has ended. A corrected delivery still moves its days
/// (S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covered {
    /// The sale it is based on.
    pub sale: Sale,
    pub dates: Dates,
    pub over: EndReason,
}

/// The stage of a policy in its life cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Requested, not paid. A delivery reported first is kept here.
    Requested {
        /// When and where the device was delivered, if that is known already.
        delivery: Option<Delivery>,
    },
    /// Sold; the device has not been delivered.
    Sold(Sale),
    /// Delivered; coverage has not started.
    Scheduled(Sale, Dates),
    /// Coverage has started.
    Started(Sale, Dates),
    /// Paid, but not sold; the price is refunded.
    Refused,
    /// Cancelled before its regular end.
    Cancelled {
        /// Whether its price was paid, and so was refunded.
        was_paid: bool,
        /// Whether its coverage had started, so that claims may have been filed.
        has_covered: bool,
    },
    /// Expired, or ended with a replacement.
    Ended,
}

/// When and where a device was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When it was delivered, as reported.
    pub at: Instant,
    /// The time zone of the place of delivery.
    pub zone: Tz,
}

/// What a sale fixes permanently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The terms it was sold under: line, version and digest.
    pub terms: TermsRef,
    /// When it was sold, which is also its issue.
    pub sold_at: Instant,
    /// The first instant at which the delivery of the device is late (T11).
    pub deliver_by: Instant,
}

/// The start and end of coverage, and the delivery they were calculated from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// The first instant of coverage.
    pub starts: Instant,
    /// The first instant after coverage.
    pub ends: Instant,
    /// When the device was delivered, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub delivery_zone: String,
    /// The IANA time zone in which days of coverage are counted.
    pub zone: String,
    /// Since when these dates are known.
    pub since: Instant,
}

impl Sale {
    pub(crate) fn of(sold: &Sold) -> Self {
        Self { terms: sold.terms.clone(), sold_at: sold.sold_at, deliver_by: sold.deliver_by }
    }
}

impl Dates {
    fn of(scheduled: &CoverageScheduled, since: Instant) -> Self {
        Self {
            starts: scheduled.starts,
            ends: scheduled.ends,
            delivered_at: scheduled.delivered_at,
            delivery_zone: scheduled.delivery_zone.clone(),
            zone: scheduled.zone.clone(),
            since,
        }
    }

    /// Whether the dates were calculated from this delivery.
    pub fn are_of(&self, delivery: Delivery) -> bool {
        self.delivered_at == delivery.at && self.delivery_zone == delivery.zone.name()
    }
}

/// S9: an expired policy whose corrected days end later is reopened until that end. A policy that
/// ended with a replacement (T7) stays ended, and so does one whose device was refunded in full.
pub(crate) fn continues(over: EndReason, ends_later: bool, refunded_in_full: bool) -> bool {
    over == EndReason::Expired && ends_later && !refunded_in_full
}

impl SalesState {
    /// The policy with this id, if it was requested.
    pub fn policy(&self, policy: PolicyId) -> Option<&Policy> {
        self.policies.get(&policy)
    }

    /// Every policy of the purchase, in the order of the order's lines.
    pub fn policies(&self) -> impl Iterator<Item = (PolicyId, &Policy)> {
        self.policies.iter().map(|(id, policy)| (*id, policy))
    }

    /// The policies of these devices, or all policies if no devices are named.
    pub fn policies_of(&self, devices: &[DeviceId]) -> impl Iterator<Item = (PolicyId, &Policy)> {
        self.policies().filter(|(id, _)| devices.is_empty() || devices.contains(&id.device()))
    }

    /// Folds one event that happened at this time into the state. Cannot fail.
    pub fn evolve(&mut self, event: &PolicyEvent, at: Instant) {
        if let PolicyEvent::Requested(request) = event {
            let before = self.policies.get(&request.policy);
            let policy = Policy::requested(request.clone(), before);
            self.policies.insert(request.policy, policy);
        } else if let Some(policy) = self.policies.get_mut(&event.policy()) {
            policy.evolve(event, at);
        }
    }
}

impl Policy {
    /// A policy that was requested, in place of the one before, if there was one for the device.
    fn requested(request: Requested, before: Option<&Self>) -> Self {
        let nothing = Money::zero(request.device_price.currency);
        let refunded = before.map(|before| before.device_price_refunded);
        let refunded = refunded.filter(|refunded| refunded.currency == nothing.currency);
        Self {
            device_price_refunded: refunded.unwrap_or(nothing),
            request,
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            price_refunded: 0,
            removed_at: None,
            used_up_by: None,
            stage: Stage::Requested { delivery: None },
            is_delivery_late: false,
            covered: None,
        }
    }

    /// When its device was delivered, if that was reported before its sale.
    pub fn delivered_at(&self) -> Option<Instant> {
        match self.stage {
            Stage::Requested { delivery } => delivery.map(|delivery| delivery.at),
            _ => None,
        }
    }

    /// Whether the full price of the device was refunded.
    pub fn is_refunded_in_full(&self) -> bool {
        self.device_price_refunded.amount >= self.request.device_price.amount
    }

    /// Whether its price was paid and has not been refunded.
    pub fn is_paid(&self) -> bool {
        matches!(self.stage, Stage::Sold(_) | Stage::Scheduled(..) | Stage::Started(..))
    }

    /// Whether it is refused, cancelled or ended.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Refused | Stage::Cancelled { .. } | Stage::Ended)
    }

    /// The sale, while the policy is in force.
    pub fn sale(&self) -> Option<&Sale> {
        match &self.stage {
            Stage::Sold(sale) | Stage::Scheduled(sale, _) | Stage::Started(sale, _) => Some(sale),
            _ => None,
        }
    }

    /// The days of its coverage, once it has started.
    pub fn started(&self) -> Option<&Dates> {
        match &self.stage {
            Stage::Started(_, dates) => Some(dates),
            _ => None,
        }
    }

    fn evolve(&mut self, event: &PolicyEvent, at: Instant) {
        match event {
            PolicyEvent::Requested(_) => {}
            PolicyEvent::DeliveryNoted(noted) => {
                if let (Stage::Requested { delivery }, Ok(zone)) =
                    (&mut self.stage, noted.zone.parse())
                {
                    *delivery = Some(Delivery { at: noted.delivered_at, zone });
                }
            }
            PolicyEvent::Sold(sold) => {
                self.stage = Stage::Sold(Sale::of(sold));
            }
            PolicyEvent::SaleRefused(_) => self.stage = Stage::Refused,
            PolicyEvent::CoverageScheduled(scheduled) => {
                let dates = Dates::of(scheduled, at);
                if let Some(sale) = self.sale().cloned() {
                    self.stage = Stage::Scheduled(sale, dates);
                } else if let Some(covered) = self.covered.take() {
                    self.corrected_after_the_end(covered, dates);
                }
            }
            PolicyEvent::CoverageStarted(_) => {
                if let Stage::Scheduled(sale, dates) = &self.stage {
                    self.stage = Stage::Started(sale.clone(), dates.clone());
                }
            }
            PolicyEvent::PricePaidChanged(changed) => {
                self.device_price_refunded = changed.device_price_refunded;
            }
            PolicyEvent::PriceRefunded(refunded) => {
                self.price_refunded = refunded.price_refunded.amount;
            }
            PolicyEvent::UsedUp(used) => self.used_up_by = Some(used.claim),
            PolicyEvent::DeadlinePassed(_) => self.is_delivery_late = true,
            PolicyEvent::Cancelled(cancelled) => {
                let was_paid = self.is_paid();
                let has_covered = self.started().is_some() || cancelled.reason == ProRata;
                self.removed_at = cancelled.removed_at;
                self.stage = Stage::Cancelled { was_paid, has_covered };
                if cancelled.reason == RefundedInFull {
                    self.device_price_refunded = self.request.device_price;
                }
            }
            PolicyEvent::Ended(ended) => {
                if let Stage::Scheduled(sale, dates) | Stage::Started(sale, dates) = &self.stage {
                    let (sale, dates) = (sale.clone(), dates.clone());
                    self.covered = Some(Covered { sale, dates, over: ended.reason });
                }
                self.stage = Stage::Ended;
            }
        }
    }

    /// S9: replaces the dates of an ended policy, and reopens it if they end later than before.
    fn corrected_after_the_end(&mut self, covered: Covered, dates: Dates) {
        let ends_later = dates.ends > covered.dates.ends;
        if continues(covered.over, ends_later, self.is_refunded_in_full()) {
            self.stage = Stage::Scheduled(covered.sale, dates);
        } else {
            self.covered = Some(Covered { dates, ..covered });
        }
    }
}
