//! Whatever the gateway reports, and whatever becomes known later: nothing is paid twice, every
//! settlement balances, and nothing waits without an owner and a date (M6, M7, M12, T11).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use recourse_kernel::{Context, Currency, Event as _, Matter, PauseReason, Wait};

use super::super::RefundsState;
use super::super::events::Totals;
use super::super::rules::differences::offsets;
use super::*;
use crate::foreign::JobRepaired;

/// What the gateway, the claim and the clock can do to a settlement with several payments.
#[derive(Debug, Clone)]
enum Step {
    Open,
    OpenCash,
    Return,
    BookLate { price: i64 },
    Review { results: Vec<i64>, goodwill: Vec<i64>, fee: i64 },
    SellerRefunds { so_far: i64 },
    Repaired,
    Appeal { open: bool },
    Pay { payment: u32, amount_off: i64, reference: u8 },
    Fail { payment: u32 },
    Reverse { payment: u32 },
    Wait { days: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    let amounts = |most: usize| proptest::collection::vec(-90_000_i64..90_000, 0..most);
    let off = prop_oneof![4 => Just(0_i64), 1 => -5_i64..5];
    prop_oneof![
        2 => Just(Step::Open),
        1 => Just(Step::OpenCash),
        1 => Just(Step::Return),
        1 => (0_i64..90_000).prop_map(|price| Step::BookLate { price }),
        2 => (amounts(3), amounts(2), 0_i64..3).prop_map(|(results, goodwill, fee)| {
            Step::Review { results, goodwill, fee }
        }),
        1 => (0_i64..1_100_000).prop_map(|so_far| Step::SellerRefunds { so_far }),
        1 => Just(Step::Repaired),
        1 => any::<bool>().prop_map(|open| Step::Appeal { open }),
        6 => (1_u32..9, off, 0_u8..9).prop_map(|(payment, amount_off, reference)| {
            Step::Pay { payment, amount_off, reference }
        }),
        1 => (1_u32..6).prop_map(|payment| Step::Fail { payment }),
        2 => (1_u32..6).prop_map(|payment| Step::Reverse { payment }),
        3 => (0_i64..40).prop_map(|days| Step::Wait { days }),
    ]
}

/// A repair at the buyer's cost with shipments booked by both sides: payments in every direction.
fn many_payments() -> SettlementStarted {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    fact.facts.shipments = vec![post_to_shop(35_000), post_to_buyer(25_000)];
    fact
}

/// The command of a step; waiting sends none.
fn command_of(step: &Step, state: &RefundsState, now: Instant) -> Option<RefundsCommand> {
    Some(match step {
        Step::Open => RefundsCommand::OpenForClaim(Box::new(many_payments())),
        Step::OpenCash => cash(),
        Step::Return => returned(),
        Step::BookLate { price } => late_shipment(*price),
        Step::Review { results, goodwill, fee } => {
            let mut fact = many_payments();
            fact.facts.review_results = results.iter().map(|amount| rub(*amount)).collect();
            fact.facts.goodwill = goodwill.iter().map(|amount| rub(amount.abs())).collect();
            fact.facts.shipments.push(post_to_buyer(fee * 10_000));
            extended(fact, None)
        }
        Step::SellerRefunds { so_far } => seller_refunded(*so_far),
        Step::Repaired => {
            RefundsCommand::NoteRepair(JobRepaired { claim: claim(), repaired_at: now })
        }
        Step::Appeal { open } => note_appeal(*open, now),
        Step::Pay { payment: number, amount_off, reference } => {
            let payment = payment(*number);
            let owed = state.payment(payment).map_or(1, |(_, payment)| payment.owed.amount.amount);
            let (amount, reference) = (rub(owed + amount_off), format!("pay-{reference}"));
            RefundsCommand::ConfirmPayment(ConfirmPayment {
                payment,
                amount,
                reference,
                paid_at: now,
            })
        }
        Step::Fail { payment: number } => RefundsCommand::FailPayment(FailPayment {
            payment: payment(*number),
            code: "no".into(),
            reason: None,
            failed_at: now,
        }),
        Step::Reverse { payment: number } => RefundsCommand::ReversePayment(ReversePayment {
            payment: payment(*number),
            code: None,
            reason: None,
            reversed_at: now,
        }),
        Step::Wait { .. } => return None,
    })
}

/// The books of a settlement, kept from its events alone.
#[derive(Debug, Default)]
struct Books {
    payments: BTreeMap<PaymentId, Entry>,
    paid: BTreeMap<Currency, i64>,
    reversed: BTreeMap<Currency, i64>,
    closed: Vec<Vec<Totals>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    amount: Money,
    is_paid: bool,
    is_written_off: bool,
}

impl Books {
    fn owes(&mut self, payment: PaymentId, amount: Money) -> Result<(), TestCaseError> {
        let entry = Entry { amount, is_paid: false, is_written_off: false };
        prop_assert!(amount.amount > 0);
        prop_assert!(self.payments.insert(payment, entry).is_none(), "{payment} is owed twice");
        Ok(())
    }

