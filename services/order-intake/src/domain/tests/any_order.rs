//! Properties of any sequence of facts, in any order, with any repeats.

use proptest::prelude::*;
use recourse_kernel::{Context, Decider, Wire};

use super::*;
use crate::domain::commands::{NoteShipment, PayRefund, WithdrawDelivery};
use crate::domain::events::MissingFact;

fn instants() -> impl Strategy<Value = Instant> {
    (-6_i64..20).prop_map(day)
}

fn some_units() -> impl Strategy<Value = Units> {
    prop_oneof![
        Just(Units::default()),
        (1_u32..3, 1_u32..4).prop_map(|(line, number)| these(&[unit(line, number)])),
        (1_u32..4).prop_map(|quantity| of_line("L-1", quantity)),
    ]
}

fn facts() -> impl Strategy<Value = OrderCommand> {
    prop_oneof![
        Just(place()),
        (0_i64..3).prop_map(|amount| pay(2_130_000 + amount / 2)),
        instants().prop_map(cancel),
        (instants(), some_units(), 0_u8..3).prop_map(|(at, units, shipment)| {
            let reference = (shipment > 0).then(|| format!("F-{shipment}"));
            OrderCommand::Deliver(Deliver { units, reference, ..a_delivery(at) })
        }),
        (instants(), 1_u8..3).prop_map(|(at, shipment)| {
            let reference = Some(format!("F-{shipment}"));
            let by_shipment = Deliver { by_shipment: true, ..a_delivery(at) };
            OrderCommand::Deliver(Deliver { reference, ..by_shipment })
        }),
        (1_u32..4, 1_u8..3).prop_map(|(quantity, shipment)| {
            OrderCommand::NoteShipment(NoteShipment {
                order: order(),
                shipment: format!("F-{shipment}"),
                lines: of_line("L-1", quantity).lines,
                reported: None,
            })
        }),
        (instants(), 1_u8..3).prop_map(|(withdrawn_at, shipment)| {
            let shipment = format!("F-{shipment}");
            let order = order();
            let reported = reported("11");
            let failed = WithdrawDelivery { order, shipment, withdrawn_at, reported };
            OrderCommand::WithdrawDelivery(failed)
        }),
        instants().prop_map(correct),
        instants().prop_map(confirm),
        instants().prop_map(complete),
        (1_u32..3, 1_u32..3, instants())
            .prop_map(|(line, number, at)| a_return(&[unit(line, number)], at)),
        (some_units(), 0_i64..1_200_000, 0_u8..4).prop_map(|(units, amount, reference)| {
            let reference = (reference > 0).then(|| format!("R-{reference}"));
            a_refund(units, amount, reference.as_deref())
        }),
        (some_units(), 0_i64..1_200_000, 1_u8..4).prop_map(|(units, amount, number)| {
            let part = UnitsRefunded { units, amount: rub(amount), tax: None, returned: false };
            OrderCommand::RefundLine(RefundLine {
                order: order(),
                refunds: vec![part],
                other: Some(rub(amount)),
                pending: true,
                payment: Some(format!("T-{number}")),
                refunded_at: day(3),
                reference: Some(format!("P-{number}")),
                reported: None,
            })
        }),
        (1_u8..4).prop_map(|number| {
            let (order, payment) = (order(), format!("T-{number}"));
            OrderCommand::PayRefund(PayRefund { order, payment, paid_at: day(5), reported: None })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bounds_hold_and_replays_agree_for_any_sequence_of_facts(
        reported in proptest::collection::vec(facts(), 0..25),
    ) {
        let (key, market) = (key(), market());
        let request = Context { now: day(20), principal: &market, key: &key, reference: &*BOOK };
        let mut state = OrderState::default();
        let mut log = Vec::new();
        for command in &reported {
            let Ok(events) = Orders::decide(&state, command, &request) else { continue };
            for event in events {
                state.evolve(&event);
                log.push((event.type_name(), event.encode().unwrap()));
            }
            // Repeating a fact changes nothing, unless it has no id of its own to recognise it by.
            let again = Orders::decide(&state, command, &request);
            let has_own_id = !matches!(command,
                OrderCommand::RefundLine(refund) if refund.reference.is_none());
            let by_line = matches!(command, OrderCommand::Deliver(d) if d.reference.is_none());
            if has_own_id && !by_line {
                prop_assert!(again.as_ref().map_or(true, Vec::is_empty), "{command:?}: {again:?}");
            }
        }
        let mut replayed = OrderState::default();
        for (type_name, body) in &log {
            replayed.evolve(&OrderEvent::decode(type_name, body).unwrap());
        }
        prop_assert_eq!(&replayed, &state);
        let cached = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        prop_assert_eq!(&state, &cached);
        for (device, unit) in state.order.iter().flat_map(|order| &order.units) {
            prop_assert!(unit.refunded <= unit.price.amount + 1, "M7: {device}");
            prop_assert!(unit.returned.is_none() || unit.delivery.is_some(), "T1: {device}");
        }
        if let Some(order) = &state.order {
            prop_assert!(order.receipt_confirmed.is_none() || order.completed.is_some(), "T10");
            prop_assert!(state.kept.iter().all(|kept| kept.missing != MissingFact::Placed));
        }
    }
}
