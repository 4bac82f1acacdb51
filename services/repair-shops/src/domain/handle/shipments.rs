//! Shipments: who books them, with which carrier, at what price, and how they ended (C5, M8).

use recourse_kernel::{Findings, Instant, Money, Tried};
use recourse_terms::{Direction, Means, Party};

use super::couriers::{courier_due, unused};
use super::receipts::receipt_fits;
use crate::domain::commands::{BookShipment, MoveShipment};
use crate::domain::events::{
    CourierDue, Due, EndReported, GoesBack, JobEvent, ShipmentBooked, ShipmentCorrected,
    ShipmentMoved,
};
use crate::domain::rejection::JobRejection;
use crate::domain::rules::access::{known, moves};
use crate::domain::rules::dates::{after, deliver_by, hand_over};
use crate::domain::rules::device::is_open;
use crate::domain::rules::remedy::no_appeal_is_open;
use crate::domain::rules::shipments::{
    Priced, booker, buyers_price, counts_as, instead_of_provider, late_courier, liable,
    named_means, none_en_route, none_is_forwarded, not_cancelled, not_over, not_picked_up,
    not_received_yet, only_the_provider_yet, price_is_of_the_tariff, priced, providers_price,
    reimbursed,
};
use crate::domain::rules::statements::Statement;
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
    if request.direction == Direction::ToBuyer {
        rules.all([no_appeal_is_open(&jobs.notes(request.job))]);
    }
    let replaced = replaced(job, request.direction, booked_by, cx);
    rules.check(&one_at_a_time(job, request.direction, booked_by, cx));
    rules.check(&route);
    rules.all([price.clone().map(|price| priced(booked_by, &price))]);
    rules.check(&tracking_number);
    let receipt = price
        .clone()
        .and_then(|(_, price)| receipt_fits(request.receipt.as_ref(), booked_by, price.currency));
    rules.check(&receipt);
    rules.passed()?;
    let (Route { carrier, from, to, booked_at }, (tariff, price)) = (route?, price?);
    let counts_as = counts_as(job, request.direction, booked_by);
    let paid = (price, booked_at);
    let (reimbursement_cap, findings) =
        capped(job, request.direction, (booked_by, counts_as), &carrier, paid, cx);
    let named = named_means(job, request.direction, &carrier, cx);
    let means = named.map(|named| named.means).or(request.means);
    let (courier, hand_over) = turn(job, request.direction, (booked_by, counts_as), means, cx);
    // Only the provider pays for forwarding a device to another of its shops.
    let between_shops = is_forwarding.then_some(price);
    let price = if is_forwarding { Money::zero(price.currency) } else { price };
    let cancelled = replaced.map(|number| unused(request.job.shipment(number), cx));
    let booked = JobEvent::ShipmentBooked(ShipmentBooked {
        job: request.job,
        shipment: request.job.shipment(next_number(job)),
        direction: request.direction,
        booked_by,
        counts_as,
        hand_over,
        courier,
        send_by: sent_instead(job, request.direction, cx.now, cx),
        means,
        carrier,
        tracking_number: tracking_number?,
        tariff,
        price,
        reimbursement_cap,
        between_shops,
        from,
        to,
        booked_at,
        receipt: receipt?,
        findings,
    });
    Ok(cancelled.map(JobEvent::ShipmentCancelled).into_iter().chain([booked]).collect())
}

/// M13, M3: one shipment in each direction at a time, and only by the provider while its courier is
/// awaited.
fn one_at_a_time(
    job: &Job,
    direction: Direction,
    booked_by: Party,
    cx: &Cx<'_>,
) -> Result<(), JobRejection> {
    if direction == Direction::ToShop && job.forwarded_from.is_some() {
        return none_is_forwarded(job);
    }
    none_en_route(job, direction, replaced(job, direction, booked_by, cx))?;
    match direction {
        Direction::ToShop => only_the_provider_yet(job, booked_by, cx),
        Direction::ToBuyer => Ok(()),
    }
}

