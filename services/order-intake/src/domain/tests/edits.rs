//! What an edit of an order does to the warranties of its devices (S1, S7, M7).

use super::*;
use crate::domain::commands::RemoveUnits;

const ALL: i64 = 2_130_000;

/// The order on this day: two phones whose warranties the line `P` charges for, so many of them
/// still in the order.
fn with_plans(on: i64, plans: u32) -> Place {
    let mut place = Place { as_of: Some(day(on)), ..a_place() };
    let plan = OrderLine {
        line: 3,
        unit_price: rub(40_000),
        device: None,
        requires_shipping: false,
        warranty: None,
        reference: Some("P".to_owned()),
        ..lines().remove(0)
    };
    place.lines[0].warranty.as_mut().unwrap().reference = Some("P".to_owned());
    if plans < 2 {
        let without = OrderLine { quantity: 2 - plans, warranty: None, ..place.lines[0].clone() };
        place.lines[0].quantity = plans;
        place.lines.push(without);
        place.lines.retain(|line| line.quantity > 0);
        place.gone = vec![LineUnits { reference: "P".to_owned(), quantity: 2 - plans }];
    }
    place.lines.push(plan);
    place
}

fn reported_as(place: Place) -> OrderCommand {
    OrderCommand::Place(Box::new(place))
}

fn two_plans() -> Story<'static, Orders> {
    nothing_yet().and(&market(), day(-5), &reported_as(with_plans(-5, 2)))
}

fn covered(state: &OrderState) -> Vec<DeviceId> {
    devices_of(state, |unit| unit.warranty.is_some())
}

fn without(reference: &str, id: &str) -> OrderCommand {
    OrderCommand::RemoveUnits(RemoveUnits {
        order: order(),
        units: of_line(reference, 1),
        removed_at: day(1),
        reference: Some(id.to_owned()),
        reported: reported("10"),
    })
}

#[test]
fn s7_a_plan_that_an_edit_takes_out_leaves_the_last_device_before_and_after_the_payment() {
    for story in [two_plans, || two_plans().and(&market(), day(-5), &pay(ALL))] {
        let edited = reported_as(with_plans(-4, 1));
        let one = story().when(&market(), day(-4), &edited).then(|events| {
            assert_eq!(names(events), ["warranty_removed", "units_removed"]);
        });
        assert_eq!(covered(&one.state), [unit(1, 1)]);
        let again = || story().and(&market(), day(-4), &edited);
        again().when(&market(), day(-3), &edited).then(nothing_happens);
        let older = reported_as(with_plans(-5, 2));
        again().when(&market(), day(-3), &older).then(nothing_happens);
        let none = again().when(&market(), day(-3), &reported_as(with_plans(-3, 0)));
        assert_eq!(covered(&none.state), []);
    }
}

#[test]
fn s1_a_plan_that_is_put_back_is_for_the_device_without_and_is_paid_with_the_order() {
    let back = Place { paid: Some(rub(ALL)), ..with_plans(-3, 2) };
    let story = || two_plans().and(&market(), day(-5), &pay(ALL));
    let story = || story().and(&market(), day(-4), &reported_as(with_plans(-4, 1)));
    story().when(&market(), day(-3), &reported_as(back.clone())).then(|events| {
        assert_eq!(names(events), ["lines_added", "warranty_added", "payment_added"]);
        let OrderEvent::WarrantyAdded(added) = &events[1] else { panic!() };
        assert_eq!((&added.devices[..], added.added_at), (&[unit(1, 2)][..], day(-3)));
    });
    let cancelled = story().and(&market(), day(-4), &cancel(day(-4)));
    cancelled.when(&market(), day(-3), &reported_as(back)).then(only_its_time_is_kept);
}

#[test]
fn s7_a_plan_that_is_cancelled_before_its_payment_leaves_its_device() {
    two_plans().when(&market(), day(1), &without("P", "R-1")).then(|events| {
        assert_eq!(names(events), ["warranty_removed", "units_removed"]);
        let OrderEvent::WarrantyRemoved(removed) = &events[0] else { panic!() };
        assert_eq!((&removed.devices[..], removed.moved), (&[unit(1, 2)][..], false));
        assert_eq!(removed.reference.as_deref(), Some("R-1"));
    });
    // One that a refund paid back ended with it.
    two_plans()
        .and(&market(), day(-5), &pay(ALL))
        .and(&market(), day(3), &a_refund(of_line("P", 1), 40_000, Some("R-2")))
        .when(&market(), day(3), &without("P", "R-2#cancel"))
        .then(|events| assert_eq!(names(events), ["units_removed"]));
}

#[test]
fn s7_a_device_that_leaves_unpaid_takes_along_a_warranty_that_no_line_charges_for() {
    let story = || {
        let place = Place { as_of: Some(day(-5)), ..a_place() };
        nothing_yet().and(&market(), day(-5), &reported_as(place))
    };
    let mut edited = Place { as_of: Some(day(-4)), ..a_place() };
    edited.lines[0].quantity = 1;
    for fact in [reported_as(edited), without("L-1", "R-1")] {
        story().when(&market(), day(1), &fact).then(|events| {
            assert_eq!(names(events), ["warranty_removed", "units_removed"]);
        });
        // S8: once it is paid, its price is owed.
        story().and(&market(), day(-5), &pay(ALL)).when(&market(), day(1), &fact).then(|events| {
            assert_eq!(names(events), ["units_removed"]);
        });
    }
}
