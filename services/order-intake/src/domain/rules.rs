//! The rules about orders, each a named function that explains its outcome.

use recourse_kernel::{DeviceId, Finding, Instant, Money, Principal, Role};
use recourse_terms::TermsBook;
use recourse_terms::terms::MarketplaceTerms;

use super::commands::{LineUnits, Units};
use super::events::{Delivery, OrderLine};
use super::rejection::OrderRejection;
use super::state::{Order, Unit};

/// T1: the periods of a device without terms; the day of delivery is day 0. Until day 7 it can be
/// returned to the shop, and until day 15 the buyer can open a dispute with the seller.
pub const WITHOUT_TERMS: MarketplaceTerms = MarketplaceTerms {
    return_days: 7,
    return_needs_defect: false,
    dispute_days: 15,
    claims_wait_for_dispute_days: true,
    seller_answers_within_days: None,
};
/// The marketplace's reason code for a return because of a defect (T1).
pub const REASON_DEFECT: &str = "defect";
/// The maximum number of units in one purchase. All of them live in one stream.
pub const UNITS_LIMIT: u64 = 1_000;
/// The maximum amount for one unit, in minor units. Far above any device and far below `i64::MAX`,
/// so that sums over an order cannot overflow.
const AMOUNT_LIMIT: i64 = 1_000_000_000_000;

/// T1: the calendar day of an instant at the place of delivery; the day of delivery is day 0.
pub fn day_of(delivery: &Delivery, at: Instant) -> i64 {
    let day = |instant: Instant| instant.with_timezone(&delivery.zone).date_naive();
    (day(at) - day(delivery.delivered_at)).num_days()
}

/// T1: the periods of the marketplace's buyer protection, from the terms of the device's warranty.
pub fn buyer_protection(order: &Order, device: DeviceId, book: &TermsBook) -> MarketplaceTerms {
    let placed = &order.placed;
    let line = placed.lines.iter().find(|line| line.line == device.line);
    let terms = line.and_then(|line| line.warranty.as_ref()).and_then(|warranty| {
        book.find(&warranty.provider, warranty.program, &placed.country, placed.placed_at)
    });
    terms.map_or(WITHOUT_TERMS, |terms| terms.marketplace.clone())
}

