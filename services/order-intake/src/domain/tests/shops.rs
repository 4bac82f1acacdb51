//! What shops report: an order that changes, exchanges, parcels that come back.

use super::*;
use crate::domain::commands::{RemoveUnits, WithdrawDelivery};
use crate::domain::events::Presumed;
use crate::domain::state::{Removal, Unit};

/// The order as a shop reports it on this day.
pub(super) fn snapshot(on: i64) -> Place {
    Place { as_of: Some(day(on)), contact_mark: Some("one".to_owned()), ..a_place() }
}

pub(super) fn as_now(place: Place) -> OrderCommand {
    OrderCommand::Place(Box::new(place))
}

pub(super) fn from_a_shop() -> Story<'static, Orders> {
    nothing_yet().and(&market(), day(-5), &as_now(snapshot(-5)))
}

pub(super) fn another_phone() -> OrderLine {
    OrderLine { line: 3, quantity: 1, reference: Some("L-3".to_owned()), ..lines().remove(0) }
}

pub(super) fn removed(state: &OrderState) -> Vec<DeviceId> {
    devices_of(state, |unit| unit.removed.is_some())
}

#[test]
fn an_order_that_is_reported_again_unchanged_changes_nothing() {
    from_a_shop().when(&market(), day(-5), &as_now(snapshot(-5))).then(nothing_happens);
    from_a_shop().when(&market(), day(1), &as_now(snapshot(1))).then(only_its_time_is_kept);
}

#[test]
fn lines_that_were_added_become_devices_with_numbers_after_the_others() {
    let mut more = snapshot(1);
    more.lines.push(another_phone());
    let added = from_a_shop().when(&market(), day(1), &as_now(more.clone())).then(|events| {
        let [OrderEvent::LinesAdded(added)] = events else { panic!("{events:?}") };
        assert_eq!((added.lines.len(), added.lines[0].line, added.added_at), (1, 3, day(1)));
    });
    assert!(added.state.order.as_ref().unwrap().units.contains_key(&unit(3, 1)));
    from_a_shop()
        .and(&market(), day(1), &as_now(more.clone()))
        .when(&market(), day(2), &as_now(Place { as_of: Some(day(2)), ..more }))
        .then(only_its_time_is_kept);
}

#[test]
fn another_unit_of_a_line_is_a_line_of_its_own() {
    let mut more = snapshot(1);
    more.lines[0].quantity = 3;
    from_a_shop().when(&market(), day(1), &as_now(more)).then(|events| {
        let [OrderEvent::LinesAdded(added)] = events else { panic!("{events:?}") };
        assert_eq!((added.lines[0].line, added.lines[0].quantity), (3, 1));
    });
}

#[test]
fn units_that_the_shop_no_longer_counts_are_removed_once_the_last_first() {
    let gone = |on, quantity| {
        let gone = vec![LineUnits { reference: "L-1".to_owned(), quantity }];
        as_now(Place { gone, ..snapshot(on) })
    };
    let one = from_a_shop().when(&market(), day(1), &gone(1, 1)).then(|events| {
        assert_eq!(names(events), ["warranty_removed", "units_removed"]);
    });
    assert_eq!(removed(&one.state), [unit(1, 2)]);
    let story = || from_a_shop().and(&market(), day(1), &gone(1, 1));
    story().when(&market(), day(2), &gone(2, 1)).then(only_its_time_is_kept);
    let both = story().when(&market(), day(2), &gone(2, 2));
    assert_eq!(removed(&both.state), [unit(1, 1), unit(1, 2)]);
    // A line that is no longer reported at all.
    let mut without = snapshot(1);
    without.lines.pop();
    let reported = from_a_shop().when(&market(), day(1), &as_now(without));
    assert_eq!(removed(&reported.state), [unit(2, 1)]);
}

#[test]
fn an_order_can_be_first_seen_after_an_edit() {
    let gone = vec![LineUnits { reference: "L-1".to_owned(), quantity: 1 }];
    nothing_yet().when(&market(), day(1), &as_now(Place { gone, ..snapshot(1) })).then(|events| {
        assert_eq!(names(events), ["placed", "units_removed"]);
    });
}

