//! Parcels of an order: which units are in which, reported in any order (T1).

use super::*;
use crate::domain::commands::{NoteShipment, WithdrawDelivery};
use crate::domain::events::{LinesAdded, MissingFact};

/// A carrier's event: this parcel was delivered. It names no lines.
fn arrived(shipment: &str, at: Instant) -> OrderCommand {
    OrderCommand::Deliver(Deliver {
        exact: true,
        by_shipment: true,
        reference: Some(shipment.to_owned()),
        reported: reported(&format!("{shipment}:{at}")),
        ..a_delivery(at)
    })
}

/// The shop reports the parcel as delivered, with its lines.
fn arrived_with(shipment: &str, units: Units, at: Instant) -> OrderCommand {
    let reference = Some(shipment.to_owned());
    OrderCommand::Deliver(Deliver { units, reference, ..a_delivery(at) })
}

fn sent(shipment: &str, line: &str, quantity: u32) -> OrderCommand {
    OrderCommand::NoteShipment(NoteShipment {
        order: order(),
        shipment: shipment.to_owned(),
        lines: of_line(line, quantity).lines,
        reported: reported(shipment),
    })
}

fn failed(shipment: &str, at: Instant) -> OrderCommand {
    OrderCommand::WithdrawDelivery(WithdrawDelivery {
        order: order(),
        shipment: shipment.to_owned(),
        withdrawn_at: at,
        reported: reported(&format!("{shipment}:failed:{at}")),
    })
}

/// An order with one phone, and a plan that is not sent.
fn one_phone() -> Story<'static, Orders> {
    let mut lines = lines();
    (lines[0].quantity, lines[1].requires_shipping) = (1, false);
    let place = OrderCommand::Place(Box::new(Place { lines, ..a_place() }));
    nothing_yet().and(&market(), day(-5), &place)
}

/// When each unit was delivered.
#[track_caller]
fn dates(state: &OrderState) -> Vec<(DeviceId, Instant)> {
    assert_eq!(state.kept, []);
    let units = state.order.iter().flat_map(|order| &order.units);
    units.filter_map(|(id, unit)| Some((*id, unit.delivery?.delivered_at))).collect()
}

#[test]
fn a_parcel_whose_lines_are_not_known_delivers_nothing_and_is_kept_once() {
    placed().when(&market(), day(1), &arrived("F-1", day(1))).then(|events| {
        let [OrderEvent::FactKept(kept)] = events else { panic!("{events:?}") };
        assert_eq!((kept.missing, kept.shipment()), (MissingFact::Shipped, Some("F-1")));
    });
    placed()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(1), &arrived("F-1", day(1)))
        .then(nothing_happens);
}

#[test]
fn a_kept_delivery_applies_to_the_units_of_its_own_parcel_once_they_are_known() {
    let delivered = placed()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .and(&market(), day(4), &arrived("F-2", day(4)))
        .and(&market(), day(5), &sent("F-2", "L-2", 1))
        .when(&market(), day(5), &sent("F-1", "L-1", 2))
        .then(|events| assert_eq!(names(events), ["shipment_noted", "delivered"]));
    let expected = [(unit(1, 1), day(1)), (unit(1, 2), day(1)), (unit(2, 1), day(4))];
    assert_eq!(dates(&delivered.state), expected);
}

#[test]
fn a_parcel_is_also_known_by_its_delivery_whose_time_the_carrier_then_corrects() {
    let delivered = placed()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(2), &arrived_with("F-1", of_line("L-2", 1), day(2)))
        .then(|events| assert_eq!(names(events), ["delivered", "delivery_corrected"]));
    assert_eq!(dates(&delivered.state), [(unit(2, 1), day(1))]);
}

#[test]
fn a_parcel_that_was_sent_is_delivered_by_the_carriers_event_alone() {
    let story = || placed().and(&market(), day(0), &sent("F-1", "L-1", 1));
    story().when(&market(), day(0), &sent("F-1", "L-1", 1)).then(nothing_happens);
    let delivered = story()
        .and(&market(), day(0), &sent("F-2", "L-1", 1))
        .and(&market(), day(2), &arrived("F-2", day(2)))
        .and(&market(), day(3), &sent("F-2", "L-1", 1))
        .when(&market(), day(3), &arrived("F-1", day(3)))
        .then(|events| assert_eq!(names(events), ["delivered"]));
    assert_eq!(dates(&delivered.state), [(unit(1, 1), day(2)), (unit(1, 2), day(3))]);
}

#[test]
fn a_corrected_time_of_a_parcel_applies_in_order_of_arrival() {
    let delivered = placed()
        .and(&market(), day(3), &arrived("F-1", day(3)))
        .and(&market(), day(4), &arrived("F-1", day(2)))
        .when(&market(), day(4), &sent("F-1", "L-1", 2))
        .then(|events| {
            let expected = ["shipment_noted", "delivered", "delivery_corrected"];
            assert_eq!(names(events), expected);
        });
    assert_eq!(dates(&delivered.state), [(unit(1, 1), day(2)), (unit(1, 2), day(2))]);
}

