//! T10: the delivery of an order whose receipt was confirmed without one.

use super::*;
use crate::domain::commands::ReportDelivery;
use crate::domain::events::Presumed;

fn report(at: Instant) -> OrderCommand {
    let devices = Vec::new();
    OrderCommand::ReportDelivery(ReportDelivery {
        order: order(),
        delivered_at: at,
        zone: None,
        devices,
    })
}

fn confirmed() -> Story<'static, Orders> {
    placed().and(&market(), day(3), &confirm(day(3)))
}

#[test]
fn t10_the_buyer_or_the_marketplace_reports_the_day_of_the_delivery() {
    placed().when(&market(), day(3), &confirm(day(3))).then(|events| {
        assert_eq!(names(events), ["receipt_confirmed", "delivered", "completed"]);
        let OrderEvent::Delivered(delivered) = &events[1] else { panic!("{events:?}") };
        assert_eq!(delivered.presumed, Some(Presumed::ReceiptConfirmed));
    });
    for who in [buyer(), market()] {
        confirmed().when(&who, day(9), &report(day(0))).then(|events| {
            let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
            assert_eq!((corrected.delivered_at, corrected.was.delivered_at), (day(0), day(3)));
            assert_eq!((corrected.devices.len(), corrected.presumed), (3, None));
        });
    }
    confirmed()
        .and(&buyer(), day(9), &report(day(0)))
        .when(&buyer(), day(10), &report(day(0)))
        .then(nothing_happens);
}

#[test]
fn t10_a_report_contradicts_neither_the_receipt_nor_another_report() {
    confirmed()
        .when(&buyer(), day(9), &report(day(4)))
        .then_refused("order.delivery_after_receipt", &["T10"]);
    confirmed()
        .and(&buyer(), day(9), &report(day(0)))
        .when(&buyer(), day(10), &report(day(1)))
        .then_refused("order.already_delivered", &[]);
    confirmed().when(&buyer(), day(9), &report(day(-6))).then_refused("order.before_placed", &[]);
}

#[test]
fn t10_a_delivery_is_reported_after_the_receipt_by_the_orders_buyer() {
    placed()
        .when(&buyer(), day(9), &report(day(0)))
        .then_refused("order.receipt_not_confirmed", &["T10"]);
    let other = Principal::new(Role::Buyer, "b-82");
    for who in [other, seller()] {
        confirmed()
            .when(&who, day(9), &report(day(0)))
            .then_refused("order.delivery.not_allowed", &[]);
    }
}

#[test]
fn t10_an_order_that_was_completed_without_a_delivery_gets_one() {
    placed()
        .and(&market(), day(3), &complete(day(3)))
        .when(&buyer(), day(9), &report(day(0)))
        .then(|events| assert_eq!(names(events), ["delivered"]));
}

#[test]
fn t10_a_delivery_without_a_known_zone_needs_one() {
    let elsewhere = Place { country: "QM".parse().unwrap(), city: None, ..a_place() };
    let confirmed = || {
        nothing_yet()
            .and(&market(), day(-5), &OrderCommand::Place(Box::new(elsewhere.clone())))
            .and(&market(), day(3), &confirm(day(3)))
    };
    confirmed().when(&buyer(), day(9), &report(day(0))).then_refused("order.zone_not_known", &[]);
    let zone = Some(chrono_tz::Europe::Moscow);
    let with_zone = ReportDelivery { order: order(), delivered_at: day(0), zone, devices: vec![] };
    confirmed()
        .when(&buyer(), day(9), &OrderCommand::ReportDelivery(with_zone))
        .then(|events| assert_eq!(names(events), ["delivered"]));
}
