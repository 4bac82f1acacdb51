//! A device's visit to a repair shop, as far as claims need it. The shop's work belongs to
//! repair-shops.

use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{Instant, JobId, Money, ShipmentId};
use recourse_terms::{Direction, Party, Serial, ShipmentFact};
use serde::{Deserialize, Serialize};

use crate::domain::events::{JobNoted, Progress, Shipment, ShipmentEnd};

/// A device's visit to a shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub job: JobId,
    /// Shipments of the visit, in the order of their ids.
    pub shipments: BTreeMap<ShipmentId, ShipmentFact>,
    /// Those of which a carrier reported the pick-up, or anything after it (M13).
    pub picked_up: BTreeSet<ShipmentId>,
    /// The amounts on the receipts of what the buyer paid (M13).
    pub receipts: BTreeMap<ShipmentId, Money>,
    /// When the buyer handed the device over, to a carrier or at the shop.
    pub given_up: Option<Instant>,
    /// When a carrier delivered a shipment to the shop.
    pub delivered: Option<Instant>,
    /// When a device arrived that is not the claimed one; the shop keeps it in quarantine.
    pub quarantined: Option<Instant>,
    /// Who is liable for the shipment in which the device was lost, if it was lost (M8).
    pub lost: Option<Party>,
    /// Serials read from the device at the shop (C6).
    pub serials: Vec<Serial>,
    /// When the device was repaired.
    pub repaired: Option<Instant>,
    /// When the device left the shop for the buyer.
    pub handed_over: Option<Instant>,
    pub replacement: Option<SentReplacement>,
}

/// A device sent as a replacement (T7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentReplacement {
    /// Serial number or IMEI.
    pub serial: Serial,
    pub sent_at: Instant,
    /// The shipment that carries it; absent if it was handed over in person.
    pub shipment: Option<ShipmentId>,
    /// When it was delivered, if known.
    pub delivered_at: Option<Instant>,
}

impl SentReplacement {
    /// T7: when the buyer received it: its delivery, or, without a shipment, when it was sent.
    pub(crate) fn arrived_at(&self) -> Option<Instant> {
        match self.shipment {
            Some(_) => self.delivered_at,
            None => Some(self.delivered_at.unwrap_or(self.sent_at)),
        }
    }
}

impl Visit {
    /// A visit that is still to come.
    pub fn expected(job: JobId) -> Self {
        Self {
            job,
            shipments: BTreeMap::new(),
            picked_up: BTreeSet::new(),
            receipts: BTreeMap::new(),
            given_up: None,
            delivered: None,
            quarantined: None,
            lost: None,
            serials: Vec::new(),
            repaired: None,
            handed_over: None,
            replacement: None,
        }
    }

    /// C6: whether a serial, in any spelling, is one that the shop read from the device.
    pub(crate) fn is_of_the_device(&self, serial: &Serial) -> bool {
        self.serials.iter().any(|read| read.names_the_device_of(serial))
    }

    /// Whether the device, or the one that arrived instead, is neither with the buyer nor lost.
    pub fn has_the_device(&self) -> bool {
        (self.given_up.is_some() || self.quarantined.is_some())
            && self.lost.is_none()
            && self.handed_over.is_none()
    }

    /// Applies what happened to the device during this visit.
    pub(super) fn apply(&mut self, event: &JobNoted) {
        let shipment = event.shipment.as_ref();
        self.shipment_moved(event);
        if let (Some(shipment), Some(amount)) = (shipment, event.receipt) {
            self.receipts.insert(shipment.id, amount);
        }
        match event.what {
            // The claim, not the visit, is what a device beyond repair changes.
            Progress::Opened
            | Progress::RoutingFailed
            | Progress::Moved
            | Progress::NotHandedOver
            | Progress::PartsOverdue
            | Progress::RepairCancelled
            | Progress::ReceiptAdded
            | Progress::BeyondRepair => {}
            Progress::SerialMismatch => {
                self.quarantined = Some(event.at);
                self.given_up.get_or_insert(event.at);
            }
            Progress::ShipmentBooked => self.shipment_booked(shipment),
            Progress::ShipmentCancelled => self.shipment_cancelled(shipment),
            Progress::ShipmentPickedUp => self.shipment_picked_up(shipment, event.at),
            Progress::ShipmentDelivered => {
                // T3: what is delivered was handed over, even if no pick-up was reported.
                self.shipment_picked_up(shipment, event.at);
                self.shipment_delivered(shipment, event.at);
            }
            Progress::ShipmentLost => self.shipment_lost(shipment),
            Progress::ShipmentDamaged => self.shipment_damaged(shipment),
            Progress::ShipmentCorrected => self.shipment_corrected(event),
            Progress::Received => {
                self.quarantined = None;
                // M8: a device that arrives was not lost.
                self.lost = None;
                self.serials.extend(event.serials.iter().cloned());
                self.given_up.get_or_insert(event.at);
            }
            Progress::Repaired => self.repaired = Some(event.at),
            Progress::HandedOver | Progress::Abandoned => self.handed_over = Some(event.at),
            Progress::ReplacementSent => self.replacement_sent(event),
        }
    }

