//! Shipments: who booked them, with which carrier, at what price, and how they ended (C5, M8).

use chrono::NaiveDate;
use recourse_kernel::{Findings, Instant, Money, Role};
use recourse_terms::{Direction, Location, OwnShipment, Party, ShipmentMeans, reimbursement_cap};

use super::commands::{BookShipment, MoveShipment};
use super::events::{JobEvent, ShipmentBooked, ShipmentMoved};
use super::evidence;
use super::job::{Job, Jobs, Shipment, ShipmentEnd};
use super::rejection::JobRejection;
use super::rules::{Cx, is_open, known, moves, not_before, reported, text, works_on};

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// The maximum length of a carrier's or a city's name, in characters.
const MAX_NAME_LENGTH: usize = 100;

/// Books a shipment. The provider's price comes from the terms or the tariffs, the buyer's is the
/// price that was paid.
pub fn book(jobs: &Jobs, request: &BookShipment, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, request.job)?;
    moves(job, cx.principal)?;
    is_open(job)?;
    let is_forwarding = request.direction == Direction::ToShop && job.forwarded_from.is_some();
    let booked_by = booker(request, is_forwarding, cx)?;
    not_received_yet(job, request.direction, booked_by)?;
    let booked_at = reported(request.booked_at, cx.now)?;
    let carrier = text("a carrier", &request.carrier, MAX_NAME_LENGTH)?;
    let (from, to) = ends(job, request)?;
    let named = named_means(job, request.direction, &carrier, cx);
    let (tariff, price) = match booked_by {
        Party::Provider => {
            let on = booked_at.with_timezone(&job.zone()).date_naive();
            providers_price(job, named, &carrier, (&from, &to), on, cx)?
        }
        _ => match request.price {
            Some(price) if price.amount >= 0 => (None, price),
            _ => return Err(JobRejection::PriceMissing),
        },
    };
    let (reimbursement_cap, findings) = match booked_by {
        Party::Buyer => reimbursed(job, request.direction, &carrier, (price, booked_at), cx),
        _ => (None, Vec::new()),
    };
    // Only the provider pays for forwarding a device to another of its shops.
    let between_shops = is_forwarding.then_some(price);
    let price = if is_forwarding { Money::zero(price.currency) } else { price };
    let shipment = request.job.shipment(next_number(job));
    Ok(vec![JobEvent::ShipmentBooked(ShipmentBooked {
        job: request.job,
        shipment,
        direction: request.direction,
        booked_by,
        means: named.map(|named| named.means).or(request.means),
        carrier,
        tracking_number: evidence::tracking_number(request.tracking_number.as_deref())?,
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

fn next_number(job: &Job) -> u32 {
    job.shipments.last_key_value().map_or(1, |(number, _)| number.saturating_add(1))
}

/// M3, C5: a buyer cannot book a shipment to the shop for a device that is already there, as it
/// would be reimbursed again.
fn not_received_yet(job: &Job, direction: Direction, by: Party) -> Result<(), JobRejection> {
    let is_here = job.receipt().is_some();
    if is_here && direction == Direction::ToShop && by == Party::Buyer {
        return Err(JobRejection::AlreadyReceived);
    }
    Ok(())
}

/// M8: the booking party is liable for a loss, so a buyer books only for themselves. Between two
/// shops, the provider books.
fn booker(request: &BookShipment, is_forwarding: bool, cx: &Cx<'_>) -> Result<Party, JobRejection> {
    let is_buyer = cx.principal.role == Role::Buyer;
    match (request.booked_by, is_buyer) {
        (Some(Party::Buyer), _) | (_, true) if is_forwarding => Err(JobRejection::NotTheBooker),
        (None | Some(Party::Buyer), true) | (Some(Party::Buyer), false) => Ok(Party::Buyer),
        (None | Some(Party::Provider), false) => Ok(Party::Provider),
        _ => Err(JobRejection::NotTheBooker),
    }
}

/// From the buyer's city to the shop's or the reverse, unless the request names other cities.
fn ends(job: &Job, request: &BookShipment) -> Result<(String, String), JobRejection> {
    let shops = &job.opened.shop.city;
    let buyers = match request.direction {
        // After a move the device waits in the previous shop's city.
        Direction::ToShop => job.forwarded_from.as_ref().unwrap_or(&job.opened.city),
        Direction::ToBuyer => &job.opened.city,
    };
    let (from, to) = match request.direction {
        Direction::ToShop => (buyers, shops),
        Direction::ToBuyer => (shops, buyers),
    };
    let from = text("a city", request.from.as_ref().unwrap_or(from), MAX_NAME_LENGTH)?;
    let to = text("a city", request.to.as_ref().unwrap_or(to), MAX_NAME_LENGTH)?;
    Ok((from, to))
}

/// What the terms say about this carrier for the buyer's location.
fn named_means<'a>(
    job: &Job,
    direction: Direction,
    carrier: &str,
    cx: &Cx<'a>,
) -> Option<&'a ShipmentMeans> {
    let opened = &job.opened;
    let terms = cx.reference.by_digest(&opened.terms.digest)?;
    let means = terms.means(direction, &opened.country, &opened.city);
    means.into_iter().find(|means| means.carrier == carrier)
}

/// C5: the price that the terms fix for this carrier, else the tariff's price on that day.
fn providers_price(
    job: &Job,
    named: Option<&ShipmentMeans>,
    carrier: &str,
    (from, to): (&str, &str),
    on: NaiveDate,
    cx: &Cx<'_>,
) -> Result<(Option<String>, Money), JobRejection> {
    let opened = &job.opened;
    if let Some(price) = named.and_then(|named| named.price) {
        return Ok((None, price));
    }
    let (origin, destination) =
        (Location::city(opened.country, from), Location::city(opened.country, to));
    match cx.reference.tariff(carrier, &origin, &destination, on) {
        Some(quoted) => Ok((Some(quoted.tariff.id.clone()), quoted.tariff.price)),
        None => Err(JobRejection::NoTariff {
            carrier: carrier.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            on,
        }),
    }
}

/// M3, C5: the reimbursement cap of a shipment booked by the buyer, with the finding that explains
/// it. It is calculated between the claim's city and the shop, whatever other cities were reported.
fn reimbursed(
    job: &Job,
    direction: Direction,
    carrier: &str,
    (paid, booked_at): (Money, Instant),
    cx: &Cx<'_>,
) -> (Option<Money>, Findings) {
    let opened = &job.opened;
    let Some(terms) = cx.reference.by_digest(&opened.terms.digest) else {
        return (None, Vec::new());
    };
    let on = booked_at.with_timezone(&job.zone()).date_naive();
    let buyer = Location::city(opened.country, &opened.city);
    let shop = Location::city(opened.country, &opened.shop.city);
    let own = OwnShipment { direction, carrier, buyer: &buyer, shop: &shop, paid, on };
    let (at_most, finding) = reimbursement_cap(cx.reference, terms, own);
    (at_most, vec![finding])
}

/// The carrier picked up the parcel.
pub fn pick_up(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    let moved = moved(request, shipment, cx)?;
    if shipment.picked_up_at.is_some() {
        return Err(JobRejection::ShipmentAlready("picked up"));
    }
    Ok(vec![JobEvent::ShipmentPickedUp(moved)])
}

/// The parcel was delivered.
pub fn deliver(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    moves(job, cx.principal)?;
    Ok(vec![JobEvent::ShipmentDelivered(moved(request, shipment, cx)?)])
}

/// M8: the parcel was lost, for which the booking party is liable. A buyer cannot report this.
pub fn lose(jobs: &Jobs, request: &MoveShipment, cx: &Cx<'_>) -> Decision {
    let (job, shipment) = shipment_of(jobs, request)?;
    works_on(job, cx.principal)?;
    Ok(vec![JobEvent::ShipmentLost(moved(request, shipment, cx)?)])
}

fn shipment_of<'a>(
    jobs: &'a Jobs,
    request: &MoveShipment,
) -> Result<(&'a Job, &'a Shipment), JobRejection> {
    let job = jobs
        .jobs
        .get(&request.shipment.job())
        .ok_or(JobRejection::ShipmentNotKnown(request.shipment))?;
    let shipment = job
        .shipments
        .get(&request.shipment.shipment)
        .ok_or(JobRejection::ShipmentNotKnown(request.shipment))?;
    Ok((job, shipment))
}

/// A step of a shipment must follow its booking and its pick-up, and precede its end.
fn moved(
    request: &MoveShipment,
    shipment: &Shipment,
    cx: &Cx<'_>,
) -> Result<ShipmentMoved, JobRejection> {
    match shipment.end {
        Some(ShipmentEnd::Delivered(_)) => return Err(JobRejection::ShipmentAlready("delivered")),
        Some(ShipmentEnd::Lost(_)) => return Err(JobRejection::ShipmentAlready("lost")),
        None => {}
    }
    let at = reported(request.at, cx.now)?;
    not_before(at, "the booking", shipment.booked_at)?;
    if let Some(picked_up_at) = shipment.picked_up_at {
        not_before(at, "the pick-up", picked_up_at)?;
    }
    Ok(ShipmentMoved {
        shipment: request.shipment,
        job: request.shipment.job(),
        at,
        scans: evidence::scans(&request.scans)?,
    })
}
