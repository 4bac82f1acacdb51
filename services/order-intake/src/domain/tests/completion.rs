//! T10: the three things that complete an order.

use super::*;
use crate::domain::events::{CompletedBecause, OrderCompleted};

/// A receipt that the buyer or the marketplace confirms over HTTP.
fn confirm_directly(at: Instant) -> OrderCommand {
    OrderCommand::ConfirmReceipt(ConfirmReceipt {
        order: order(),
        confirmed_at: at,
        reported: None,
    })
}

/// An order whose shop waits this many days after the delivery.
fn placed_at_a_shop_that_waits(days: u32) -> Story<'static, Orders> {
    let place = Place { complete_after_days: Some(days), ..a_place() };
    nothing_yet().and(&market(), day(-5), &OrderCommand::Place(Box::new(place)))
}

fn part(reference: &str, units: Units, at: Instant) -> OrderCommand {
    let reference = Some(reference.to_owned());
    OrderCommand::Deliver(Deliver { units, reference, ..a_delivery(at) })
}

#[track_caller]
fn the_completion(events: &[OrderEvent]) -> &OrderCompleted {
    let [OrderEvent::Completed(completed)] = events else { panic!("{events:?}") };
    assert_eq!(completed.findings.len(), 1);
    assert_eq!(completed.findings[0].rule, "T10");
    completed
}

#[test]
fn t10_an_order_completes_by_itself_fifteen_days_after_its_delivery() {
    let almost = day(15) - chrono::TimeDelta::seconds(1);
    delivered().when_the_clock_reaches(almost).then(nothing_happens);
    delivered().when_the_clock_reaches(day(15)).then(|events| {
        let completed = the_completion(events);
        assert_eq!(completed.because, CompletedBecause::DaysAfterDelivery);
        assert_eq!(completed.completed_at, day(15));
        assert_eq!(completed.findings[0].facts["days"], 15);
    });
    delivered()
        .and_the_clock_reaches(day(15))
        .when_the_clock_reaches(day(99))
        .then(nothing_happens);
}

#[test]
fn t10_after_an_outage_an_order_is_completed_at_the_time_at_which_it_was_due() {
    delivered()
        .when_the_clock_reaches(day(40))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(15)));
}

#[test]
fn t10_the_shop_sets_the_number_of_days() {
    let delivered = || placed_at_a_shop_that_waits(3).and(&market(), day(0), &deliver(day(0)));
    delivered().when_the_clock_reaches(day(2)).then(nothing_happens);
    delivered().when_the_clock_reaches(day(3)).then(|events| {
        let completed = the_completion(events);
        assert_eq!(
            (completed.completed_at, &completed.findings[0].facts["days"]),
            (day(3), &3.into())
        );
    });
}

#[test]
fn t10_a_shop_that_waits_no_days_completes_its_orders_when_they_are_delivered() {
    placed_at_a_shop_that_waits(0)
        .and(&market(), day(0), &deliver(day(0)))
        .when_the_clock_reaches(day(0))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(0)));
}

#[test]
fn t10_a_number_of_days_that_no_calendar_has_never_completes() {
    placed_at_a_shop_that_waits(u32::MAX)
        .and(&market(), day(0), &deliver(day(0)))
        .when_the_clock_reaches(day(3_650))
        .then(nothing_happens);
}

#[test]
fn t10_the_days_count_from_the_last_of_several_parcels() {
    let first = || placed().and(&market(), day(0), &part("F-1", of_line("L-1", 2), day(0)));
    first().when_the_clock_reaches(day(90)).then(nothing_happens);
    let both = || first().and(&market(), day(6), &part("F-2", of_line("L-2", 1), day(6)));
    both().when_the_clock_reaches(day(20)).then(nothing_happens);
    both()
        .when_the_clock_reaches(day(21))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(21)));
}

#[test]
fn t10_a_unit_that_was_refunded_instead_of_sent_is_not_waited_for() {
    let case = unit(2, 1);
    placed()
        .and(&market(), day(0), &part("F-1", of_line("L-1", 2), day(0)))
        .and(&market(), day(3), &a_refund(these(&[case]), 50_000, Some("R-1")))
        .when_the_clock_reaches(day(15))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(15)));
}

#[test]
fn t10_what_is_not_sent_and_what_left_the_order_is_not_waited_for() {
    let mut place = a_place();
    place.lines[1].requires_shipping = false;
    nothing_yet()
        .and(&market(), day(-5), &OrderCommand::Place(Box::new(place)))
        .and(&market(), day(0), &part("F-1", of_line("L-1", 2), day(0)))
        .when_the_clock_reaches(day(15))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(15)));
}

#[test]
fn t10_a_corrected_delivery_moves_the_completion() {
    let corrected = || delivered().and(&market(), day(4), &correct(day(2)));
    corrected().when_the_clock_reaches(day(16)).then(nothing_happens);
    corrected()
        .when_the_clock_reaches(day(17))
        .then(|events| assert_eq!(the_completion(events).completed_at, day(17)));
}

#[test]
fn t10_an_order_that_was_cancelled_or_completed_before_does_not_complete_by_itself() {
    placed()
        .and(&market(), day(-1), &cancel(day(-1)))
        .when_the_clock_reaches(day(60))
        .then(nothing_happens);
    for early in [complete(day(2)), confirm(day(2))] {
        delivered()
            .and(&market(), day(2), &early)
            .when_the_clock_reaches(day(60))
            .then(nothing_happens);
    }
}

#[test]
fn t10_what_the_marketplace_reports_first_counts_also_when_it_is_dated_later() {
    delivered()
        .and_the_clock_reaches(day(15))
        .when(&market(), day(16), &complete(day(16)))
        .then(nothing_happens);
    delivered()
        .and_the_clock_reaches(day(15))
        .when(&buyer(), day(16), &confirm_directly(day(16)))
        .then(|events| assert_eq!(names(events), ["receipt_confirmed"]));
}

#[test]
fn t10_the_buyer_or_the_marketplace_confirms_the_receipt_directly() {
    for who in [buyer(), market()] {
        delivered().when(&who, day(1), &confirm_directly(day(1))).then(|events| {
            assert_eq!(names(events), ["receipt_confirmed", "completed"]);
            let completed = the_completion(&events[1..]);
            assert_eq!(completed.because, CompletedBecause::ReceiptConfirmed);
        });
    }
    delivered()
        .and(&buyer(), day(1), &confirm_directly(day(1)))
        .when(&buyer(), day(2), &confirm_directly(day(2)))
        .then(nothing_happens);
}

#[test]
fn only_the_orders_buyer_or_marketplace_confirms_its_receipt() {
    let other_buyer = Principal::new(Role::Buyer, "b-82");
    let other_market = Principal::new(Role::Marketplace, "bazaar");
    for who in [other_buyer, other_market, seller()] {
        delivered()
            .when(&who, day(1), &confirm_directly(day(1)))
            .then_refused("order.receipt.not_allowed", &[]);
    }
    nothing_yet()
        .when(&buyer(), day(1), &confirm_directly(day(1)))
        .then_refused("order.not_known", &[]);
}

#[test]
fn an_order_that_is_reported_again_keeps_the_days_of_its_first_report() {
    let again = Place { complete_after_days: Some(30), ..a_place() };
    placed().when(&market(), day(0), &OrderCommand::Place(Box::new(again))).then(nothing_happens);
}