#[test]
fn a_corrected_contact_is_recorded_and_an_older_report_changes_nothing() {
    let moved = Place {
        contact_mark: Some("two".to_owned()),
        region: Some("SVE".to_owned()),
        city: Some("Yekaterinburg".to_owned()),
        ..snapshot(2)
    };
    let story = || from_a_shop().and(&market(), day(2), &as_now(moved.clone()));
    from_a_shop().when(&market(), day(2), &as_now(moved.clone())).then(|events| {
        let [OrderEvent::ContactCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((&corrected.contact, corrected.corrected_at), (&Some(sealed()), day(2)));
    });
    story().when(&market(), day(3), &as_now(snapshot(1))).then(nothing_happens);
    // Days are counted at the new place.
    let without = OrderCommand::Deliver(Deliver { zone: None, ..a_delivery(day(4)) });
    story().when(&market(), day(4), &without).then(|events| {
        let OrderEvent::Delivered(delivered) = &events[0] else { panic!("{events:?}") };
        assert_eq!(delivered.zone, chrono_tz::Asia::Yekaterinburg);
    });
}

/// What is not said corrects nothing.
#[test]
fn a_report_that_says_less_leaves_the_contact_and_the_place_that_are_known() {
    let known = Place { region: Some("MOW".to_owned()), ..snapshot(-5) };
    let story = || nothing_yet().and(&market(), day(-5), &as_now(known.clone()));
    let country = |code: &str| code.parse().unwrap();
    let unmarked = Place { contact_mark: None, as_of: Some(day(1)), ..known.clone() };
    for less in [
        unmarked.clone(),
        Place { contact: None, ..unmarked.clone() },
        Place { region: None, ..unmarked.clone() },
        Place { city: None, ..unmarked.clone() },
        Place { region: None, city: None, ..unmarked.clone() },
        Place { region: None, city: None, as_of: Some(day(1)), ..known.clone() },
        // It may be that of the shop.
        Place { region: None, city: None, country: country("US"), ..unmarked.clone() },
        Place { region: None, city: None, country: country("ZZ"), ..unmarked.clone() },
    ] {
        story().when(&market(), day(1), &as_now(less)).then(only_its_time_is_kept);
    }
    // Given: another city, and no contact. Then: the contact stays.
    let moved = Place { region: None, city: Some("Perm".to_owned()), ..unmarked.clone() };
    story().when(&market(), day(1), &as_now(moved)).then(|events| {
        let [OrderEvent::ContactCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((&corrected.contact, &corrected.contact_mark), (&None, &known.contact_mark));
        assert_eq!((&corrected.region, corrected.city.as_deref()), (&None, Some("Perm")));
    });
    // Another country with its city is said.
    let abroad = Place { region: None, country: country("KZ"), ..unmarked };
    story().when(&market(), day(1), &as_now(abroad)).then(|events| {
        let [OrderEvent::ContactCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((corrected.country.as_str(), &corrected.region), ("KZ", &None));
    });
}

/// An edit that was undone: its report arrives last.
#[test]
fn an_older_report_never_wins_also_if_the_newer_one_said_nothing_new() {
    let mut more = snapshot(2);
    more.lines.push(another_phone());
    let moved = Place { city: Some("Perm".to_owned()), ..snapshot(2) };
    let gone = vec![LineUnits { reference: "L-1".to_owned(), quantity: 1 }];
    let fewer = Place { gone, ..snapshot(2) };
    for stale in [more, moved, fewer] {
        from_a_shop()
            .and(&market(), day(3), &as_now(snapshot(3)))
            .when(&market(), day(3), &as_now(stale.clone()))
            .then(nothing_happens);
        // In the order in which they were made, all of them count.
        from_a_shop()
            .and(&market(), day(2), &as_now(stale))
            .when(&market(), day(3), &as_now(snapshot(3)))
            .then(|events| assert_ne!(names(events), ["reported_again"]));
    }
}

#[test]
fn a_report_that_only_says_that_the_order_is_paid_keeps_its_time() {
    let mut more = snapshot(1);
    more.lines.push(another_phone());
    let paid = Place { as_of: Some(day(3)), paid: Some(rub(3_170_000)), ..more.clone() };
    let story = from_a_shop().and(&market(), day(-5), &pay(2_130_000));
    let reported =
        story.and(&market(), day(1), &as_now(more)).when(&market(), day(3), &as_now(paid));
    let reported = reported.then(|events| {
        assert_eq!(names(events), ["reported_again", "payment_added"]);
    });
    assert_eq!(reported.state.order.unwrap().placed.as_of, Some(day(3)));
}

#[test]
fn more_money_for_a_changed_order_is_an_additional_payment() {
    let paid = || from_a_shop().and(&market(), day(-5), &pay(2_130_000));
    paid().when(&market(), day(1), &pay(3_000_000)).then(|events| {
        let [OrderEvent::PaymentAdded(added)] = events else { panic!("{events:?}") };
        assert_eq!(added.amount, rub(3_000_000));
    });
    paid()
        .and(&market(), day(1), &pay(3_000_000))
        .when(&market(), day(2), &pay(3_000_000))
        .then(nothing_happens);
    // Less is an edit, whose refund is reported by itself.
    paid().when(&market(), day(1), &pay(1_000_000)).then(nothing_happens);
}

#[test]
fn s8_units_that_were_cancelled_before_shipping_leave_the_order_once() {
    let remove = OrderCommand::RemoveUnits(RemoveUnits {
        order: order(),
        units: of_line("L-1", 1),
        removed_at: day(1),
        reference: Some("R-1#cancel".to_owned()),
        reported: reported("10"),
    });
    let one = placed().and(&market(), day(-5), &pay(2_130_000)).when(&market(), day(1), &remove);
    let one = one.then(|events| assert_eq!(names(events), ["units_removed"]));
    assert_eq!(removed(&one.state), [unit(1, 2)]);
    let how: Vec<_> = one.state.order.iter().flat_map(|order| order.units.values()).collect();
    assert_eq!(how[1].removed, Some(Removal::Cancelled));
    placed().and(&market(), day(1), &remove).when(&market(), day(2), &remove).then(nothing_happens);
    delivered().when(&market(), day(1), &remove).then(nothing_happens);
    // The rest is still delivered, and the delivery of "everything" does not name the removed one.
    placed().and(&market(), day(1), &remove).when(&market(), day(2), &deliver(day(2))).then(
        |events| {
            let OrderEvent::Delivered(delivered) = &events[0] else { panic!("{events:?}") };
            assert_eq!(delivered.devices, [unit(1, 1), unit(2, 1)]);
        },
    );
}

fn shipped(at: Instant, exact: bool) -> OrderCommand {
    OrderCommand::Deliver(Deliver {
        units: of_line("L-1", 2),
        reference: Some("F-1".to_owned()),
        exact,
        ..a_delivery(at)
    })
}

#[test]
fn the_carriers_own_time_corrects_that_of_the_shop_and_never_the_reverse() {
    placed()
        .and(&market(), day(2), &shipped(day(2), false))
        .when(&market(), day(3), &shipped(day(1), true))
        .then(|events| {
            let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
            assert_eq!((corrected.delivered_at, corrected.was.delivered_at), (day(1), day(2)));
        });
    placed()
        .and(&market(), day(1), &shipped(day(1), true))
        .when(&market(), day(2), &shipped(day(2), false))
        .then(nothing_happens);
}

#[test]
fn a_parcel_that_goes_back_to_its_sender_was_not_delivered_and_may_come_again() {
    let back = |at| {
        OrderCommand::WithdrawDelivery(WithdrawDelivery {
            order: order(),
            shipment: "F-1".to_owned(),
            withdrawn_at: at,
            reported: reported("11"),
        })
    };
    let story = || placed().and(&market(), day(1), &shipped(day(1), false));
    let withdrawn = story().when(&market(), day(3), &back(day(3))).then(|events| {
        assert_eq!(names(events), ["delivery_withdrawn"]);
    });
    assert_eq!(devices_of(&withdrawn.state, |unit| unit.delivery.is_some()), []);
    // Others counted their days from the first report, so the second corrects it.
    let again = || story().and(&market(), day(3), &back(day(3)));
    again().when(&market(), day(6), &shipped(day(6), false)).then(|events| {
        let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((corrected.was.delivered_at, corrected.delivered_at), (day(1), day(6)));
        assert_eq!(corrected.devices, [unit(1, 1), unit(1, 2)]);
    });
    again().when(&market(), day(4), &cancel(day(4))).then(|events| {
        assert_eq!(names(events), ["cancelled"]);
    });
    let fresh = |unit: &Unit| unit.withdrawn.is_none();
    let delivered = again().when(&market(), day(6), &shipped(day(6), false));
    assert_eq!(devices_of(&delivered.state, fresh).len(), 3);
}

/// T1, T10: the buyer has a parcel that came back to its sender once, says so, and returns it.
#[test]
fn t10_a_confirmed_receipt_is_a_delivery_also_of_what_was_withdrawn() {
    let back = OrderCommand::WithdrawDelivery(WithdrawDelivery {
        order: order(),
        shipment: "F-1".to_owned(),
        withdrawn_at: day(3),
        reported: reported("11"),
    });
    let case = Deliver { units: these(&[unit(2, 1)]), ..a_delivery(day(1)) };
    let case = OrderCommand::Deliver(case);
    let withdrawn = || {
        let delivered =
            placed().and(&market(), day(1), &shipped(day(1), false)).and(&market(), day(1), &case);
        delivered.and(&market(), day(3), &back)
    };
    let waits = || withdrawn().and(&market(), day(7), &a_return(&[unit(1, 1)], day(7)));
    let returned = waits().when(&market(), day(8), &confirm(day(6))).then(|events| {
        let expected = ["receipt_confirmed", "delivery_corrected", "completed", "returned"];
        assert_eq!(names(events), expected);
        let OrderEvent::DeliveryCorrected(corrected) = &events[1] else { panic!() };
        assert_eq!(corrected.presumed, Some(Presumed::ReceiptConfirmed));
        assert_eq!(corrected.devices, [unit(1, 1), unit(1, 2)]);
    });
    assert!(returned.state.kept.is_empty());
    // The parcel's own report is the real one if it is earlier, and says nothing new if it is not.
    let received = || withdrawn().and(&market(), day(6), &confirm(day(6)));
    received().when(&market(), day(8), &shipped(day(5), false)).then(|events| {
        let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((corrected.delivered_at, corrected.presumed), (day(5), None));
    });
    received().when(&market(), day(8), &shipped(day(7), false)).then(nothing_happens);
}

#[test]
fn units_of_a_parcel_keep_what_was_reported_of_each() {
    let second = CorrectDelivery {
        order: order(),
        delivered_at: day(2),
        zone: None,
        units: these(&[unit(1, 2)]),
        reported: reported("c"),
    };
    let back = WithdrawDelivery {
        order: order(),
        shipment: "F-1".to_owned(),
        withdrawn_at: day(3),
        reported: reported("11"),
    };
    let story = || {
        placed().and(&market(), day(1), &shipped(day(1), false)).and(
            &market(),
            day(2),
            &OrderCommand::CorrectDelivery(second.clone()),
        )
    };
    let back = OrderCommand::WithdrawDelivery(back);
    let expected = [(unit(1, 1), day(1)), (unit(1, 2), day(2))];
    story().when(&market(), day(3), &back).then(|events| {
        let withdrawn = events.iter().map(|event| match event {
            OrderEvent::DeliveryWithdrawn(event) => (event.devices[0], event.was.delivered_at),
            other => panic!("{other:?}"),
        });
        assert_eq!(withdrawn.collect::<Vec<_>>(), expected);
    });
    let again = story().and(&market(), day(3), &back);
    again.when(&market(), day(6), &shipped(day(6), false)).then(|events| {
        let corrected = events.iter().map(|event| match event {
            OrderEvent::DeliveryCorrected(event) => (event.devices[0], event.was.delivered_at),
            other => panic!("{other:?}"),
        });
        assert_eq!(corrected.collect::<Vec<_>>(), expected);
    });
}
