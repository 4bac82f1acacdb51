//! Shipments that the carrier has, also after the job has ended (T11, M8).

use recourse_kernel::{Matter, Owner, ShipmentId, Wait, WaitKind};
use recourse_terms::Direction;

use super::{marked, missed};
use crate::domain::Cx;
use crate::domain::events::{DeliveryAsked, JobEvent, ShipmentMoved};
use crate::domain::rules::dates::after;
use crate::domain::state::{ClaimNotes, Device, Job, Shipment};

/// The carrier delivers a shipment to the shop; later it counts as lost.
pub(super) fn to_shop(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    if job.device != Device::Awaited {
        return Vec::new();
    }
    en_route(job, Direction::ToShop, WaitKind::ShipmentToShop)
}

/// The carrier delivers a shipment to the buyer; later the buyer is asked.
pub(super) fn to_buyer(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    en_route(job, Direction::ToBuyer, WaitKind::ShipmentToBuyer)
}

fn en_route(job: &Job, direction: Direction, what: WaitKind) -> Vec<Wait> {
    let is_meant = |shipment: &Shipment| {
        shipment.direction == direction && shipment.is_open() && shipment.asked.is_none()
    };
    let open = job.shipments.iter().filter(|(_, shipment)| is_meant(shipment));
    let wait = |(number, shipment): (&u32, &Shipment)| {
        let promise = shipment.en_route?;
        let id = job.opened.job.shipment(*number);
        let wait = Wait::new(id, what, Owner::Carrier, promise.since).until(promise.by);
        Some(marked(job, wait))
    };
    open.filter_map(wait).collect()
}

/// The buyer states whether a shipment arrived; silence means that it did.
pub(super) fn delivery_statement(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let wait = |(number, shipment): (&u32, &Shipment)| {
        let promise = shipment.asked.filter(|_| shipment.is_open())?;
        let id = job.opened.job.shipment(*number);
        let what = WaitKind::DeliveryStatement;
        Some(Wait::new(id, what, Owner::Buyer, promise.since).until(promise.by))
    };
    job.shipments.iter().filter_map(wait).collect()
}

/// M8: a shipment to the shop that never arrived counts as lost.
pub(super) fn lost(job: &Job, wait: &Wait) -> Vec<JobEvent> {
    let Matter::Shipment(shipment) = wait.matter else { return Vec::new() };
    let counts_as = job.shipments.get(&shipment.shipment).and_then(|known| known.counts_as);
    let lost = ShipmentMoved { counts_as, ..presumed(shipment, wait) };
    vec![missed(job, wait), JobEvent::ShipmentLost(lost)]
}

/// The delivery was not reported, so the buyer is asked.
pub(super) fn asked(job: &Job, wait: &Wait, cx: &Cx<'_>) -> Vec<JobEvent> {
    let (Matter::Shipment(shipment), Some(at)) = (wait.matter, wait.until) else {
        return Vec::new();
    };
    let Some(presumed_at) = after(job, at, |waits| waits.delivery_statement, cx) else {
        return vec![missed(job, wait)];
    };
    let asked = DeliveryAsked { shipment, job: job.opened.job, at, presumed_at };
    vec![missed(job, wait), JobEvent::DeliveryAsked(asked)]
}

/// The buyer said nothing, so it counts as delivered.
pub(super) fn delivered(_: &Job, wait: &Wait) -> Vec<JobEvent> {
    let Matter::Shipment(shipment) = wait.matter else { return Vec::new() };
    vec![JobEvent::ShipmentDelivered(presumed(shipment, wait))]
}

fn presumed(shipment: ShipmentId, wait: &Wait) -> ShipmentMoved {
    ShipmentMoved {
        shipment,
        job: shipment.job(),
        at: wait.until.unwrap_or(wait.since),
        deliver_by: None,
        inspect_by: None,
        presumed: true,
        counts_as: None,
        scans: Vec::new(),
    }
}
