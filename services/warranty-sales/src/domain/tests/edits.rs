//! An edit of the order adds a warranty to a device, or takes it out (S1, S7, M7).

use super::*;
use crate::foreign::{Delivered, OrderReturned, UnitsRemoved, WarrantyAdded, WarrantyRemoved};

fn an_addition(program: Program, price: i64) -> WarrantyAdded {
    let OrderPlaced { order, marketplace, placed_at, buyer, country, city, mut lines } =
        order_with_warranty("wisetech-service", program, price);
    let line = lines.remove(0);
    WarrantyAdded {
        order,
        marketplace,
        placed_at,
        buyer,
        country,
        city,
        devices: vec![device()],
        kind: line.device,
        unit_price: line.unit_price,
        unit_tax: line.unit_tax,
        warranty: line.warranty.unwrap(),
        seller: line.seller,
        delivery: None,
        added_at: at("2025-03-02T09:00:00Z"),
    }
}

fn added(addition: WarrantyAdded) -> SalesCommand {
    SalesCommand::NoteWarrantyAdded(Box::new(addition))
}

fn removed_on(when: &str, moved: bool) -> SalesCommand {
    let (order, devices, removed_at) = (order(), vec![device()], at(when));
    SalesCommand::NoteWarrantyRemoved(WarrantyRemoved { order, devices, removed_at, moved })
}

fn removed() -> SalesCommand {
    removed_on("2025-03-12T09:00:00Z", false)
}

fn requested() -> Story<'static, Sales> {
    start().and(&orders(), now(), &placed())
}

fn sold() -> Story<'static, Sales> {
    requested().and(&orders(), now(), &paid())
}

fn shop_refunded() -> SalesCommand {
    SalesCommand::NoteWarrantyRefunded(crate::foreign::WarrantyRefunded {
        order: order(),
        devices: vec![device()],
        amount: rub(49_380),
        refunded_at: at("2025-03-13T09:00:00Z"),
    })
}

#[test]
fn s1_a_warranty_that_is_added_before_the_delivery_is_sold_with_its_payment() {
    let addition = an_addition(Program::Repair, 49_380);
    let story = start().and(&orders(), now(), &added(addition.clone()));
    let reported = story.when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::Sold(sold)] = events else { panic!("{events:?}") };
        assert_eq!((sold.price, sold.terms.line.as_str()), (rub(49_380), "wisetech-repair"));
    });
    let request = &reported.state.policy(device().policy()).unwrap().request;
    assert_eq!(request.added_at, Some(addition.added_at));
    // A delivery that is reported before the payment, and is later than the edit.
    start()
        .and(&orders(), now(), &added(addition))
        .and(&orders(), now(), &delivered())
        .when(&orders(), now(), &paid())
        .then(|events| {
            assert!(matches!(events, [PolicyEvent::Sold(_), PolicyEvent::CoverageScheduled(_)]));
        });
}

#[test]
fn s1_a_warranty_that_is_added_after_the_delivery_is_refused_and_its_price_is_owed() {
    let delivery =
        Delivered { delivered_at: at("2025-03-01T20:00:00Z"), zone: "Europe/Moscow".into() };
    let late = WarrantyAdded { delivery: Some(delivery), ..an_addition(Program::Repair, 49_380) };
    start().and(&orders(), now(), &added(late)).when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
        assert_eq!(refused.code, "policy.added_after_delivery");
        assert_eq!(
            (refused.rules.as_slice(), refused.price_owed),
            (&["S1".into()][..], rub(49_380))
        );
        assert_eq!(refused.findings.len(), 6, "every rule is checked");
    });
}

#[test]
fn s3_an_added_warranty_is_judged_like_the_others() {
    start()
        .and(&orders(), now(), &added(an_addition(Program::Repair, 49_379)))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(
                (refused.code.as_str(), refused.price_owed),
                ("policy.wrong_price", rub(49_379))
            );
        });
}

#[test]
fn s7_a_warranty_that_is_removed_before_the_payment_is_never_sold_or_owed() {
    requested().when(&orders(), now(), &removed()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 0));
    });
    let nothing = |story: Story<'static, Sales>| {
        story.when(&orders(), now(), &paid()).then(|events| assert!(events.is_empty()));
    };
    nothing(requested().and(&orders(), now(), &removed()));
    // Also if its device leaves the order first or later.
    let leaves = SalesCommand::NoteRemoved(UnitsRemoved {
        order: order(),
        devices: vec![device()],
        removed_at: now(),
    });
    nothing(requested().and(&orders(), now(), &removed()).and(&orders(), now(), &leaves));
    nothing(requested().and(&orders(), now(), &leaves).and(&orders(), now(), &removed()));
}

