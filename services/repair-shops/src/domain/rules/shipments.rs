//! Shipments: who books them, at what price, and whether they fit the job (C5, M3, M8).

use chrono::NaiveDate;
use recourse_kernel::{Finding, Findings, Instant, Money, Principal, Role, ShipmentId};
use recourse_terms::{
    Direction, Location, OwnShipment, Party, ShipmentMeans, cap_instead_of_provider, price_fits,
    reimbursement_cap,
};

use crate::domain::Cx;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{Job, Shipment, ShipmentEnd};

/// The shipment belongs to this job, goes in the required direction, and is neither lost nor
/// cancelled.
pub fn shipment_to(job: &Job, shipment: ShipmentId, wanted: Direction) -> Result<(), JobRejection> {
    let can_carry = |shipment: &Shipment| {
        shipment.direction == wanted && !shipment.is_lost() && !shipment.cancelled
    };
    let fits = shipment.job() == job.opened.job
        && job.shipments.get(&shipment.shipment).is_some_and(can_carry);
    if fits { Ok(()) } else { Err(JobRejection::ShipmentDoesNotFit { shipment, wanted }) }
}

/// M8: the booking party is liable for a loss, so a buyer books only for themselves. Between two
/// shops, the provider books.
pub fn booker(
    named: Option<Party>,
    is_forwarding: bool,
    principal: &Principal,
) -> Result<Party, JobRejection> {
    let is_buyer = principal.role == Role::Buyer;
    match (named, is_buyer) {
        (Some(Party::Buyer), _) | (_, true) if is_forwarding => Err(JobRejection::NotTheBooker),
        (None | Some(Party::Buyer), true) | (Some(Party::Buyer), false) => Ok(Party::Buyer),
        (None | Some(Party::Provider), false) => Ok(Party::Provider),
        _ => Err(JobRejection::NotTheBooker),
    }
}

/// M8: what [`booker`] found.
pub fn liable(booked_by: Party) -> Finding {
    Finding::passed("M8", "the party that books the shipment is liable for its loss")
        .fact("booked_by", booked_by)
}

/// M3, C5: a buyer cannot book a shipment to the shop for a device that is already there, as it
/// would be reimbursed again.
pub fn not_received_yet(job: &Job, direction: Direction, by: Party) -> Result<(), JobRejection> {
    let is_here = job.receipt().is_some();
    if is_here && direction == Direction::ToShop && by == Party::Buyer {
        return Err(JobRejection::AlreadyReceived);
    }
    Ok(())
}

/// What the terms say about this carrier for the buyer's location.
pub fn named_means<'a>(
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

/// A price, and the id of the tariff that sets it if there is one.
pub type Priced = (Option<String>, Money);

