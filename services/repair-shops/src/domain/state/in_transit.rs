//! How what happens to shipments changes a job.

use recourse_kernel::{Instant, ShipmentId, WaitKind};
use recourse_terms::Direction;

use super::job::{Courier, Device, Job};
use super::shipment::ShipmentEnd;
use crate::domain::events::{CourierDue, EndReported, ShipmentCancelled, ShipmentCorrected};

impl Job {
    pub(super) fn courier_due(&mut self, since: Instant, due: CourierDue) {
        let CourierDue { by, buyer_may_book_from } = due;
        let is_requested = self.courier.is_some_and(|courier| courier.is_requested);
        self.courier = Some(Courier { since, is_requested, by, buyer_may_book_from });
    }

    pub(super) fn cancelled(&mut self, cancelled: &ShipmentCancelled) {
        self.with_shipment(cancelled.shipment, |shipment| shipment.cancelled = true);
        if let Some(due) = cancelled.courier {
            self.courier_due(cancelled.at, due);
        }
        if let Some(due) = cancelled.hand_over {
            (self.courier, self.hand_over) = (None, due);
            self.reminded.remove(&WaitKind::HandOver);
        }
    }

    /// T11, M8: a job whose parcel to the buyer was lost after all is open again.
    pub(super) fn corrected(&mut self, corrected: &ShipmentCorrected) {
        let end = match corrected.now {
            EndReported::Delivered | EndReported::Arrived => ShipmentEnd::Delivered(corrected.at),
            EndReported::Lost => ShipmentEnd::Lost(corrected.at),
        };
        self.with_shipment(corrected.shipment, |shipment| {
            (shipment.end, shipment.presumed) = (Some(end), corrected.presumed);
        });
        self.is_closed &= !self.ended_with_a_lost_shipment() && !self.is_lost_by_the_provider();
        self.forwarding_arrived();
    }

    /// T4: between two shops the clock is paused until the delivery.
    pub(super) fn forwarding_arrived(&mut self) {
        let arrived = self.forwarded_with().and_then(|shipment| match shipment.end? {
            ShipmentEnd::Delivered(at) => Some(at),
            ShipmentEnd::Lost(_) => None,
        });
        let is_awaited = self.device == Device::Awaited && self.forwarded_from.is_some();
        if let Some(span) = self.forwarded.last_mut().filter(|_| is_awaited) {
            span.until = arrived.map(|at| at.max(span.from));
        }
    }

    pub(super) fn is_to_shop(&self, shipment: ShipmentId) -> bool {
        let known = self.shipments.get(&shipment.shipment);
        known.is_some_and(|shipment| shipment.direction == Direction::ToShop)
    }
}
