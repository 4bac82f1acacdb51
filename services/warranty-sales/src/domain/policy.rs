//! The policies of one purchase, as far as deciding needs to know them: a fold of their events.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, Instant, Money, PolicyId};
use recourse_terms::TermsRef;
use serde::{Deserialize, Serialize};

use super::coverage::continues;
use super::events::{CoverageScheduled, EndReason, PolicyEvent, Requested};

/// All policies of a purchase. Cached under `Sales::FOLD_VERSION`: raise that when this changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SalesState {
    policies: BTreeMap<PolicyId, Policy>,
}

/// One policy, from the wish for it to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What was asked for.
    pub request: Requested,
    /// What the seller has refunded of the device's price so far.
    pub device_price_refunded: Money,
    /// Where it stands.
    pub stage: Stage,
    /// What it covered, once it is over by its time or by a replacement.
    #[serde(default)]
    pub covered: Option<Covered>,
}

/// What a policy covered that is over: a delivery that is corrected moves its days still (S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covered {
    /// What was sold.
    pub sale: Sale,
    /// Its days.
    pub dates: Dates,
    /// Why it is over.
    pub over: EndReason,
}

/// Where a policy stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Asked for, not paid. The delivery is kept when it was told first.
    Requested {
        /// When and where the device was delivered.
        delivery: Option<Delivery>,
    },
    /// Sold; the device is on its way.
    Sold(Sale),
    /// Delivered; coverage has not started.
    Scheduled(Sale, Dates),
    /// Covers the device.
    Started(Sale, Dates),
    /// Not sold; the price, which was paid, goes back.
    Refused,
    /// Ended before its time.
    Cancelled {
        /// Whether its price was paid, and so went back with it.
        was_paid: bool,
    },
    /// Over.
    Ended,
}

/// When and where a device was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When.
    pub at: Instant,
    /// The time zone of the place.
    pub zone: Tz,
}

/// What a sale fixed for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The terms.
    pub terms: TermsRef,
    /// When it was sold, which is its issue.
    pub sold_at: Instant,
}

/// From when to when a policy covers, and by which delivery that was reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// The first moment of coverage.
    pub starts: Instant,
    /// The first moment after it.
    pub ends: Instant,
    /// When the device was delivered.
    pub delivered_at: Instant,
    /// The zone of the place of delivery.
    pub delivery_zone: String,
}

impl Dates {
    fn of(scheduled: &CoverageScheduled) -> Self {
        Self {
            starts: scheduled.starts,
            ends: scheduled.ends,
            delivered_at: scheduled.delivered_at,
            delivery_zone: scheduled.delivery_zone.clone(),
        }
    }

    /// Whether they were reckoned from this delivery.
    pub fn are_of(&self, delivery: Delivery) -> bool {
        self.delivered_at == delivery.at && self.delivery_zone == delivery.zone.name()
    }
}

impl SalesState {
    /// A policy, once it was asked for.
    pub fn policy(&self, policy: PolicyId) -> Option<&Policy> {
        self.policies.get(&policy)
    }

    /// Every policy of the purchase, in the order of the order's lines.
    pub fn policies(&self) -> impl Iterator<Item = (PolicyId, &Policy)> {
        self.policies.iter().map(|(id, policy)| (*id, policy))
    }

    /// The policies of these devices; of all when none is named.
    pub fn policies_of(&self, devices: &[DeviceId]) -> impl Iterator<Item = (PolicyId, &Policy)> {
        self.policies().filter(|(id, _)| devices.is_empty() || devices.contains(&id.device()))
    }

    /// Takes one event in. Facts only; cannot fail.
    pub fn evolve(&mut self, event: &PolicyEvent) {
        if let PolicyEvent::Requested(request) = event {
            self.policies.insert(request.policy, Policy::request(request.clone()));
        } else if let Some(policy) = self.policies.get_mut(&event.policy()) {
            policy.evolve(event);
        }
    }
}

impl Policy {
    fn request(request: Requested) -> Self {
        let device_price_refunded = Money::zero(request.device_price.currency);
        let stage = Stage::Requested { delivery: None };
        Self { request, device_price_refunded, stage, covered: None }
    }

    /// Whether nothing is left of what was paid for the device.
    pub fn is_refunded_in_full(&self) -> bool {
        self.device_price_refunded.amount >= self.request.device_price.amount
    }

    /// Whether its price was paid and has not gone back.
    pub fn is_paid(&self) -> bool {
        matches!(self.stage, Stage::Sold(_) | Stage::Scheduled(..) | Stage::Started(..))
    }

    /// Whether nothing more can come of it.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Refused | Stage::Cancelled { .. } | Stage::Ended)
    }

    /// What was sold, while it is in force.
    pub fn sale(&self) -> Option<&Sale> {
        match &self.stage {
            Stage::Sold(sale) | Stage::Scheduled(sale, _) | Stage::Started(sale, _) => Some(sale),
            _ => None,
        }
    }

    fn evolve(&mut self, event: &PolicyEvent) {
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
                let sale = Sale { terms: sold.terms.clone(), sold_at: sold.sold_at };
                self.stage = Stage::Sold(sale);
            }
            PolicyEvent::SaleRefused(_) => self.stage = Stage::Refused,
            PolicyEvent::CoverageScheduled(scheduled) => {
                let dates = Dates::of(scheduled);
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
            PolicyEvent::Cancelled(_) => {
                let was_paid = self.is_paid();
                self.stage = Stage::Cancelled { was_paid };
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

    /// S9: the days are other ones; the policy goes on where they end later than it did.
    fn corrected_after_the_end(&mut self, covered: Covered, dates: Dates) {
        let ends_later = dates.ends > covered.dates.ends;
        if continues(covered.over, ends_later, self.is_refunded_in_full()) {
            self.stage = Stage::Scheduled(covered.sale, dates);
        } else {
            self.covered = Some(Covered { dates, ..covered });
        }
    }
}
