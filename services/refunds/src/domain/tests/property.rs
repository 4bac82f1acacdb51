//! Whatever the gateway reports and however often: nothing is paid twice, and a closed settlement
//! balances (M6, M7).

use chrono::TimeDelta;
use proptest::prelude::*;
use recourse_kernel::Context;

use super::super::RefundsState;
use super::super::state::sums;
use super::*;

/// What the gateway and the clock can do to a settlement with several payments.
#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    OpenCash,
    BookLate { price: i64 },
    SellerRefunds { so_far: i64 },
    Pay { payment: u32, amount_off: i64, reference: u8 },
    Fail { payment: u32 },
    Wait { days: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Open),
        Just(Step::OpenCash),
        (0_i64..90_000).prop_map(|price| Step::BookLate { price }),
        (0_i64..1_100_000).prop_map(|so_far| Step::SellerRefunds { so_far }),
        (1_u32..5, prop_oneof![4 => Just(0_i64), 1 => -5_i64..5], 0_u8..6).prop_map(
            |(payment, amount_off, reference)| Step::Pay { payment, amount_off, reference }
        ),
        (1_u32..5).prop_map(|payment| Step::Fail { payment }),
        (0_i64..40).prop_map(|days| Step::Wait { days }),
    ]
}

/// A repair at the buyer's cost with shipments booked by both sides: payments in every direction.
fn many_payments() -> RefundsCommand {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    fact.facts.shipments = vec![post_to_shop(35_000), post_to_buyer(25_000)];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

/// The command of a step; waiting sends none.
fn command_of(step: Step, state: &RefundsState, now: Instant) -> Option<RefundsCommand> {
    Some(match step {
        Step::Open => many_payments(),
        Step::OpenCash => cash(),
        Step::BookLate { price } => late_shipment(price),
        Step::SellerRefunds { so_far } => seller_refunded(so_far),
        Step::Pay { payment: number, amount_off, reference } => {
            let payment = payment(number);
            let owed = state.payment(payment).map_or(1, |(_, payment)| payment.owed.amount.amount);
            let reference = format!("pay-{reference}");
            let RefundsCommand::ConfirmPayment(paid) = pay(payment, owed + amount_off, &reference)
            else {
                unreachable!()
            };
            RefundsCommand::ConfirmPayment(ConfirmPayment { paid_at: now, ..paid })
        }
        Step::Fail { payment: number } => RefundsCommand::FailPayment(FailPayment {
            payment: payment(number),
            code: "no".into(),
            reason: None,
            failed_at: now,
        }),
        Step::Wait { .. } => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// M7: no payment is made twice, whatever the gateway reports and however often; and a
    /// settlement is closed exactly when the amount paid equals the amount owed, to the last unit
    /// of each currency (M6).
    #[test]
    fn m7_no_payment_is_paid_twice_and_a_closed_settlement_balances(
        steps in proptest::collection::vec(any_step(), 1..40),
    ) {
        let mut state = RefundsState::default();
        let mut now = opened_at();
        let (mut owed, mut fallen) = (Vec::new(), Vec::new());
        let (mut paid, mut closed) = (Vec::new(), Vec::new());
        for step in steps {
            let principal = gateway();
            if let Step::Wait { days } = step {
                now += TimeDelta::days(days);
            }
            let command = command_of(step, &state, now);
            let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
            let events = match &command {
                Some(command) => Refunds::decide(&state, command, &context).unwrap_or_default(),
                None if Refunds::wake_at(&state).is_some_and(|due| due <= now) => {
                    Refunds::wake(&state, &context)
                }
                None => Vec::new(),
            };
            for event in &events {
                Refunds::evolve(&mut state, event, now);
                match event {
                    SettlementEvent::Opened(opened) => {
                        owed.extend(opened.payments.iter().map(|payment| payment.amount));
                    }
                    SettlementEvent::PaymentAdded(added) => owed.push(added.payment.amount),
                    SettlementEvent::WrittenOff(off) => fallen.extend(off.amounts.clone()),
                    SettlementEvent::PaymentPaid(event) => paid.push((event.payment, event.amount)),
                    SettlementEvent::Closed(event) => closed.push(event.paid.clone()),
                    _ => {}
                }
            }
            if command.is_none() {
                prop_assert!(Refunds::wake_at(&state).is_none_or(|due| due > now));
            }
        }
        let mut payments: Vec<PaymentId> = paid.iter().map(|(payment, _)| *payment).collect();
        payments.sort_unstable();
        payments.dedup();
        prop_assert_eq!(payments.len(), paid.len(), "a payment was made twice");
        let paid = sums(paid.into_iter().map(|(_, amount)| amount));
        // What was written off is no longer owed (M8).
        let fallen = fallen
            .into_iter()
            .map(|money: Money| Money { amount: -money.amount, ..money });
        let owed: Vec<_> = sums(owed.into_iter().chain(fallen));
        let owed: Vec<_> = owed.into_iter().filter(|sum| sum.amount != 0).collect();
        let is_closed = state
            .settlement(settlement())
            .is_some_and(|settlement| settlement.is_closed);
        let was_opened = state.settlement(settlement()).is_some();
        prop_assert_eq!(is_closed, was_opened && paid == owed);
        prop_assert!(!is_closed || closed.last() == Some(&owed));
    }
}
