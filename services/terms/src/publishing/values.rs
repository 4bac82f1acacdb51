//! Values of terms that the calculations cannot handle.

use super::{PublishRejection, fault_if, invalid};
use crate::terms::{CashStep, Fee, Share};
use crate::{Category, Party, Span, Terms};

/// Every value that makes no sense, by itself or next to another.
pub(super) fn faults(terms: &Terms) -> Vec<PublishRejection> {
    let faults = period_faults(terms)
        .chain(limit_faults(terms))
        .chain(shipment_faults(terms))
        .chain(wait_faults(terms));
    faults.collect()
}

fn period_faults(terms: &Terms) -> impl Iterator<Item = PublishRejection> {
    let without_zone = terms.countries.iter().filter(|country| !terms.zones.contains_key(country));
    let without_zone =
        without_zone.map(|country| invalid("zones", format!("{country} has no time zone")));
    let coverage = &terms.coverage;
    let months = u32::from(coverage.months);
    let ends_first = months == 0 || u32::from(coverage.starts_on_day) >= 28 * months;
    let backwards = terms.sold_until.is_some_and(|until| until <= terms.sold_from);
    let faults = [
        fault_if(terms.countries.is_empty(), "countries", "name at least one country"),
        fault_if(backwards, "sold_until", "the end is not after the start"),
        fault_if(ends_first, "coverage", "the policy would end before its coverage starts"),
    ];
    faults.into_iter().flatten().chain(without_zone)
}

/// S4, C2, C3, M8, M10: what is covered, and the limits of a claim, of a device that is kept and
/// of goodwill.
fn limit_faults(terms: &Terms) -> impl Iterator<Item = PublishRejection> {
    let (claim, held) = (&terms.claim, &terms.held_device);
    let push_button = terms.devices.categories.contains_key(&Category::PushButtonPhone);
    let photos = claim.photos_at_least > claim.photos_at_most || claim.photos_at_most > 3;
    let reminder = claim.reminder_after_days > claim.answer_within_days;
    let notice = held.notice_after_days > held.abandoned_after_days;
    let limits = &terms.goodwill_limits;
    let negative = limits.iter().any(|limit| limit.amount < 0);
    let twice = limits
        .iter()
        .enumerate()
        .any(|(at, limit)| limits[..at].iter().any(|other| other.currency == limit.currency));
    let faults = [
        fault_if(negative, "goodwill_limits", "a limit is negative"),
        fault_if(twice, "goodwill_limits", "a currency has two limits"),
        fault_if(push_button, "devices.categories", "push-button phones cannot be covered (S4)"),
        fault_if(
            photos,
            "claim.photos_at_least",
            "the limits must be in order, and at most 3 (C2)",
        ),
        fault_if(
            reminder,
            "claim.reminder_after_days",
            "the reminder would come after the deadline",
        ),
        fault_if(notice, "held_device.notice_after_days", "the notice would come after the end"),
    ];
    faults.into_iter().flatten()
}

/// T11: a period of no days is always over; and pauses are counted in days of 24 hours.
fn wait_faults(terms: &Terms) -> impl Iterator<Item = PublishRejection> {
    let waits = &terms.waits;
    let is_business = |span: &Span| matches!(span, Span::BusinessDays(_));
    let spans = waits.spans();
    let without_calendar =
        terms.calendar.is_none() && spans.iter().any(|(_, span)| is_business(span));
    let calendar = "name the calendar of the business days";
    let empty: Vec<_> = spans.into_iter().filter(|(_, span)| span.days() == 0).collect();
    let empty = empty.into_iter().map(|(field, _)| invalid(field, "give at least 1 day"));
    let accepted_first = waits
        .documents_accepted_after
        .is_some_and(|accepted| accepted.days() < waits.documents.days());
    let accepted_first = fault_if(
        accepted_first,
        "waits.documents_accepted_after",
        "the documents would count as accepted before the deadline for checking them",
    );
    let counted: Vec<_> = waits.counted().filter(|(_, span)| is_business(span)).collect();
    let counted = counted
        .into_iter()
        .map(|(field, _)| invalid(field, "this clock can be paused: give `days`"));
    let calendar = fault_if(without_calendar, "calendar", calendar);
    calendar.into_iter().chain(accepted_first).chain(empty).chain(counted)
}

/// M3, M5: only the buyer or the provider books and pays a shipment, and nothing costs less than
/// nothing.
fn shipment_faults(terms: &Terms) -> impl Iterator<Item = PublishRejection> {
    let (to_shop, to_buyer) = (&terms.shipments.to_shop, &terms.shipments.to_buyer);
    let payers = [&to_shop.paid_by, &to_buyer.paid_by];
    let payers = payers
        .into_iter()
        .flat_map(|by| [by.covered, by.not_covered, by.no_fault_found, by.withdrawn]);
    let means = || to_shop.means.iter().chain(&to_buyer.means);
    let mut parties = payers.chain(means().map(|means| means.booked_by));
    let mut prices = means().filter_map(|means| means.price);
    let fees = [&terms.fees.not_covered, &terms.fees.no_fault_found];
    let mut charges = fees.into_iter().flatten().flat_map(Fee::charges);
    let faults = [
        fault_if(
            parties.any(|party| !matches!(party, Party::Buyer | Party::Provider)),
            "shipments",
            "only the buyer or the provider books and pays a shipment",
        ),
        fault_if(
            !shares_are_valid(terms),
            "shipments",
            "a shared cost is split in two parts of 1 to 99 percent each",
        ),
        fault_if(prices.any(|price| price.amount < 0), "shipments", "a price is negative"),
        fault_if(
            !charges.all(|charge| charge.is_valid()),
            "fees",
            "a fee is negative, or outside its range",
        ),
    ];
    faults.into_iter().flatten()
}

/// M6: a shared cost is split between two parties, and one of them takes the remainder.
fn shares_are_valid(terms: &Terms) -> bool {
    let by_direction = [&terms.shipments.to_shop.shared, &terms.shipments.to_buyer.shared];
    let shares = by_direction.into_iter().flatten().flat_map(|by_verdict| {
        [
            by_verdict.covered,
            by_verdict.not_covered,
            by_verdict.no_fault_found,
            by_verdict.withdrawn,
        ]
    });
    let is_valid = |share: Share| {
        (1..=99).contains(&share.percent)
            && matches!(share.remainder_on, Party::Buyer | Party::Provider)
    };
    shares.flatten().all(is_valid)
}

/// M1: months rise, percentages fall from at most 100, and the last bracket reaches the end of the
/// policy. Returns what is wrong.
pub(super) fn bracket_fault(terms: &Terms) -> Option<PublishRejection> {
    let steps = &terms.cash.steps;
    let follows = |pair: &[CashStep]| {
        pair[0].through_month < pair[1].through_month && pair[0].percent >= pair[1].percent
    };
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Some(invalid("cash.steps", "there are no brackets"));
    };
    let in_order = steps.windows(2).all(follows) && first.percent <= 100 && first.through_month > 0;
    let order = "months must rise, and percentages fall from at most 100";
    let short = last.through_month < terms.coverage.months;
    fault_if(!in_order, "cash.steps", order)
        .or_else(|| fault_if(short, "cash.steps", "the last bracket ends before the policy does"))
}