    fn shipment_booked(&mut self, shipment: Option<&Shipment>) {
        if let Some(Shipment { id, fact: Some(fact) }) = shipment {
            self.shipments.insert(*id, fact.clone());
        }
    }

    /// M13: the shipments as a settlement counts them: one to the shop once it was picked up, and
    /// one that the buyer paid up to the amount on its receipt.
    pub fn shipments_that_count(&self) -> Vec<ShipmentFact> {
        let counted = self.shipments.iter().map(|(id, fact)| {
            let waits = fact.direction == Direction::ToShop && !self.picked_up.contains(id);
            let never_picked_up = fact.never_picked_up || waits;
            let reimbursement_cap = self.cap(*id, fact);
            ShipmentFact { never_picked_up, reimbursement_cap, ..fact.clone() }
        });
        counted.collect()
    }

    /// M13: without a receipt nothing is reimbursed.
    fn cap(&self, id: ShipmentId, fact: &ShipmentFact) -> Option<Money> {
        if fact.booked_by != Party::Buyer {
            return fact.reimbursement_cap;
        }
        let shown = self.receipts.get(&id).filter(|shown| shown.currency == fact.price.currency);
        match (shown, fact.reimbursement_cap) {
            (None, _) => Some(Money::zero(fact.price.currency)),
            (Some(shown), None) if shown.amount >= fact.price.amount => None,
            (Some(shown), Some(cap)) if shown.amount >= cap.amount => Some(cap),
            (Some(shown), _) => Some(*shown),
        }
    }

    fn shipment_moved(&mut self, event: &JobNoted) {
        let is_moved = matches!(
            event.what,
            Progress::ShipmentPickedUp
                | Progress::ShipmentDelivered
                | Progress::ShipmentLost
                | Progress::ShipmentDamaged
                | Progress::ShipmentCorrected
        );
        if let Some(shipment) = event.shipment.as_ref().filter(|_| is_moved) {
            self.picked_up.insert(shipment.id);
        }
    }

    /// T11: what was presumed about a shipment is replaced by a later report.
    fn shipment_corrected(&mut self, event: &JobNoted) {
        let shipment = event.shipment.as_ref();
        let is_lost = event.now == Some(ShipmentEnd::Lost);
        if is_lost {
            self.shipment_lost(shipment);
            return;
        }
        let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) else {
            return;
        };
        let was_lost = std::mem::replace(&mut fact.lost, false);
        if was_lost && fact.direction == Direction::ToShop {
            self.lost = None;
        }
        self.shipment_picked_up(shipment, event.at);
        self.shipment_delivered(shipment, event.at);
    }

    /// M13: nothing is owed for a shipment that was cancelled before its pick-up.
    fn shipment_cancelled(&mut self, shipment: Option<&Shipment>) {
        if let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) {
            fact.never_picked_up = true;
        }
    }

    fn shipment_picked_up(&mut self, shipment: Option<&Shipment>, at: Instant) {
        if self.goes_to_the_shop(shipment) {
            self.given_up.get_or_insert(at);
        }
    }

    fn goes_to_the_shop(&self, shipment: Option<&Shipment>) -> bool {
        let known = shipment.and_then(|shipment| self.shipments.get(&shipment.id));
        known.is_some_and(|known| known.direction == Direction::ToShop)
    }

    fn shipment_delivered(&mut self, shipment: Option<&Shipment>, at: Instant) {
        if self.goes_to_the_shop(shipment) {
            self.delivered = Some(at);
        }
        if let (Some(shipment), Some(replacement)) = (shipment, &mut self.replacement)
            && replacement.shipment == Some(shipment.id)
        {
            replacement.delivered_at = Some(at);
        }
    }

    /// M8: the same party is liable for loss and damage, so a settlement treats them alike.
    fn shipment_damaged(&mut self, shipment: Option<&Shipment>) {
        if let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) {
            fact.lost = true;
        }
    }

    fn shipment_lost(&mut self, shipment: Option<&Shipment>) {
        let Some(fact) = shipment.and_then(|shipment| self.shipments.get_mut(&shipment.id)) else {
            return;
        };
        fact.lost = true;
        match (fact.direction, fact.liable()) {
            (Direction::ToShop, liable) => self.lost = Some(liable),
            // A replacement that the provider lost never arrived: another one is sent, or the loss
            // is reimbursed.
            (Direction::ToBuyer, Party::Provider) => {
                let lost = shipment.map(|shipment| shipment.id);
                self.replacement = self.replacement.take().filter(|sent| sent.shipment != lost);
            }
            (Direction::ToBuyer, _) => {}
        }
    }

    fn replacement_sent(&mut self, event: &JobNoted) {
        let Some(serial) = event.serial.clone() else { return };
        let shipment = event.shipment.as_ref().map(|shipment| shipment.id);
        self.replacement =
            Some(SentReplacement { serial, sent_at: event.at, shipment, delivered_at: None });
    }
}
