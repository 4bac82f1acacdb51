use super::*;
use crate::domain::events::{CompletedBecause, Presumed};

/// T1: the return is recorded, and every device's finding says that it was late.
#[track_caller]
fn is_late(events: &[OrderEvent], day: i64) {
    let [OrderEvent::Returned(returned)] = events else { panic!("{events:?}") };
    assert_eq!(returned.findings.len(), returned.devices.len());
    for finding in &returned.findings {
        assert_eq!((finding.rule.as_str(), finding.passed), ("T1", false));
        assert_eq!(finding.facts["day"], day);
    }
}

#[test]
fn a_delivery_that_names_no_units_applies_to_all_of_them() {
    placed().when(&market(), day(0), &deliver(day(0))).then(|events| {
        let OrderEvent::Delivered(delivered) = &events[0] else { panic!() };
        assert_eq!(delivered.devices, [unit(1, 1), unit(1, 2), unit(2, 1)]);
    });
}

#[test]
fn delivery_before_payment_is_accepted() {
    placed()
        .and(&market(), day(0), &deliver(day(0)))
        .when(&market(), day(1), &pay(2_130_000))
        .then(|events| assert_eq!(names(events), ["paid"]));
}

#[test]
fn a_line_may_come_in_two_shipments_and_each_counts_once() {
    let part = |reference: &str, at| {
        OrderCommand::Deliver(Deliver {
            units: of_line("L-1", 1),
            reference: Some(reference.to_owned()),
            ..a_delivery(at)
        })
    };
    let story = || placed().and(&market(), day(0), &part("F-1", day(0)));
    story().when(&market(), day(1), &part("F-1", day(1))).then(nothing_happens);
    let reported = story().when(&market(), day(1), &part("F-2", day(1)));
    assert_eq!(devices_of(&reported.state, |u| u.delivery.is_some()), [unit(1, 1), unit(1, 2)]);
}

#[test]
fn a_second_delivery_of_a_device_is_refused_and_suggests_a_correction() {
    delivered().when(&market(), day(1), &deliver(day(0))).then(nothing_happens);
    let refused = delivered()
        .when(&market(), day(1), &deliver(day(1)))
        .then_refused("order.already_delivered", &[]);
    assert!(recourse_kernel::Rejection::reason(&refused).instead.unwrap().contains("corrected"));
}

#[test]
fn a_delivery_without_a_zone_uses_the_zone_of_the_place() {
    let without = OrderCommand::Deliver(Deliver { zone: None, ..a_delivery(day(0)) });
    placed().when(&market(), day(0), &without).then(|events| {
        let OrderEvent::Delivered(delivered) = &events[0] else { panic!() };
        assert_eq!(delivered.zone, chrono_tz::Europe::Moscow);
    });
    let nowhere = Place { country: "QM".parse().unwrap(), city: None, ..a_place() };
    nothing_yet()
        .and(&market(), day(-5), &OrderCommand::Place(Box::new(nowhere)))
        .when(&market(), day(0), &without)
        .then_refused("order.zone_not_known", &[]);
}

#[test]
fn facts_dated_before_the_order_was_placed_are_refused() {
    placed().when(&market(), day(0), &deliver(day(-6))).then_refused("order.before_placed", &[]);
}

#[test]
fn a_correction_records_what_was_reported_before() {
    delivered().when(&market(), day(4), &correct(day(2))).then(|events| {
        let OrderEvent::DeliveryCorrected(corrected) = &events[0] else { panic!() };
        assert_eq!((corrected.delivered_at, corrected.was.delivered_at), (day(2), day(0)));
        assert_eq!(corrected.devices.len(), 3);
    });
    delivered().when(&market(), day(4), &correct(day(0))).then(nothing_happens);
}

#[test]
fn t10_a_confirmed_receipt_completes_the_order_at_once() {
    delivered().when(&market(), day(1), &confirm(day(1))).then(|events| {
        assert_eq!(names(events), ["receipt_confirmed", "completed"]);
        let OrderEvent::Completed(completed) = &events[1] else { panic!() };
        assert_eq!(completed.because, CompletedBecause::ReceiptConfirmed);
    });
    delivered()
        .and(&market(), day(1), &confirm(day(1)))
        .when(&market(), day(2), &complete(day(2)))
        .then(nothing_happens);
}