/// M3: how much of what the buyer paid is reimbursed at most, and why.
fn capped(
    job: &Job,
    direction: Direction,
    (booked_by, counts_as): (Party, Option<Party>),
    carrier: &str,
    paid: (Money, Instant),
    cx: &Cx<'_>,
) -> (Option<Money>, Findings) {
    match (booked_by, counts_as) {
        (Party::Buyer, None) => reimbursed(job, direction, carrier, paid, cx),
        (Party::Buyer, Some(_)) => instead_of_provider(job, carrier, paid, cx),
        _ => (None, Vec::new()),
    }
}

/// M3, T11: the provider's booking that the buyer replaces, as its courier did not come.
fn replaced(job: &Job, direction: Direction, by: Party, cx: &Cx<'_>) -> Option<u32> {
    let is_buyers = by == Party::Buyer && direction == Direction::ToShop;
    late_courier(job, cx.now).filter(|_| is_buyers)
}

/// T11: whose turn it is after the booking of a shipment from the buyer.
fn turn(
    job: &Job,
    direction: Direction,
    (booked_by, counts_as): (Party, Option<Party>),
    means: Option<Means>,
    cx: &Cx<'_>,
) -> (Option<CourierDue>, Option<Due>) {
    let is_from_the_buyer = direction == Direction::ToShop && job.forwarded_from.is_none();
    match booked_by {
        Party::Provider if is_from_the_buyer => picks_up_or_is_handed_over(job, means, cx),
        Party::Buyer if counts_as.is_some() => (None, hand_over(job, cx.now, cx)),
        _ => (None, None),
    }
}

/// T11: a courier that the provider booked has to come; a parcel that goes by post is the buyer's
/// to hand over, unless the buyer had requested the courier.
fn picks_up_or_is_handed_over(
    job: &Job,
    means: Option<Means>,
    cx: &Cx<'_>,
) -> (Option<CourierDue>, Option<Due>) {
    match means {
        Some(Means::Post) if job.courier.is_none() => (None, hand_over(job, cx.now, cx)),
        _ => (courier_due(job, cx), None),
    }
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
    rules.check(&not_over(shipment));
    rules.check(&not_picked_up(shipment));
    rules.check(&stated(request, cx).picks_up(shipment));
    rules.passed()?;
    let moved = moved(request, shipment, cx)?;
    // T11: nobody has missed anything that was not known.
    let deliver_by = deliver_by(job, shipment.direction, moved.at.max(cx.now), cx);
    Ok(vec![JobEvent::ShipmentPickedUp(ShipmentMoved { deliver_by, ..moved })])
}

pub(super) fn deliver(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    let mut rules = tried(request, shipment, cx);
    rules.check(&stated(request, cx).delivers(shipment));
    rules.passed()?;
    if shipment.end.is_some() {
        return Ok(vec![corrected(request, shipment, EndReported::Delivered, cx)?]);
    }
    let presumed = stated(request, cx).is_presumed(shipment, false);
    let moved = ShipmentMoved { presumed, ..moved(request, shipment, cx)? };
    let is_at_the_shop = shipment.direction == Direction::ToShop && job.device == Device::Awaited;
    let inspect_by = if is_at_the_shop {
        after(job, moved.at.max(cx.now), |waits| waits.inspection, cx)
    } else {
        None
    };
    Ok(vec![JobEvent::ShipmentDelivered(ShipmentMoved { inspect_by, ..moved })])
}

/// T11: a later report corrects how a shipment ended.
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
        presumed: stated(request, cx).is_presumed(shipment, now == EndReported::Lost),
    }))
}

/// M8, T11: the parcel was lost, for which the booking party is liable.
pub(super) fn lose(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    let mut rules = tried(request, shipment, cx);
    rules.check(&stated(request, cx).loses(shipment));
    rules.passed()?;
    if shipment.end.is_some() {
        return Ok(vec![corrected(request, shipment, EndReported::Lost, cx)?]);
    }
    let counts_as = shipment.counts_as;
    let presumed = stated(request, cx).is_presumed(shipment, true);
    let moved = moved(request, shipment, cx)?;
    Ok(vec![JobEvent::ShipmentLost(ShipmentMoved { presumed, counts_as, ..moved })])
}

fn stated(request: &MoveShipment, cx: &Cx<'_>) -> Statement {
    Statement::of(cx.principal, !request.scans.is_empty())
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
    rules.check(&not_cancelled(shipment));
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
