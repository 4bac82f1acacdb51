//! What a claim is likely to cost, before the device is posted (C5).

use chrono::NaiveDate;
use recourse_terms::{Direction, LikelyCost, Place, Shop, Terms, TermsBook, WayFact, likely_costs};
use serde::Serialize;

use crate::domain::{Claim, Cover};

/// The ways as they would usually be booked, and what they cost whom for each verdict.
#[derive(Debug, Serialize)]
pub(super) struct LikelyCosts {
    ways: Vec<WayFact>,
    by_verdict: Vec<LikelyCost>,
}

/// C5: carrier and tariff of each way, who bears it for each possible verdict, fees, and how that compares
/// with the device's price. Nothing where a way has no tariff on that day.
pub(super) fn likely(
    book: &TermsBook,
    terms: &Terms,
    claim: &Claim,
    cover: &Cover,
    shop: &Shop,
    on: NaiveDate,
) -> Option<LikelyCosts> {
    let way = |direction| usual_way(book, terms, claim, shop, direction, on);
    let ways = vec![way(Direction::There)?, way(Direction::Back)?];
    let by_verdict = likely_costs(terms, cover.device_price, &ways).ok()?;
    Some(LikelyCosts { ways, by_verdict })
}

fn usual_way(
    book: &TermsBook,
    terms: &Terms,
    claim: &Claim,
    shop: &Shop,
    direction: Direction,
    on: NaiveDate,
) -> Option<WayFact> {
    let buyer = Place::city(claim.country, &claim.city);
    let branch = Place::city(shop.country, &shop.city);
    let (from, to) = match direction {
        Direction::There => (&buyer, &branch),
        Direction::Back => (&branch, &buyer),
    };
    let means = *terms.means(direction, &claim.country, &claim.city).first()?;
    let tariff = || book.tariff(&means.carrier, from, to, on).map(|quoted| quoted.tariff.price);
    Some(WayFact {
        direction,
        means: means.means,
        booked_by: means.booked_by,
        carrier: means.carrier.clone(),
        price: means.price.or_else(tariff)?,
        lost: false,
    })
}
