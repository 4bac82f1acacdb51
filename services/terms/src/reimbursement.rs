//! How much of a shipment that the buyer booked is reimbursed, if the provider pays for it (M3,
//! C5).
//!
//! The price paid at the counter is reported by the buyer, so it is checked against what the terms
//! offer: a shipment that the buyer can book, at the tariff of the day of booking. The cost preview
//! and the booking of a shipment both use this function, so the amount shown is the amount settled.

use chrono::NaiveDate;
use recourse_kernel::{Currency, Finding, Money};

use crate::{Direction, Location, Party, Quoted, ShipmentMeans, Terms, TermsBook};

/// A shipment that the buyer books or is considering.
#[derive(Debug, Clone, Copy)]
pub struct OwnShipment<'a> {
    /// To the repair shop or to the buyer.
    pub direction: Direction,
    /// The carrier, as the buyer names it; compared with the carriers in the terms: `post-ru`.
    pub carrier: &'a str,
    /// The buyer's end of the shipment, from the claim; it decides which options apply.
    pub buyer: &'a Location,
    /// The shop's end of the shipment; the tariff is the one between both ends.
    pub shop: &'a Location,
    /// What the buyer paid. Only the currency is used: for a cap of zero, and in
    /// [`price_fits`].
    pub paid: Money,
    /// The day of booking, which decides the tariff.
    pub on: NaiveDate,
}

/// The maximum reimbursement for a shipment (none if the receipt alone decides), with the reason.
pub type CapWithReason = (Option<Money>, Finding);

/// M3, C5: the maximum reimbursement for a shipment that the buyer booked is the price, on the day
/// of booking, of a shipping option in the terms: the same carrier's option if the terms let the
/// buyer book it, otherwise the first option that the buyer can book. If there is none, nothing is
/// reimbursed.
pub fn reimbursement_cap(
    book: &TermsBook,
    terms: &Terms,
    shipment: OwnShipment<'_>,
) -> CapWithReason {
    let OwnShipment { direction, carrier, paid, .. } = shipment;
    if terms.shipment(direction).reimbursed_without_cap {
        let why = "the terms reimburse what the receipt shows, without a cap";
        return (None, Finding::passed("C5", why).fact("carrier", carrier));
    }
    let Some((counts, is_named)) = option_that_counts(terms, shipment, Party::Buyer) else {
        let why = "the terms offer the buyer no such shipment to book, so nothing is reimbursed";
        let finding = Finding::failed("C5", why).fact("carrier", carrier);
        return (Some(Money::zero(paid.currency)), finding);
    };
    let why = if is_named {
        "the terms name this carrier, so the reimbursement is capped at its price"
    } else {
        "the terms name another carrier, so the reimbursement is capped at its price"
    };
    capped(book, counts, shipment, why)
}

/// T11, M3: the same for a courier that the provider did not book in time, so that the buyer did:
/// the cap is the price of the option that the provider would have booked.
pub fn cap_instead_of_provider(
    book: &TermsBook,
    terms: &Terms,
    shipment: OwnShipment<'_>,
) -> CapWithReason {
    let option = option_that_counts(terms, shipment, Party::Provider);
    let Some((counts, _)) = option else { return reimbursement_cap(book, terms, shipment) };
    let why = "the provider did not book in time, so the cap is its carrier's price";
    capped(book, counts, shipment, why)
}

/// M13: whether the price that the buyer states is in the currency of the shipping option that
/// counts, or of the others that the terms offer there; without any known price, in one of the
/// buyer's country. Returns the currency that is asked for.
pub fn price_fits(
    book: &TermsBook,
    terms: &Terms,
    shipment: OwnShipment<'_>,
) -> Result<Finding, Currency> {
    let options = options(terms, shipment);
    let own = option_that_counts(terms, shipment, Party::Buyer).map(|(option, _)| option);
    let mut prices = own
        .into_iter()
        .chain(options)
        .filter_map(|option| price_of_option(book, option, shipment).0.map(|price| price.currency));
    match prices.next() {
        Some(currency) if currency != shipment.paid.currency => Err(currency),
        None => in_the_countrys_currency(shipment),
        currency => {
            let finding = Finding::passed("M13", "the price is in the currency of the tariff");
            Ok(finding.fact("currency", currency.unwrap_or(shipment.paid.currency)))
        }
    }
}

fn in_the_countrys_currency(shipment: OwnShipment<'_>) -> Result<Finding, Currency> {
    let country = shipment.buyer.country;
    let paid = shipment.paid.currency;
    match Currency::of_country(country.as_str()) {
        Some(currency) if !paid.is_used_in(country.as_str()) => Err(currency),
        _ => {
            let finding = Finding::passed("M13", "the price is in a currency of the country");
            Ok(finding.fact("currency", paid).fact("country", country))
        }
    }
}

fn options<'t>(terms: &'t Terms, shipment: OwnShipment<'_>) -> Vec<&'t ShipmentMeans> {
    let city = shipment.buyer.city.as_deref().unwrap_or_default();
    terms.means(shipment.direction, &shipment.buyer.country, city)
}

/// The option that this party can book: of the carrier used if the terms name it, otherwise the
/// first; and whether it is of that carrier.
fn option_that_counts<'t>(
    terms: &'t Terms,
    shipment: OwnShipment<'_>,
    booked_by: Party,
) -> Option<(&'t ShipmentMeans, bool)> {
    let mut own = options(terms, shipment);
    own.retain(|means| means.booked_by == booked_by);
    let named = own.iter().find(|means| means.carrier == shipment.carrier);
    named.map(|means| (*means, true)).or_else(|| own.first().map(|means| (*means, false)))
}

fn price_of_option<'b>(
    book: &'b TermsBook,
    option: &ShipmentMeans,
    shipment: OwnShipment<'_>,
) -> (Option<Money>, Option<Quoted<'b>>) {
    let OwnShipment { direction, buyer, shop, on, .. } = shipment;
    let (from, to) = match direction {
        Direction::ToShop => (buyer, shop),
        Direction::ToBuyer => (shop, buyer),
    };
    let quoted = book.tariff(&option.carrier, from, to, on);
    (option.price.or_else(|| Some(quoted?.tariff.price)), quoted)
}

fn capped(
    book: &TermsBook,
    counts: &ShipmentMeans,
    shipment: OwnShipment<'_>,
    why: &str,
) -> CapWithReason {
    let (price, quoted) = price_of_option(book, counts, shipment);
    let why = match price {
        None => "no tariff is known for that day, so the amount on the receipt is reimbursed",
        Some(_) => why,
    };
    let finding = Finding::passed("C5", why)
        .fact("carrier", shipment.carrier)
        .fact("counts", &counts.carrier)
        .fact("on", shipment.on)
        .fact("at_most", price)
        .fact("tariff", quoted.filter(|_| counts.price.is_none()).map(|quoted| &quoted.tariff.id));
    (price, finding)
}
