//! Ways: who booked them, with whom, at what price, and what became of them (C5, M8).

use chrono::NaiveDate;
use recourse_kernel::{Findings, Instant, Money, Role};
use recourse_terms::{Direction, OwnWay, Party, Place, WayMeans, made_good_at_most};

use super::commands::{BookWay, MoveWay};
use super::events::{JobEvent, WayBooked, WayMoved};
use super::job::{Job, Jobs, Way, WayEnd};
use super::rejection::JobRejection;
use super::rules::{Cx, is_open, known, moves, not_before, text, told, works_on};

type Decision = Result<Vec<JobEvent>, JobRejection>;

/// The longest name of a carrier or a city.
const LONGEST_NAME: usize = 100;

/// A transport was booked. What the provider books has the price of the terms or of the tariffs; what the
/// buyer books has the price that was paid.
pub fn book(jobs: &Jobs, asked: &BookWay, cx: &Cx<'_>) -> Decision {
    let job = known(jobs, asked.job)?;
    moves(job, cx.principal)?;
    is_open(job)?;
    let is_forwarding = asked.direction == Direction::There && job.forwarded_from.is_some();
    let booked_by = booker(asked, is_forwarding, cx)?;
    still_to_come(job, asked.direction, booked_by)?;
    let booked_at = told(asked.booked_at, cx.now)?;
    let carrier = text("a carrier", &asked.carrier, LONGEST_NAME)?;
    let (from, to) = ends(job, asked)?;
    let named = named_means(job, asked.direction, &carrier, cx);
    let (tariff, price) = match booked_by {
        Party::Provider => {
            let on = booked_at.with_timezone(&job.zone()).date_naive();
            providers_price(job, named, &carrier, (&from, &to), on, cx)?
        }
        _ => match asked.price {
            Some(price) if price.amount >= 0 => (None, price),
            _ => return Err(JobRejection::PriceMissing),
        },
    };
    let (made_good_at_most, findings) = match booked_by {
        Party::Buyer => made_good(job, asked.direction, &carrier, (price, booked_at), cx),
        _ => (None, Vec::new()),
    };
    // What the provider pays to forward a device to another of its shops is nobody else's.
    let between_shops = is_forwarding.then_some(price);
    let price = if is_forwarding { Money::zero(price.currency) } else { price };
    let way = asked.job.way(next_number(job));
    Ok(vec![JobEvent::WayBooked(WayBooked {
        job: asked.job,
        way,
        direction: asked.direction,
        booked_by,
        means: named.map(|named| named.means).or(asked.means),
        carrier,
        tariff,
        price,
        made_good_at_most,
        between_shops,
        from,
        to,
        booked_at,
        findings,
    })])
}

fn next_number(job: &Job) -> u32 {
    job.ways.last_key_value().map_or(1, |(number, _)| number.saturating_add(1))
}

/// M3, C5: a device that is here comes no more. A buyer who could book its way there again would have it made good
/// again.
fn still_to_come(job: &Job, direction: Direction, by: Party) -> Result<(), JobRejection> {
    let is_here = job.receipt().is_some();
    if is_here && direction == Direction::There && by == Party::Buyer {
        return Err(JobRejection::AlreadyReceived);
    }
    Ok(())
}

/// M8: loss falls on whoever booked, so a buyer books only for themselves; between two shops, the provider does.
fn booker(asked: &BookWay, is_forwarding: bool, cx: &Cx<'_>) -> Result<Party, JobRejection> {
    let is_buyer = cx.principal.role == Role::Buyer;
    match (asked.booked_by, is_buyer) {
        (Some(Party::Buyer), _) | (_, true) if is_forwarding => Err(JobRejection::NotTheBooker),
        (None | Some(Party::Buyer), true) | (Some(Party::Buyer), false) => Ok(Party::Buyer),
        (None | Some(Party::Provider), false) => Ok(Party::Provider),
        _ => Err(JobRejection::NotTheBooker),
    }
}

/// From the buyer's city to the shop's, or back, unless other ones are named.
fn ends(job: &Job, asked: &BookWay) -> Result<(String, String), JobRejection> {
    let shops = &job.opened.shop.city;
    let buyers = match asked.direction {
        // After a move the device waits in another shop's city.
        Direction::There => job.forwarded_from.as_ref().unwrap_or(&job.opened.city),
        Direction::Back => &job.opened.city,
    };
    let (from, to) = match asked.direction {
        Direction::There => (buyers, shops),
        Direction::Back => (shops, buyers),
    };
    let from = text("a city", asked.from.as_ref().unwrap_or(from), LONGEST_NAME)?;
    let to = text("a city", asked.to.as_ref().unwrap_or(to), LONGEST_NAME)?;
    Ok((from, to))
}

