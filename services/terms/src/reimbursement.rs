//! How much of a shipment that the buyer booked is reimbursed, if the provider pays for it (M3,
//! C5).
//!
//! The price paid at the counter is reported by the buyer, so it is checked against what the terms
//! offer: a shipment that the buyer can book, at the tariff of the day of booking. The cost preview
//! and the booking of a shipment both use this function, so the amount shown is the amount settled.

use chrono::NaiveDate;
use recourse_kernel::{Finding, Money};

use crate::{Direction, Location, Party, Terms, TermsBook};

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
    /// What the buyer paid. Only the currency is used, for a cap of zero.
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
    let OwnShipment { direction, carrier, buyer, shop, paid, on } = shipment;
    if terms.shipment(direction).reimbursed_without_cap {
        let why = "the terms reimburse what the receipt shows, without a cap";
        return (None, Finding::passed("C5", why).fact("carrier", carrier));
    }
    let city = buyer.city.as_deref().unwrap_or_default();
    let mut own = terms.means(direction, &buyer.country, city);
    own.retain(|means| means.booked_by == Party::Buyer);
    let named = own.iter().find(|means| means.carrier == carrier);
    let Some(counts) = named.or(own.first()) else {
        let why = "the terms offer the buyer no such shipment to book, so nothing is reimbursed";
        let finding = Finding::failed("C5", why).fact("carrier", carrier);
        return (Some(Money::zero(paid.currency)), finding);
    };
    let (from, to) = match direction {
        Direction::ToShop => (buyer, shop),
        Direction::ToBuyer => (shop, buyer),
    };
    let quoted = book.tariff(&counts.carrier, from, to, on);
    let price = counts.price.or_else(|| Some(quoted.as_ref()?.tariff.price));
    let why = match (price, named) {
        (None, _) => "no tariff is known for that day, so the amount on the receipt is reimbursed",
        (Some(_), Some(_)) => {
            "the terms name this carrier, so the reimbursement is capped at its price"
        }
        (Some(_), None) => {
            "the terms name another carrier, so the reimbursement is capped at its price"
        }
    };
    let finding = Finding::passed("C5", why)
        .fact("carrier", carrier)
        .fact("counts", &counts.carrier)
        .fact("on", on)
        .fact("at_most", price)
        .fact("tariff", quoted.filter(|_| counts.price.is_none()).map(|quoted| &quoted.tariff.id));
    (price, finding)
}