#[test]
fn m7_a_warranty_that_is_removed_after_the_payment_is_cancelled_once_and_the_shop_settles_it() {
    for story in [sold, covered_soon] {
        story().when(&orders(), now(), &removed()).then(|events| {
            assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 0));
        });
        let removed_once = || story().and(&orders(), now(), &removed());
        removed_once().when(&orders(), now(), &removed()).then(|events| assert!(events.is_empty()));
        // The refund of its price, before or after, is no second end, and needs no person.
        removed_once().when(&orders(), now(), &shop_refunded()).then(|events| {
            let [PolicyEvent::PriceRefunded(refunded)] = events else { panic!("{events:?}") };
            assert!(refunded.findings.iter().all(|finding| finding.passed));
        });
        story()
            .and(&orders(), now(), &shop_refunded())
            .when(&orders(), now(), &removed())
            .then(|events| assert!(events.is_empty()));
        // And a return or a further payment finds nothing to do.
        let (order, devices) = (order(), vec![device()]);
        let returned_at = at("2025-03-15T00:00:00Z");
        let back = SalesCommand::NoteReturned(OrderReturned { order, devices, returned_at });
        for fact in [back, paid()] {
            removed_once().when(&orders(), now(), &fact).then(|events| assert!(events.is_empty()));
        }
    }
}

#[test]
fn s7_a_warranty_that_is_removed_after_its_coverage_has_started_stays() {
    let story = || covered_soon().and_the_clock_reaches(at("2025-04-15T00:00:00Z"));
    let late = removed_on("2025-04-15T00:00:00Z", false);
    story().when(&orders(), now(), &late).then(|events| assert!(events.is_empty()));
    // Unless the seller exchanged the device, and the new one has it.
    let moved = removed_on("2025-04-15T00:00:00Z", true);
    story().when(&orders(), now(), &moved).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::ExchangedBySeller, 0));
    });
    let all = SalesCommand::NoteWarrantyRemoved(WarrantyRemoved {
        order: order(),
        devices: Vec::new(),
        removed_at: now(),
        moved: false,
    });
    covered_soon().when(&orders(), now(), &all).then(|events| assert!(events.is_empty()));
}

/// The first warranty is refused; the buyer chooses another one, which is cancelled.
#[test]
fn m7_each_request_of_a_warranty_owes_its_own_price() {
    let wrong = order_with_warranty("wisetech-service", Program::Repair, 1);
    let refused = start().and(&orders(), now(), &SalesCommand::NotePlaced(wrong));
    refused.when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
        assert_eq!((refused.price_owed, refused.request), (rub(1), 1));
    });
    let wrong = order_with_warranty("wisetech-service", Program::Repair, 1);
    let again = |price| {
        start()
            .and(&orders(), now(), &SalesCommand::NotePlaced(wrong.clone()))
            .and(&orders(), now(), &paid())
            .and(&orders(), now(), &added(an_addition(Program::Repair, price)))
    };
    again(49_379).when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
        assert_eq!((refused.price_owed, refused.request), (rub(49_379), 2));
    });
    again(49_380).and(&orders(), now(), &paid()).when(&orders(), now(), &cancelled()).then(
        |events| {
            let [PolicyEvent::Cancelled(cancelled)] = events else { panic!("{events:?}") };
            assert_eq!((cancelled.price_owed, cancelled.request), (rub(49_380), 2));
        },
    );
}

#[test]
fn s2_a_warranty_is_exchanged_for_one_of_another_program() {
    let exchange = || added(an_addition(Program::Exchange, 74_070));
    for story in [requested, sold] {
        let reported = story()
            .and(&orders(), now(), &refunded(100_000, false))
            .and(&orders(), now(), &removed())
            .and(&orders(), now(), &exchange())
            .when(&orders(), now(), &paid());
        let reported = reported.then(|events| {
            let [PolicyEvent::Sold(sold)] = events else { panic!("{events:?}") };
            assert_eq!((sold.program, sold.price), (Program::Exchange, rub(74_070)));
        });
        // What the seller had refunded of the device stays refunded.
        let policy = reported.state.policy(device().policy()).unwrap();
        assert_eq!(policy.device_price_refunded, rub(100_000));
    }
    // Its own price is owed if it ends.
    sold()
        .and(&orders(), now(), &removed())
        .and(&orders(), now(), &exchange())
        .and(&orders(), now(), &paid())
        .when(&orders(), now(), &cancelled())
        .then(|events| assert_eq!(cancellation(events), (CancelReason::OrderCancelled, 74_070)));
    // One in force is never replaced without its removal.
    covered_soon().when(&orders(), now(), &exchange()).then(|events| assert!(events.is_empty()));
}