/// T1: until day 7 a device can be returned to the shop, for any reason or only for a defect,
/// depending on the marketplace's terms. `back` is the time of the return and the marketplace's
/// reason code.
pub fn can_be_returned(
    device: DeviceId,
    delivery: &Delivery,
    back: (Instant, &str),
    days: &MarketplaceTerms,
) -> Result<Finding, OrderRejection> {
    let (returned_at, reason) = back;
    let last = i64::from(days.return_days);
    let day = day_of(delivery, returned_at);
    if day < 0 {
        let delivered_at = delivery.delivered_at;
        return Err(OrderRejection::ReturnBeforeDelivery { device, delivered_at });
    }
    if day > last {
        return Err(OrderRejection::ReturnTooLate { device, day, last });
    }
    if days.return_needs_defect && reason != REASON_DEFECT {
        return Err(OrderRejection::ReturnNeedsDefect { device });
    }
    Ok(Finding::passed("T1", format!("returned on day {day} of {last}"))
        .fact("device", device)
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}

/// T1: until day 15 the buyer can open a dispute with the seller.
pub fn may_dispute(
    device: DeviceId,
    unit: &Unit,
    now: Instant,
    days: &MarketplaceTerms,
) -> Result<Finding, OrderRejection> {
    let last = i64::from(days.dispute_days);
    let delivery = unit.delivery.ok_or(OrderRejection::DisputeBeforeDelivery(device))?;
    let day = day_of(&delivery, now);
    if day > last {
        return Err(OrderRejection::DisputeTooLate { device, day, last });
    }
    Ok(Finding::passed("T1", format!("opened on day {day} of {last}"))
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}

/// S1: a warranty is sold with a device, in the same order.
pub fn warranty_comes_with_a_device(line: &OrderLine) -> Result<(), OrderRejection> {
    if line.warranty.is_some() && line.device.is_none() {
        return Err(OrderRejection::WarrantyWithoutDevice { line: line.line });
    }
    Ok(())
}

/// M6: amounts are whole minor units of one currency, not negative and below the maximum.
pub fn amount_is_possible(amount: Money, of: Money) -> Result<(), OrderRejection> {
    if amount.currency != of.currency {
        return Err(OrderRejection::CurrenciesDiffer { expected: of.currency.to_string() });
    }
    if (0..=AMOUNT_LIMIT).contains(&amount.amount) {
        Ok(())
    } else {
        let most = Money::new(AMOUNT_LIMIT, amount.currency);
        Err(OrderRejection::ImpossibleAmount { amount, most })
    }
}

/// The lines are numbered from 1, have units, and fit into one purchase.
pub fn lines_are_sound(lines: &[OrderLine]) -> Result<(), OrderRejection> {
    let Some(first) = lines.first() else { return Err(OrderRejection::NothingBought) };
    for (line, number) in lines.iter().zip(1..) {
        if line.line != number {
            return Err(OrderRejection::LinesMisnumbered);
        }
        if line.quantity == 0 {
            return Err(OrderRejection::NothingBought);
        }
        amount_is_possible(line.unit_price, first.unit_price)?;
        if let Some(warranty) = &line.warranty {
            amount_is_possible(warranty.price, first.unit_price)?;
        }
        warranty_comes_with_a_device(line)?;
    }
    let units = lines.iter().map(|line| u64::from(line.quantity)).sum();
    if units > UNITS_LIMIT {
        return Err(OrderRejection::TooManyUnits { units, limit: UNITS_LIMIT });
    }
    Ok(())
}

/// Only the order's own marketplace reports facts about it.
pub fn reported_by_the_marketplace(
    principal: &Principal,
    marketplace: &str,
) -> Result<(), OrderRejection> {
    if principal.role == Role::Marketplace && principal.subject == marketplace {
        Ok(())
    } else {
        Err(OrderRejection::NotTheMarketplace(principal.clone()))
    }
}

/// Facts about an order are dated after it was placed.
pub fn after_placing(order: &Order, at: Instant) -> Result<(), OrderRejection> {
    let placed_at = order.placed.placed_at;
    if at < placed_at { Err(OrderRejection::BeforePlaced { placed_at }) } else { Ok(()) }
}

/// A cancelled order accepts no further deliveries.
pub fn not_cancelled(order: &Order) -> Result<(), OrderRejection> {
    match order.cancelled {
        Some(at) => Err(OrderRejection::Cancelled { at }),
        None => Ok(()),
    }
}

/// The units named, by id or by line and quantity. Among a line's units, those that rank first by
/// `preference` are chosen.
///
/// Returns an empty list if none are named; what that means depends on the fact.
pub fn units_named<P: Ord>(
    order: &Order,
    units: &Units,
    preference: impl Fn(&Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let mut found = Vec::new();
    for device in &units.devices {
        if !order.units.contains_key(device) {
            return Err(OrderRejection::UnitNotKnown(format!("unit {device}")));
        }
        found.push(*device);
    }
    for line in &units.lines {
        found.extend(units_of_line(order, line, &preference)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn units_of_line<P: Ord>(
    order: &Order,
    line: &LineUnits,
    preference: impl Fn(&Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let of_line = |unit: &Unit| unit.reference.as_deref() == Some(line.reference.as_str());
    let mut candidates: Vec<_> = order.units.iter().filter(|(_, unit)| of_line(unit)).collect();
    if candidates.is_empty() {
        return Err(OrderRejection::UnitNotKnown(format!("line {}", line.reference)));
    }
    let found = candidates.len();
    let wanted = line.quantity;
    // The sort is stable: among equals the lower unit comes first, so a replay picks the same ones.
    candidates.sort_by_key(|(_, unit)| preference(unit));
    candidates.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    if candidates.len() < usize::try_from(wanted).unwrap_or(usize::MAX) {
        return Err(OrderRejection::NotThatMany { line: line.reference.clone(), wanted, found });
    }
    Ok(candidates.into_iter().map(|(device, _)| *device).collect())
}