#[test]
fn the_only_unit_that_is_sent_is_in_any_parcel() {
    let delivered = one_phone()
        .when(&market(), day(1), &arrived("F-1", day(1)))
        .then(|events| assert_eq!(names(events), ["delivered"]));
    assert_eq!(dates(&delivered.state), [(unit(1, 1), day(1))]);
    one_phone()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(2), &sent("F-1", "L-1", 1))
        .then(nothing_happens);
}

#[test]
fn a_delivery_before_the_order_waits_for_the_order_and_then_for_its_parcel() {
    let delivered = nothing_yet()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .and(&market(), day(2), &place())
        .when(&market(), day(3), &sent("F-1", "L-2", 1))
        .then(|events| assert_eq!(names(events), ["shipment_noted", "delivered"]));
    assert_eq!(dates(&delivered.state), [(unit(2, 1), day(1))]);
    let all_before = nothing_yet()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .and(&market(), day(2), &sent("F-1", "L-2", 1))
        .when(&market(), day(3), &place());
    assert_eq!(dates(&all_before.state), [(unit(2, 1), day(1))]);
}

#[test]
fn a_parcel_with_a_line_that_was_added_waits_for_that_line() {
    let mut lines = lines();
    lines.push(OrderLine { line: 3, reference: Some("L-3".to_owned()), ..lines[1].clone() });
    let more = Place { lines, as_of: Some(day(2)), ..a_place() };
    let delivered = placed()
        .and(&market(), day(1), &sent("F-1", "L-3", 1))
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(2), &OrderCommand::Place(Box::new(more)))
        .then(|events| {
            let [OrderEvent::LinesAdded(LinesAdded { lines, .. }), ..] = events else { panic!() };
            assert_eq!((lines[0].line, names(events)), (3, vec!["lines_added", "delivered"]));
        });
    assert_eq!(dates(&delivered.state), [(unit(3, 1), day(1))]);
}

#[test]
fn a_failure_that_is_reported_before_the_delivery_undoes_it_too() {
    // The parcel was delivered on day 1 and went back on day 3.
    for known in [true, false] {
        let story =
            if known { placed().and(&market(), day(0), &sent("F-1", "L-1", 2)) } else { placed() };
        let undone = story
            .and(&market(), day(3), &failed("F-1", day(3)))
            .when(&market(), day(3), &arrived("F-1", day(1)))
            .then(nothing_happens);
        assert_eq!(dates(&undone.state), []);
    }
    // In the order in which it happened, while its lines are not known.
    let undone = placed()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(3), &failed("F-1", day(3)))
        .then(|events| assert_eq!(names(events), ["shipment_noted"]));
    assert_eq!(dates(&undone.state), []);
}

#[test]
fn a_parcel_that_failed_and_then_arrives_is_delivered_to_its_own_units() {
    let story = || {
        placed().and(&market(), day(0), &sent("F-1", "L-1", 1)).and(
            &market(),
            day(1),
            &failed("F-1", day(1)),
        )
    };
    story().when(&market(), day(1), &failed("F-1", day(1))).then(nothing_happens);
    let delivered = story().when(&market(), day(4), &arrived("F-1", day(4)));
    assert_eq!(dates(&delivered.state), [(unit(1, 1), day(4))]);
    // Its lines may be known only later.
    let delivered = placed()
        .and(&market(), day(1), &failed("F-1", day(1)))
        .and(&market(), day(4), &arrived("F-1", day(4)))
        .when(&market(), day(5), &sent("F-1", "L-1", 1));
    assert_eq!(dates(&delivered.state), [(unit(1, 1), day(4))]);
    // A delivery that was withdrawn has said which units came back.
    placed()
        .and(&market(), day(1), &arrived_with("F-1", of_line("L-2", 1), day(1)))
        .and(&market(), day(2), &failed("F-1", day(2)))
        .when(&market(), day(4), &arrived("F-1", day(4)))
        .then(|events| {
            let [OrderEvent::DeliveryCorrected(corrected)] = events else { panic!("{events:?}") };
            assert_eq!(corrected.devices, [unit(2, 1)]);
        });
}

#[test]
fn a_parcel_that_replaces_a_cancelled_one_delivers_the_same_units() {
    let replaced = placed()
        .and(&market(), day(0), &sent("F-1", "L-1", 2))
        .and(&market(), day(1), &failed("F-1", day(1)))
        .and(&market(), day(1), &sent("F-2", "L-1", 2))
        .and(&market(), day(3), &arrived("F-2", day(3)))
        // Late news of the first one.
        .when(&market(), day(3), &arrived("F-1", day(1)))
        .then(nothing_happens);
    assert_eq!(dates(&replaced.state), [(unit(1, 1), day(3)), (unit(1, 2), day(3))]);
}

#[test]
fn a_kept_delivery_of_an_order_that_is_cancelled_is_refused() {
    let cancelled = placed()
        .and(&market(), day(1), &arrived("F-1", day(1)))
        .when(&market(), day(2), &cancel(day(2)))
        .then(|events| {
            assert_eq!(names(events), ["cancelled", "kept_fact_refused"]);
        });
    assert_eq!(cancelled.state.kept, []);
}