/// C5: the price that the terms fix for this carrier, else the tariff's price on that day.
pub fn providers_price(
    job: &Job,
    named: Option<&ShipmentMeans>,
    carrier: &str,
    (from, to): (&str, &str),
    on: NaiveDate,
    cx: &Cx<'_>,
) -> Result<Priced, JobRejection> {
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

/// M8: what the buyer paid the carrier, which is never negative.
pub fn buyers_price(paid: Option<Money>) -> Result<Priced, JobRejection> {
    match paid {
        Some(price) if price.amount >= 0 => Ok((None, price)),
        _ => Err(JobRejection::PriceMissing),
    }
}

/// C5, M8: what [`providers_price`] or [`buyers_price`] found.
pub fn priced(booked_by: Party, (tariff, price): &Priced) -> Finding {
    let finding = match booked_by {
        Party::Provider => Finding::passed("C5", "the terms or a tariff set the price"),
        _ => Finding::passed("M8", "the buyer states the price that was paid"),
    };
    finding.fact("price", price).fact("tariff", tariff)
}

/// M3, C5: the reimbursement cap of a shipment booked by the buyer, with the finding that explains
/// it. It is calculated between the claim's city and the shop, whatever other cities were reported.
pub fn reimbursed(
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
    let (buyer, shop) = ends(job);
    let own = own(job, direction, carrier, (paid, booked_at), (&buyer, &shop));
    let (at_most, finding) = reimbursement_cap(cx.reference, terms, own);
    (at_most, vec![finding])
}

/// M8: damage that is not on the buyer's photos happened in transit. The shop names the shipment
/// and describes the damage. None if no damage is reported.
pub fn damage_is_described(
    job: &Job,
    damaged_on: Option<ShipmentId>,
    condition: Option<&str>,
) -> Result<Option<Finding>, JobRejection> {
    let Some(shipment) = damaged_on else { return Ok(None) };
    shipment_to(job, shipment, Direction::ToShop)?;
    condition.ok_or(JobRejection::DamageWithoutCondition)?;
    let finding = Finding::passed("M8", "the damage in transit is described");
    Ok(Some(finding.fact("shipment", shipment)))
}

/// M13: one shipment in each direction at a time, except for the booking that this one replaces.
pub fn none_en_route(
    job: &Job,
    direction: Direction,
    replaced: Option<u32>,
) -> Result<(), JobRejection> {
    let is_another = |(number, shipment): &(&u32, &Shipment)| {
        shipment.direction == direction && shipment.is_open() && replaced != Some(**number)
    };
    match job.shipments.iter().find(is_another) {
        Some((number, _)) => {
            Err(JobRejection::AnotherShipment { shipment: job.opened.job.shipment(*number) })
        }
        None => Ok(()),
    }
}

/// M13: one shipment between two shops at a time.
pub fn none_is_forwarded(job: &Job) -> Result<(), JobRejection> {
    let forwards = Some(job.forwarded.len());
    let is_open = |shipment: &Shipment| shipment.forwards == forwards && shipment.is_open();
    match job.shipments.iter().find(|(_, shipment)| is_open(shipment)) {
        Some((number, _)) => {
            Err(JobRejection::AnotherShipment { shipment: job.opened.job.shipment(*number) })
        }
        None => Ok(()),
    }
}

/// M3, T11: the provider's booking that the buyer may cancel or replace, as its courier did not
/// come in time.
pub fn late_courier(job: &Job, now: Instant) -> Option<u32> {
    let is_late = job.courier.is_some_and(|courier| courier.buyer_may_book_from <= now);
    job.unused_of_provider().filter(|_| is_late)
}

/// M3, T11: while the provider's courier is awaited, only the provider books until it is late.
pub fn only_the_provider_yet(job: &Job, by: Party, cx: &Cx<'_>) -> Result<(), JobRejection> {
    match job.courier {
        Some(courier) if by == Party::Buyer && cx.now < courier.buyer_may_book_from => {
            Err(JobRejection::OnlyTheProviderBooks { until: courier.buyer_may_book_from })
        }
        _ => Ok(()),
    }
}

/// M3, M8: what the buyer books instead of the provider counts as booked by the provider.
pub fn counts_as(job: &Job, direction: Direction, by: Party) -> Option<Party> {
    let is_instead = job.courier.is_some() && by == Party::Buyer && direction == Direction::ToShop;
    is_instead.then_some(Party::Provider)
}

/// M3: the cap of a shipment that counts as the provider's: the price of the provider's carrier.
pub fn instead_of_provider(
    job: &Job,
    carrier: &str,
    (paid, booked_at): (Money, Instant),
    cx: &Cx<'_>,
) -> (Option<Money>, Findings) {
    let Some(terms) = cx.reference.by_digest(&job.opened.terms.digest) else {
        return (None, Vec::new());
    };
    let (buyer, shop) = ends(job);
    let own = own(job, Direction::ToShop, carrier, (paid, booked_at), (&buyer, &shop));
    let (at_most, finding) = cap_instead_of_provider(cx.reference, terms, own);
    (at_most, vec![finding])
}

/// M13: the price that the buyer states is in the currency of the tariff.
pub fn price_is_of_the_tariff(
    job: &Job,
    direction: Direction,
    carrier: &str,
    (paid, booked_at): (Money, Instant),
    cx: &Cx<'_>,
) -> Result<(), JobRejection> {
    let Some(terms) = cx.reference.by_digest(&job.opened.terms.digest) else { return Ok(()) };
    let (buyer, shop) = ends(job);
    let own = own(job, direction, carrier, (paid, booked_at), (&buyer, &shop));
    let wanted = |wanted| JobRejection::AnotherCurrency { given: paid.currency, wanted };
    price_fits(cx.reference, terms, own).map(|_| ()).map_err(wanted)
}

/// The buyer's and the shop's end of a shipment.
fn ends(job: &Job) -> (Location, Location) {
    let opened = &job.opened;
    let at = |city: &str| Location::city(opened.country, city);
    (at(&opened.city), at(&opened.shop.city))
}

fn own<'a>(
    job: &Job,
    direction: Direction,
    carrier: &'a str,
    (paid, booked_at): (Money, Instant),
    (buyer, shop): (&'a Location, &'a Location),
) -> OwnShipment<'a> {
    let on = booked_at.with_timezone(&job.zone()).date_naive();
    OwnShipment { direction, carrier, buyer, shop, paid, on }
}

/// M13: a buyer cancels what the buyer booked, or a courier of the provider that did not come.
pub fn cancelled_by(
    job: &Job,
    number: u32,
    shipment: &Shipment,
    cx: &Cx<'_>,
) -> Result<(), JobRejection> {
    let is_buyer = cx.principal.role == Role::Buyer;
    let is_own = shipment.booked_by == Party::Buyer || late_courier(job, cx.now) == Some(number);
    if is_buyer && !is_own { Err(JobRejection::NotTheBooker) } else { Ok(()) }
}

/// The booking was not cancelled.
pub fn not_cancelled(shipment: &Shipment) -> Result<(), JobRejection> {
    if shipment.cancelled { Err(JobRejection::ShipmentAlready("cancelled")) } else { Ok(()) }
}

/// The shipment is in transit, or its end is only presumed (T11).
pub fn not_over(shipment: &Shipment) -> Result<(), JobRejection> {
    not_cancelled(shipment)?;
    match shipment.end.filter(|_| !shipment.presumed) {
        Some(ShipmentEnd::Delivered(_)) => Err(JobRejection::ShipmentAlready("delivered")),
        Some(ShipmentEnd::Lost(_)) => Err(JobRejection::ShipmentAlready("lost")),
        None => Ok(()),
    }
}

/// The carrier does not have the parcel yet.
pub fn not_picked_up(shipment: &Shipment) -> Result<(), JobRejection> {
    match shipment.picked_up_at {
        Some(_) => Err(JobRejection::ShipmentAlready("picked up")),
        None => Ok(()),
    }
}
