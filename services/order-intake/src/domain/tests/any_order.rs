//! Properties of any sequence of facts, in any order, with any repeats.

use proptest::prelude::*;
use recourse_kernel::{Context, Decider, Wire};

use super::disputes::{answer, end, first, refuse_the_offer, withdraw};
use super::*;
use crate::domain::commands::{
    ContestPerformance, NoteShipment, PayRefund, PerformDispute, WithdrawDelivery,
};
use crate::domain::events::{DisputeAnswer, DisputeEnding, MissingFact};
use crate::domain::state::DisputeStage;

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

    #[test]
    fn t11_whatever_is_open_has_an_owner_and_a_date_and_does_not_sleep(
        history in proptest::collection::vec((moves(), 0_i64..6), 0..30),
    ) {
        let key = key();
        let mut state = delivered().when_the_clock_reaches(day(0)).state;
        let mut now = day(1);
        for ((who, command), days) in &history {
            now += chrono::TimeDelta::days(*days);
            pass(&mut state, now);
            let request = Context { now, principal: who, key: &key, reference: &*BOOK };
            for event in Orders::decide(&state, command, &request).unwrap_or_default() {
                state.evolve(&event);
            }
            let waits = Orders::waits(&state);
            for matter in Orders::open(&state) {
                prop_assert!(waits.iter().any(|wait| wait.matter == matter), "{matter}");
            }
            for wait in &waits {
                let has_a_date = wait.until.is_some() || wait.paused.is_some();
                prop_assert!(has_a_date, "{wait:?}");
                prop_assert!(Orders::open(&state).contains(&wait.matter), "{wait:?}");
            }
            if let Some(Some(dispute)) = state.order.as_ref().map(|order| order.dispute(first())) {
                let is_owed = matches!(dispute.stage, DisputeStage::Performance(_));
                prop_assert!(!is_owed || dispute.ending().is_some());
            }
        }
        pass(&mut state, now + chrono::TimeDelta::days(400));
        prop_assert!(Orders::waits(&state).iter().all(|wait| wait.is_late), "closed, or late");
        pass(&mut state, Instant::MAX_UTC);
        prop_assert_eq!(Orders::wake_at(&state), None);
        for (device, unit) in state.order.iter().flat_map(|order| &order.units) {
            prop_assert!(unit.refunded <= unit.price.amount + 1, "M7: {device}");
        }
    }
}

/// Lets the deadlines until an instant pass, all at once.
fn pass(state: &mut OrderState, now: Instant) {
    let (key, clock) = (key(), Principal::system("clock"));
    let context = Context { now, principal: &clock, key: &key, reference: &*BOOK };
    for event in Orders::wake(state, &context) {
        state.evolve(&event);
    }
}

/// What a party may do in or around a dispute about the first phone.
fn moves() -> impl Strategy<Value = (Principal, OrderCommand)> {
    let contest = || OrderCommand::ContestPerformance(ContestPerformance { dispute: first() });
    let perform = || OrderCommand::PerformDispute(PerformDispute { dispute: first(), at: None });
    prop_oneof![
        3 => Just((buyer(), OrderCommand::OpenDispute(an_open_dispute()))),
        1 => Just((seller(), answer(DisputeAnswer::Agree, None))),
        2 => (1_i64..500_000)
            .prop_map(|part| (seller(), answer(DisputeAnswer::Counter, Some(part)))),
        2 => Just((seller(), answer(DisputeAnswer::Decline, None))),
        1 => Just((buyer(), refuse_the_offer())),
        1 => Just((buyer(), withdraw())),
        1 => Just((market(), end(DisputeEnding::FullRefund, None, None))),
        1 => (1_i64..500_000)
            .prop_map(|part| (market(), end(DisputeEnding::PartialRefund, Some(part), None))),
        1 => Just((market(), end(DisputeEnding::Nothing, None, None))),
        2 => Just((seller(), perform())),
        1 => Just((market(), perform())),
        1 => Just((buyer(), contest())),
        2 => facts().prop_map(|fact| (market(), fact)),
    ]
}
