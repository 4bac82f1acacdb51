//! What shops report later than one would expect: deliveries of what joined an order, edits that
//! are undone, devices that are back, states that are older than a payment.

use super::shops::{another_phone, as_now, from_a_shop, removed, snapshot};
use super::*;
use crate::domain::events::Presumed;

fn gone(on: i64, quantity: u32) -> OrderCommand {
    let gone = vec![LineUnits { reference: "L-1".to_owned(), quantity }];
    as_now(Place { gone, ..snapshot(on) })
}

#[test]
fn t1_a_delivered_unit_that_the_shop_no_longer_counts_went_back_once() {
    let story = || from_a_shop().and(&market(), day(0), &deliver(day(0)));
    let back = story().when(&market(), day(3), &gone(3, 1)).then(|events| {
        assert_eq!(names(events), ["returned", "units_removed"]);
        let OrderEvent::Returned(returned) = &events[0] else { panic!() };
        assert_eq!((&returned.devices[..], returned.returned_at), (&[unit(1, 2)][..], day(3)));
        assert_eq!((&*returned.findings[0].rule, returned.findings[0].passed), ("T1", true));
    });
    assert_eq!(removed(&back.state), [unit(1, 2)]);
    let again = || story().and(&market(), day(3), &gone(3, 1));
    again().when(&market(), day(4), &gone(4, 1)).then(only_its_time_is_kept);
    again().when(&market(), day(4), &gone(4, 2)).then(|events| {
        let OrderEvent::Returned(returned) = &events[0] else { panic!("{events:?}") };
        assert_eq!(returned.devices, [unit(1, 1)]);
    });
}

#[test]
fn t1_a_unit_without_a_warranty_went_back_rather_than_one_with() {
    let mut place = snapshot(-5);
    let without = OrderLine { line: 2, quantity: 1, warranty: None, ..place.lines[0].clone() };
    place.lines = vec![without, OrderLine { line: 3, quantity: 1, ..place.lines[0].clone() }];
    place.lines[0].line = 1;
    place.lines[1].line = 2;
    let same = Place { as_of: Some(day(3)), ..place.clone() };
    let less = vec![LineUnits { reference: "L-1".to_owned(), quantity: 1 }];
    nothing_yet()
        .and(&market(), day(-5), &as_now(place))
        .and(&market(), day(0), &deliver(day(0)))
        .when(&market(), day(3), &as_now(Place { gone: less, ..same }))
        .then(|events| {
            let OrderEvent::Returned(returned) = &events[0] else { panic!("{events:?}") };
            assert_eq!(returned.devices, [unit(1, 1)]);
        });
}

#[test]
fn a_line_that_is_deleted_after_its_devices_went_back_leads_to_nothing() {
    let mut without = snapshot(5);
    without.lines.remove(0);
    from_a_shop()
        .and(&market(), day(0), &deliver(day(0)))
        .and(&market(), day(3), &a_return(&[unit(1, 1), unit(1, 2)], day(3)))
        .when(&market(), day(5), &as_now(without))
        .then(only_its_time_is_kept);
}

#[test]
fn m7_a_device_that_left_before_the_payment_is_not_part_of_it() {
    from_a_shop().when(&market(), day(-4), &gone(-4, 1)).then(|events| {
        assert_eq!(names(events), ["warranty_removed", "units_removed"]);
        let OrderEvent::WarrantyRemoved(removed) = &events[0] else { panic!() };
        assert_eq!(removed.devices, [unit(1, 2)]);
    });
    // Once it was paid, its price is owed.
    from_a_shop()
        .and(&market(), day(-5), &pay(2_130_000))
        .when(&market(), day(-4), &gone(-4, 1))
        .then(|events| assert_eq!(names(events), ["units_removed"]));
}

#[test]
fn s1_a_unit_that_an_edit_took_out_and_another_put_back_has_its_warranty_again() {
    // The shop lists how many are gone, or fewer units.
    let mut fewer = snapshot(-4);
    fewer.lines[0].quantity = 1;
    for edited in [gone(-4, 1), as_now(fewer)] {
        let story = || from_a_shop().and(&market(), day(-4), &edited);
        let back = story().when(&market(), day(-3), &as_now(snapshot(-3))).then(|events| {
            let [OrderEvent::LinesAdded(added)] = events else { panic!("{events:?}") };
            let line = &added.lines[0];
            assert_eq!((line.line, line.quantity, line.warranty.is_some()), (3, 1, true));
        });
        assert_eq!(removed(&back.state), [unit(1, 2)]);
        let again = || story().and(&market(), day(-3), &as_now(snapshot(-3)));
        again().when(&market(), day(-2), &as_now(snapshot(-2))).then(only_its_time_is_kept);
        let out = again().when(&market(), day(-2), &gone(-2, 1));
        assert_eq!(removed(&out.state), [unit(1, 2), unit(3, 1)]);
    }
}

