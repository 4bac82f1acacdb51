//! Shipments: who books them, with which carrier, at what price, and how they ended (C5, M8).

use recourse_kernel::{Instant, Money, Tried};
use recourse_terms::{Direction, Party};

use crate::domain::commands::{BookShipment, MoveShipment};
use crate::domain::events::{
    EndReported, GoesBack, JobEvent, ShipmentBooked, ShipmentCorrected, ShipmentMoved,
};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, moves};
use crate::domain::rules::dates::{after, deliver_by, hand_over};
use crate::domain::rules::device::is_open;
use crate::domain::rules::shipments::{
    Priced, booker, buyers_price, counts_as, instead_of_provider, liable, named_means,
    none_en_route, not_over, not_picked_up, not_received_yet, only_the_provider_yet,
    price_is_of_the_tariff, priced, providers_price, reimbursed, states_the_loss,
};
use crate::domain::rules::text::{MAX_NAME_LENGTH, scans, text, text_if_given};
use crate::domain::rules::time::{not_before, reported, reported_after};
use crate::domain::state::{Device, Job, Jobs, Shipment};
use crate::domain::{Cx, Decision};

/// Books a shipment. The provider's price comes from the terms or the tariffs, the buyer's is the
/// price that was paid.
pub(super) fn book(jobs: &Jobs, request: &BookShipment, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    moves(job, cx.principal)?;
    let is_forwarding = request.direction == Direction::ToShop && job.forwarded_from.is_some();
    let mut rules = Tried::default();
    rules.check(&is_open(job));
    let booked_by = rules.need(booker(request.booked_by, is_forwarding, cx.principal))?;
    rules.all([Ok(liable(booked_by))]);
    let route = Route::of(job, request, cx);
    let price = route.clone().and_then(|route| route.price(job, request, booked_by, cx));
    let number = request.tracking_number.as_deref();
    let tracking_number = text_if_given("a tracking number", number, MAX_NAME_LENGTH);
    rules.check(&not_received_yet(job, request.direction, booked_by));
    if request.direction == Direction::ToShop && !is_forwarding {
        rules.check(&none_en_route(job));
        rules.check(&only_the_provider_yet(job, booked_by, cx));
    }
    rules.check(&route);
    rules.all([price.clone().map(|price| priced(booked_by, &price))]);
    rules.check(&tracking_number);
    rules.passed()?;
    let (Route { carrier, from, to, booked_at }, (tariff, price)) = (route?, price?);
    let counts_as = counts_as(job, request.direction, booked_by);
    let (reimbursement_cap, findings) = match (booked_by, counts_as) {
        (Party::Buyer, None) => {
            reimbursed(job, request.direction, &carrier, (price, booked_at), cx)
        }
        (Party::Buyer, Some(_)) => instead_of_provider(job, &carrier, (price, booked_at), cx),
        _ => (None, Vec::new()),
    };
    let is_courier = request.direction == Direction::ToShop && booked_by == Party::Provider;
    let hand_over = if is_courier && !is_forwarding { hand_over(job, cx.now, cx) } else { None };
    let named = named_means(job, request.direction, &carrier, cx);
    // Only the provider pays for forwarding a device to another of its shops.
    let between_shops = is_forwarding.then_some(price);
    let price = if is_forwarding { Money::zero(price.currency) } else { price };
    Ok(vec![JobEvent::ShipmentBooked(ShipmentBooked {
        job: request.job,
        shipment: request.job.shipment(next_number(job)),
        direction: request.direction,
        booked_by,
        counts_as,
        hand_over,
        send_by: sent_instead(job, request.direction, booked_at, cx),
        means: named.map(|named| named.means).or(request.means),
        carrier,
        tracking_number: tracking_number?,
        tariff,
        price,
        reimbursement_cap,
        between_shops,
        from,
        to,
        booked_at,
        findings,
    })])
}

/// T11: what the buyer would have collected is sent instead.
fn sent_instead(
    job: &Job,
    direction: Direction,
    booked_at: Instant,
    cx: &Cx<'_>,
) -> Option<Instant> {
    let would_be_collected =
        job.dispatch.is_some_and(|leaving| matches!(leaving.how, GoesBack::Collected { .. }));
    let is_sent = direction == Direction::ToBuyer && would_be_collected;
    if is_sent { after(job, booked_at, |waits| waits.dispatch, cx) } else { None }
}

fn next_number(job: &Job) -> u32 {
    job.shipments.last_key_value().map_or(1, |(number, _)| number.saturating_add(1))
}

/// Which carrier goes from where to where, and when it was booked.
#[derive(Clone)]
struct Route {
    carrier: String,
    from: String,
    to: String,
    booked_at: Instant,
}