/// What the terms say of this carrier, for a buyer in this place.
fn named_means<'a>(
    job: &Job,
    direction: Direction,
    carrier: &str,
    cx: &Cx<'a>,
) -> Option<&'a WayMeans> {
    let opened = &job.opened;
    let terms = cx.reference.by_digest(&opened.terms.digest)?;
    let means = terms.means(direction, &opened.country, &opened.city);
    means.into_iter().find(|means| means.carrier == carrier)
}

/// C5: the price that the terms fix for this carrier, else the tariff's of the day.
fn providers_price(
    job: &Job,
    named: Option<&WayMeans>,
    carrier: &str,
    (from, to): (&str, &str),
    on: NaiveDate,
    cx: &Cx<'_>,
) -> Result<(Option<String>, Money), JobRejection> {
    let opened = &job.opened;
    if let Some(price) = named.and_then(|named| named.price) {
        return Ok((None, price));
    }
    let (from_place, to_place) =
        (Place::city(opened.country, from), Place::city(opened.country, to));
    match cx.reference.tariff(carrier, &from_place, &to_place, on) {
        Some(quoted) => Ok((Some(quoted.tariff.id.clone()), quoted.tariff.price)),
        None => Err(JobRejection::NoTariff {
            carrier: carrier.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            on,
        }),
    }
}

/// M3, C5: how much is made good of a way that the buyer booked for so much at that moment, where it is made good:
/// between the claim's city and the shop, whatever other ends are told.
fn made_good(
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
    let buyer = Place::city(opened.country, &opened.city);
    let shop = Place::city(opened.country, &opened.shop.city);
    let own = OwnWay { direction, carrier, buyer: &buyer, shop: &shop, paid, on };
    let (at_most, finding) = made_good_at_most(cx.reference, terms, own);
    (at_most, vec![finding])
}

/// The carrier has it.
pub fn pick_up(jobs: &Jobs, asked: &MoveWay, cx: &Cx<'_>) -> Decision {
    let (job, way) = way_of(jobs, asked)?;
    moves(job, cx.principal)?;
    let moved = moved(asked, way, cx)?;
    if way.picked_up_at.is_some() {
        return Err(JobRejection::WayAlready("picked up"));
    }
    Ok(vec![JobEvent::WayPickedUp(moved)])
}

/// It arrived.
pub fn deliver(jobs: &Jobs, asked: &MoveWay, cx: &Cx<'_>) -> Decision {
    let (job, way) = way_of(jobs, asked)?;
    moves(job, cx.principal)?;
    Ok(vec![JobEvent::WayDelivered(moved(asked, way, cx)?)])
}

/// M8: it is lost, which falls on whoever booked. Not for the buyer to say.
pub fn lose(jobs: &Jobs, asked: &MoveWay, cx: &Cx<'_>) -> Decision {
    let (job, way) = way_of(jobs, asked)?;
    works_on(job, cx.principal)?;
    Ok(vec![JobEvent::WayLost(moved(asked, way, cx)?)])
}

fn way_of<'a>(jobs: &'a Jobs, asked: &MoveWay) -> Result<(&'a Job, &'a Way), JobRejection> {
    let job = jobs.jobs.get(&asked.way.job()).ok_or(JobRejection::WayNotKnown(asked.way))?;
    let way = job.ways.get(&asked.way.way).ok_or(JobRejection::WayNotKnown(asked.way))?;
    Ok((job, way))
}

/// What happens to a way happens after its booking and pick-up, and before its end.
fn moved(asked: &MoveWay, way: &Way, cx: &Cx<'_>) -> Result<WayMoved, JobRejection> {
    match way.end {
        Some(WayEnd::Delivered(_)) => return Err(JobRejection::WayAlready("delivered")),
        Some(WayEnd::Lost(_)) => return Err(JobRejection::WayAlready("lost")),
        None => {}
    }
    let at = told(asked.at, cx.now)?;
    not_before(at, "the booking", way.booked_at)?;
    if let Some(picked_up_at) = way.picked_up_at {
        not_before(at, "the pick-up", picked_up_at)?;
    }
    Ok(WayMoved { way: asked.way, job: asked.way.job(), at })
}