/// A parcel whose carrier says nothing more once it has it.
#[test]
fn t10_a_delivery_that_was_not_reported_is_presumed_when_the_receipt_is_confirmed() {
    let received = || placed().and(&market(), day(3), &confirm(day(3)));
    placed().when(&market(), day(3), &confirm(day(3))).then(|events| {
        assert_eq!(names(events), ["receipt_confirmed", "delivered", "completed"]);
        let OrderEvent::Delivered(delivered) = &events[1] else { panic!() };
        assert_eq!(delivered.delivered_at, day(3));
        assert_eq!(delivered.zone, chrono_tz::Europe::Moscow);
        assert_eq!(delivered.devices, [unit(1, 1), unit(1, 2), unit(2, 1)]);
        assert_eq!(delivered.presumed, Some(Presumed::ReceiptConfirmed));
    });
    // A delivery that is reported after all is the real one, unless it is later than the receipt.
    received().when(&market(), day(5), &deliver(day(1))).then(|events| {
        let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((corrected.delivered_at, corrected.was.delivered_at), (day(1), day(3)));
        assert_eq!(corrected.devices.len(), 3);
    });
    received().when(&market(), day(5), &deliver(day(4))).then(nothing_happens);
    received()
        .and(&market(), day(5), &deliver(day(1)))
        .when(&market(), day(6), &deliver(day(2)))
        .then_refused("order.already_delivered", &[]);
}

#[test]
fn t10_a_confirmed_receipt_delivers_only_what_was_awaited() {
    let first = OrderCommand::Deliver(Deliver {
        units: these(&[unit(1, 1)]),
        reference: Some("F-1".to_owned()),
        ..a_delivery(day(0))
    });
    let gone = a_refund(these(&[unit(1, 2)]), 1_000_000, None);
    placed()
        .and(&market(), day(0), &first)
        .and(&market(), day(1), &gone)
        .when(&market(), day(3), &confirm(day(3)))
        .then(|events| {
            let OrderEvent::Delivered(delivered) = &events[1] else { panic!("{events:?}") };
            assert_eq!(delivered.devices, [unit(2, 1)]);
        });
}

#[test]
fn t10_the_marketplace_can_complete_an_order_and_a_later_receipt_does_not_complete_it_again() {
    let completed = || delivered().and(&market(), day(9), &complete(day(9)));
    completed()
        .when(&market(), day(10), &confirm(day(10)))
        .then(|events| assert_eq!(names(events), ["receipt_confirmed"]));
    completed().when(&market(), day(10), &complete(day(10))).then(nothing_happens);
}

#[test]
fn t1_a_device_can_be_returned_until_day_7_and_a_later_return_is_recorded_as_late() {
    delivered().when(&market(), day(7), &a_return(&[unit(1, 1)], day(7))).then(|events| {
        let OrderEvent::Returned(returned) = &events[0] else { panic!() };
        assert_eq!(returned.devices, [unit(1, 1)]);
        assert_eq!(returned.findings[0].facts["day"], 7);
    });
    delivered()
        .when(&market(), day(20), &a_return(&[unit(1, 1), unit(1, 2)], day(20)))
        .then(|events| is_late(events, 20));
}

#[test]
fn t1_days_are_counted_at_the_place_of_delivery() {
    // Delivered at 23:30 in Moscow on the 10th. 00:30 there on the 18th is day 8, although only
    // 7×24 hours and one hour have passed.
    let late: Instant = "2025-03-10T20:30:00Z".parse().unwrap();
    let delivered = || placed().and(&market(), late, &deliver(late));
    let before_midnight: Instant = "2025-03-17T20:59:59Z".parse().unwrap();
    let after_midnight: Instant = "2025-03-17T21:00:00Z".parse().unwrap();
    delivered()
        .when(&market(), before_midnight, &a_return(&[unit(1, 1)], before_midnight))
        .then(|events| assert_eq!(names(events), ["returned"]));
    delivered()
        .when(&market(), after_midnight, &a_return(&[unit(1, 1)], after_midnight))
        .then(|events| is_late(events, 8));
}