    fn enter(&mut self, event: &SettlementEvent) -> Result<(), TestCaseError> {
        match event {
            SettlementEvent::Opened(opened) => {
                for payment in &opened.payments {
                    self.owes(payment.payment, payment.amount)?;
                }
            }
            SettlementEvent::PaymentAdded(added) => {
                self.owes(added.payment.payment, added.payment.amount)?;
            }
            SettlementEvent::PaymentPaid(paid) => {
                let entry = self.payments.get_mut(&paid.payment).unwrap();
                prop_assert!(!entry.is_paid && !entry.is_written_off, "paid twice: {paid:?}");
                entry.is_paid = true;
                *self.paid.entry(paid.amount.currency).or_default() += paid.amount.amount;
            }
            SettlementEvent::PaymentReversed(reversed) => {
                let entry = self.payments.get_mut(&reversed.payment).unwrap();
                prop_assert!(entry.is_paid, "was not paid: {reversed:?}");
                entry.is_paid = false;
                let amount = reversed.amount;
                *self.reversed.entry(amount.currency).or_default() += amount.amount;
            }
            SettlementEvent::WrittenOff(off) => {
                for payment in &off.payments {
                    let entry = self.payments.get_mut(payment).unwrap();
                    prop_assert!(!entry.is_paid && !entry.is_written_off, "{off:?}");
                    entry.is_written_off = true;
                }
            }
            SettlementEvent::Closed(closed) => self.closed.push(closed.totals.clone()),
            _ => {}
        }
        Ok(())
    }

    fn sum(&self, currency: Currency, counts: impl Fn(&Entry) -> bool) -> i64 {
        let entries = self.payments.values().filter(|entry| counts(entry));
        entries
            .map(|entry| entry.amount)
            .filter(|sum| sum.currency == currency)
            .fold(0, |sum, it| sum + it.amount)
    }

    /// M12: the totals are those of the books, they balance, and none is negative.
    fn agree_with(&self, totals: &[Totals]) -> Result<(), TestCaseError> {
        for sum in totals {
            let of = |sums: &BTreeMap<_, i64>| sums.get(&sum.currency).copied().unwrap_or(0);
            prop_assert_eq!(sum.owed, self.sum(sum.currency, |_| true));
            prop_assert_eq!(sum.paid, of(&self.paid));
            prop_assert_eq!(sum.reversed, of(&self.reversed));
            prop_assert_eq!(sum.written_off, self.sum(sum.currency, |entry| entry.is_written_off));
            let due = |entry: &Entry| !entry.is_paid && !entry.is_written_off;
            prop_assert_eq!(sum.due, self.sum(sum.currency, due));
            prop_assert_eq!(sum.paid - sum.reversed + sum.due + sum.written_off, sum.owed);
            let terms =
                [sum.owed, sum.paid, sum.reversed, sum.due, sum.in_collection, sum.written_off];
            prop_assert!(terms.iter().all(|term| *term >= 0), "{sum:?}");
            prop_assert!(sum.in_collection <= sum.due);
        }
        Ok(())
    }
}

/// T11: whatever is open has an owner and a date, or is late.
fn nothing_sleeps(state: &RefundsState) -> Result<(), TestCaseError> {
    let waits = Refunds::waits(state);
    for matter in Refunds::open(state) {
        prop_assert!(waits.iter().any(|wait| wait.matter == matter), "{matter} waits for nothing");
    }
    let has_a_date = |wait: &Wait| wait.until.is_some() != wait.paused.is_some();
    prop_assert!(waits.iter().all(has_a_date), "{waits:?}");
    Ok(())
}

fn balances(state: &RefundsState, books: &Books) -> Result<(), TestCaseError> {
    let Some(known) = state.settlement(settlement()) else { return Ok(()) };
    let totals = known.totals();
    books.agree_with(&totals)?;
    let is_over = totals.iter().all(|sum| sum.due == sum.in_collection);
    prop_assert_eq!(known.is_closed, is_over, "{:?}", totals);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// M7: no payment is made twice. M12: paid − reversed + due + written off = owed at any time,
    /// and a closed settlement has nothing due except amounts in collection. T11: whatever is open
    /// has an owner and a date; and when only time passes, everything is closed, or late.
    #[test]
    fn m12_every_settlement_balances_and_t11_nothing_sleeps(
        steps in proptest::collection::vec(any_step(), 1..40),
    ) {
        let mut state = RefundsState::default();
        let mut now = opened_at();
        let mut books = Books::default();
        let end = Step::Wait { days: 40_000 };
        for step in steps.iter().chain([&end]) {
            let principal = gateway();
            now += TimeDelta::days(match step { Step::Wait { days } => *days, _ => 0 });
            now += TimeDelta::seconds(1);
            let command = command_of(step, &state, now);
            let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
            let events = match &command {
                Some(command) => Refunds::decide(&state, command, &context).unwrap_or_default(),
                None => Refunds::wake(&state, &context),
            };
            for event in &events {
                Refunds::evolve(&mut state, event, event.happened().unwrap_or(now));
                books.enter(event)?;
            }
            if command.is_none() {
                prop_assert!(Refunds::wake_at(&state).is_none_or(|due| due > now));
            }
            nothing_sleeps(&state)?;
            if let (Step::Reverse { .. }, Some(known)) = (step, state.settlement(settlement()))
                && !events.is_empty()
            {
                prop_assert!(offsets(known).is_empty(), "both sides owe the same: {known:?}");
            }
            balances(&state, &books)?;
        }
        let open: Vec<Matter> = Refunds::open(&state);
        for matter in open {
            let mut waits = Refunds::waits(&state).into_iter();
            let is_over = |wait: Wait| wait.is_late || wait.paused == Some(PauseReason::Appeal);
            prop_assert!(waits.any(|wait| wait.matter == matter && is_over(wait)));
        }
        let waits = Refunds::waits(&state);
        let is_appealed = state.settlement(settlement()).is_some_and(|known| known.is_appealed);
        prop_assert!(waits.iter().all(|wait| wait.is_late || (is_appealed && wait.paused.is_some())));
    }
}