impl Route {
    /// From the buyer's city to the shop's or the reverse, unless the request names other cities.
    fn of(job: &Job, request: &BookShipment, cx: &Cx<'_>) -> Result<Self, JobRejection> {
        let shops = &job.opened.shop.city;
        let (from, to) = match request.direction {
            // After a move the device waits in the previous shop's city.
            Direction::ToShop => (job.forwarded_from.as_ref().unwrap_or(&job.opened.city), shops),
            Direction::ToBuyer => (shops, &job.opened.city),
        };
        Ok(Self {
            booked_at: reported(request.booked_at, cx.now)?,
            carrier: text("a carrier", &request.carrier, MAX_NAME_LENGTH)?,
            from: text("a city", request.from.as_ref().unwrap_or(from), MAX_NAME_LENGTH)?,
            to: text("a city", request.to.as_ref().unwrap_or(to), MAX_NAME_LENGTH)?,
        })
    }

    fn price(
        &self,
        job: &Job,
        request: &BookShipment,
        booked_by: Party,
        cx: &Cx<'_>,
    ) -> Result<Priced, JobRejection> {
        if booked_by != Party::Provider {
            let (_, price) = buyers_price(request.price)?;
            let (direction, carrier) = (request.direction, self.carrier.as_str());
            price_is_of_the_tariff(job, direction, carrier, (price, self.booked_at), cx)?;
            return Ok((None, price));
        }
        let on = self.booked_at.with_timezone(&job.zone()).date_naive();
        let named = named_means(job, request.direction, &self.carrier, cx);
        providers_price(job, named, &self.carrier, (&self.from, &self.to), on, cx)
    }
}

/// The carrier picked up the parcel.
pub(super) fn pick_up(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    let mut rules = tried(request, shipment, cx);
    rules.check(&not_picked_up(shipment));
    rules.passed()?;
    let moved = moved(request, shipment, cx)?;
    let deliver_by = deliver_by(job, shipment.direction, moved.at, cx);
    Ok(vec![JobEvent::ShipmentPickedUp(ShipmentMoved { deliver_by, ..moved })])
}

pub(super) fn deliver(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    tried(request, shipment, cx).passed()?;
    if shipment.presumed {
        return Ok(vec![corrected(request, shipment, EndReported::Delivered, cx)?]);
    }
    let moved = moved(request, shipment, cx)?;
    let is_at_the_shop = shipment.direction == Direction::ToShop && job.device == Device::Awaited;
    let inspect_by =
        if is_at_the_shop { after(job, moved.at, |waits| waits.inspection, cx) } else { None };
    Ok(vec![JobEvent::ShipmentDelivered(ShipmentMoved { inspect_by, ..moved })])
}

/// T11: a report that comes after the end was presumed corrects it.
fn corrected(
    request: &MoveShipment,
    shipment: &Shipment,
    now: EndReported,
    cx: &Cx<'_>,
) -> Result<JobEvent, JobRejection> {
    let was = if shipment.is_lost() { EndReported::Lost } else { EndReported::Delivered };
    Ok(JobEvent::ShipmentCorrected(ShipmentCorrected {
        shipment: request.shipment,
        job: request.shipment.job(),
        was,
        now,
        at: happened_at(request, shipment, cx)?,
    }))
}

/// M8, T11: the parcel was lost, for which the booking party is liable. It needs the statement of
/// the carrier, or of the buyer for a shipment that the buyer booked, or was asked about.
pub(super) fn lose(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    let mut rules = tried(request, shipment, cx);
    rules.check(&states_the_loss(shipment, cx.principal, !request.scans.is_empty()));
    rules.passed()?;
    if shipment.presumed {
        return Ok(vec![corrected(request, shipment, EndReported::Lost, cx)?]);
    }
    let counts_as = shipment.counts_as;
    let moved = moved(request, shipment, cx)?;
    Ok(vec![JobEvent::ShipmentLost(ShipmentMoved { counts_as, ..moved })])
}

fn shipment_of<'a>(
    jobs: &'a Jobs,
    request: &MoveShipment,
) -> Result<(&'a Job, &'a Shipment), JobRejection> {
    let job = jobs.jobs.get(&request.shipment.job());
    job.and_then(|job| Some((job, job.shipments.get(&request.shipment.shipment)?)))
        .ok_or(JobRejection::ShipmentNotKnown(request.shipment))
}

fn tried(request: &MoveShipment, shipment: &Shipment, cx: &Cx<'_>) -> Tried<JobRejection> {
    let mut rules = Tried::default();
    rules.check(&not_over(shipment));
    rules.check(&happened_at(request, shipment, cx));
    rules.check(&scans(&request.scans));
    rules
}

/// A step of a shipment follows its booking and its pick-up.
fn happened_at(
    request: &MoveShipment,
    shipment: &Shipment,
    cx: &Cx<'_>,
) -> Result<Instant, JobRejection> {
    let at = reported_after(request.at, cx.now, "the booking", shipment.booked_at)?;
    match shipment.picked_up_at {
        Some(picked_up_at) => not_before(at, "the pick-up", picked_up_at),
        None => Ok(at),
    }
}

fn moved(
    request: &MoveShipment,
    shipment: &Shipment,
    cx: &Cx<'_>,
) -> Result<ShipmentMoved, JobRejection> {
    Ok(ShipmentMoved {
        shipment: request.shipment,
        job: request.shipment.job(),
        at: happened_at(request, shipment, cx)?,
        deliver_by: None,
        inspect_by: None,
        presumed: false,
        counts_as: None,
        scans: scans(&request.scans)?,
    })
}