#[test]
fn t1_a_return_reported_late_is_judged_by_its_own_day() {
    delivered()
        .when(&market(), day(30), &a_return(&[unit(1, 1)], day(6)))
        .then(|events| assert_eq!(names(events), ["returned"]));
}

#[test]
fn a_corrected_delivery_moves_the_seven_days() {
    delivered()
        .and(&market(), day(9), &correct(day(4)))
        .when(&market(), day(10), &a_return(&[unit(1, 1)], day(10)))
        .then(|events| assert_eq!(names(events), ["returned"]));
}

#[test]
fn a_returned_device_cannot_be_returned_again() {
    let once = || delivered().and(&market(), day(2), &a_return(&[unit(1, 1)], day(2)));
    once().when(&market(), day(3), &a_return(&[unit(1, 1)], day(3))).then(nothing_happens);
    once()
        .when(&market(), day(3), &a_return(&[unit(9, 1)], day(3)))
        .then_refused("order.unit.not_known", &[]);
}

/// The terms of the device's warranty, with other periods for the marketplace's buyer protection.
fn book_with(marketplace: &recourse_terms::terms::MarketplaceTerms) -> TermsBook {
    book_of(|terms| terms.marketplace = marketplace.clone())
}

/// The terms of the phones' warranty, changed.
pub(super) fn book_of(change: impl FnOnce(&mut recourse_terms::Terms)) -> TermsBook {
    let text = include_str!("../../../../../deploy/terms/wisetech-repair-1.json");
    let mut terms: recourse_terms::Terms = serde_json::from_str(text).unwrap();
    change(&mut terms);
    let mut book = TermsBook::default();
    let published = recourse_terms::TermsPublished::of(terms);
    book.apply(&recourse_terms::TermsEvent::TermsPublished(Box::new(published)), 0);
    book
}

#[test]
fn t1_the_terms_set_the_return_period_and_whether_a_defect_is_needed() {
    let strict = recourse_terms::terms::MarketplaceTerms {
        return_days: 10,
        return_needs_defect: true,
        dispute_days: 20,
        claims_wait_for_dispute_days: true,
        seller_answers_within_days: None,
    };
    let book = book_with(&strict);
    let delivered = || {
        given::<Orders>(&key(), &book, []).and(&market(), day(-5), &place()).and(
            &market(),
            day(0),
            &deliver(day(0)),
        )
    };
    let back = |on, reason: &str| {
        let OrderCommand::Return(back) = a_return(&[unit(1, 1)], day(on)) else { panic!() };
        OrderCommand::Return(Return { reason: reason.to_owned(), ..back })
    };
    delivered()
        .when(&market(), day(10), &back(10, "defect"))
        .then(|events| assert_eq!(names(events), ["returned"]));
    delivered().when(&market(), day(3), &back(3, "changed_my_mind")).then(|events| {
        let OrderEvent::Returned(returned) = &events[0] else { panic!("{events:?}") };
        let failed: Vec<_> = returned.findings.iter().filter(|one| !one.passed).collect();
        assert_eq!(failed[0].facts["reason"], "changed_my_mind");
    });
    delivered().when(&market(), day(11), &back(11, "defect")).then(|events| is_late(events, 11));
    let open = an_open_dispute();
    delivered()
        .when(&buyer(), day(20), &OrderCommand::OpenDispute(open))
        .then(|events| assert_eq!(names(events), ["dispute_opened"]));
    // The case in the same order has no warranty and so no terms: seven days, for any reason.
    let case = a_return(&[unit(2, 1)], day(8));
    delivered().when(&market(), day(8), &case).then(|events| is_late(events, 8));
}

#[test]
fn t10_delivery_receipt_and_completion_are_separate_facts() {
    // Completed by the marketplace without a receipt confirmation; delivered without either.
    let reported = delivered().when(&market(), day(9), &complete(day(9)));
    let order = reported.state.order.unwrap();
    assert_eq!((order.receipt_confirmed, order.completed), (None, Some(day(9))));
    let reported = placed().when(&market(), day(0), &deliver(day(0)));
    let order = reported.state.order.unwrap();
    assert_eq!((order.receipt_confirmed, order.completed), (None, None));
}
