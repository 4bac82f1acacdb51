//! How much of a way that the buyer booked is made good, where the provider bears it (M3, C5).
//!
//! What was paid at the counter is told by the buyer, so it is held against what the terms offered: a way that the
//! buyer can book, at the tariff of the day on which it was booked. The preview of a claim's costs and the booking of a
//! way both ask here, so what is shown is what is settled.

use chrono::NaiveDate;
use recourse_kernel::{Finding, Money};

use crate::{Direction, Location, Party, Terms, TermsBook};

/// A way that the buyer books, or might.
#[derive(Debug, Clone, Copy)]
pub struct OwnShipment<'a> {
    /// There or back.
    pub direction: Direction,
    /// The carrier.
    pub carrier: &'a str,
    /// Where the buyer is, as the claim says.
    pub buyer: &'a Location,
    /// Where the repair shop is.
    pub shop: &'a Location,
    /// What the buyer paid for it.
    pub paid: Money,
    /// The day on which it is booked.
    pub on: NaiveDate,
}

/// The most that is made good of a way; none where only its receipt says. With the reason.
pub type AtMost = (Option<Money>, Finding);

/// M3, C5: of a way that the buyer booked, the most that is made good is what a way of the terms cost on the day of the
/// booking: the same carrier's where the terms let the buyer book it, else that of the one which they name first. Where
/// they name none that the buyer books, nothing is.
pub fn reimbursement_cap(book: &TermsBook, terms: &Terms, shipment: OwnShipment<'_>) -> AtMost {
    let OwnShipment { direction, carrier, buyer, shop, paid, on } = shipment;
    let city = buyer.city.as_deref().unwrap_or_default();
    let mut own = terms.means(direction, &buyer.country, city);
    own.retain(|means| means.booked_by == Party::Buyer);
    let named = own.iter().find(|means| means.carrier == carrier);
    let Some(counts) = named.or(own.first()) else {
        let why = "the terms name no way there that the buyer books: nothing of it is made good";
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
        (None, _) => "no tariff is known for it on that day: what the receipt shows is made good",
        (Some(_), Some(_)) => {
            "the terms name this carrier: at most its price of the day is made good"
        }
        (Some(_), None) => {
            "the terms name another carrier: at most the price of that one is made good"
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