fn whole(on: i64) -> OrderCommand {
    OrderCommand::Deliver(Deliver {
        reference: Some("1#completed".to_owned()),
        ..a_delivery(day(on))
    })
}

#[test]
fn t1_what_joins_an_order_after_its_delivery_is_delivered_by_the_next_one() {
    let mut more = snapshot(2);
    more.lines.push(another_phone());
    let joined = || {
        from_a_shop().and(&market(), day(0), &whole(0)).and(
            &market(),
            day(2),
            &as_now(more.clone()),
        )
    };
    joined().when(&market(), day(4), &whole(4)).then(|events| {
        let [OrderEvent::Delivered(delivered)] = events else { panic!("{events:?}") };
        assert_eq!((&delivered.devices[..], delivered.delivered_at), (&[unit(3, 1)][..], day(4)));
    });
    // The report of the first delivery, late, and that of the second one again.
    joined().when(&market(), day(4), &whole(0)).then(nothing_happens);
    let both = || joined().and(&market(), day(4), &whole(4));
    both().when(&market(), day(5), &whole(4)).then(nothing_happens);
    both().when(&market(), day(5), &whole(5)).then(nothing_happens);
}

#[test]
fn t10_a_later_receipt_is_about_what_joined_the_order_since_the_first() {
    let mut more = snapshot(2);
    more.lines.push(another_phone());
    let story = || {
        let first = from_a_shop().and(&market(), day(1), &confirm(day(1)));
        first.and(&market(), day(2), &as_now(more.clone()))
    };
    story().when(&market(), day(4), &confirm(day(4))).then(|events| {
        let [OrderEvent::Delivered(delivered)] = events else { panic!("{events:?}") };
        assert_eq!(
            (&delivered.devices[..], delivered.presumed),
            (&[unit(3, 1)][..], Some(Presumed::ReceiptConfirmed),)
        );
    });
    story().when(&market(), day(4), &confirm(day(1))).then(nothing_happens);
    story()
        .and(&market(), day(4), &confirm(day(4)))
        .when(&market(), day(5), &confirm(day(5)))
        .then(nothing_happens);
}

#[test]
fn t1_a_device_that_is_back_before_the_receipt_of_the_rest_is_confirmed_is_returned() {
    let story = from_a_shop().and(&market(), day(2), &a_return(&[unit(1, 1)], day(2)));
    let confirmed = story.when(&market(), day(9), &confirm(day(9))).then(|events| {
        let expected = ["receipt_confirmed", "delivered", "completed", "returned"];
        assert_eq!(names(events), expected);
        let OrderEvent::Returned(returned) = &events[3] else { panic!() };
        assert_eq!((&*returned.findings[0].rule, returned.findings[0].passed), ("T1", false));
    });
    assert!(confirmed.state.kept.is_empty());
    // A shop's own time of a delivery may be that of a later change.
    from_a_shop()
        .and(&market(), day(6), &deliver(day(6)))
        .when(&market(), day(6), &a_return(&[unit(1, 1)], day(4)))
        .then(|events| assert_eq!(names(events), ["returned"]));
}

#[test]
fn s8_a_state_that_is_older_than_the_payment_cancels_nothing() {
    let paid = |at| {
        let amount = rub(2_130_000);
        OrderCommand::Pay(Pay { order: order(), paid_at: at, amount, reported: reported("2") })
    };
    let shop = || from_a_shop().and(&market(), day(-3), &paid(day(-3)));
    shop().when(&market(), day(-2), &cancel(day(-4))).then(nothing_happens);
    shop().when(&market(), day(-2), &cancel(day(-2))).then(|events| {
        assert_eq!(names(events), ["cancelled"]);
    });
    // A marketplace's cancellation is final, whatever is paid meanwhile.
    let own = placed().and(&market(), day(-3), &paid(day(-3)));
    own.when(&market(), day(-2), &cancel(day(-4))).then(|events| {
        assert_eq!(names(events), ["cancelled"]);
    });
}
