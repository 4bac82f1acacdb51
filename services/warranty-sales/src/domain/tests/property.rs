//! In any order of facts: stages follow each other as allowed, and a price is refunded at most
//! once.

use chrono::TimeDelta;
use proptest::prelude::*;
use recourse_kernel::Context;

use super::super::SalesState;
use super::*;

/// The transitions between stages that are allowed.
fn is_allowed(before: &Stage, after: &Stage) -> bool {
    use Stage::{Cancelled, Ended, Refused, Requested, Scheduled, Sold, Started};
    let next: bool = match before {
        Requested { .. } => {
            matches!(
                after,
                Requested { .. } | Sold(_) | Refused | Cancelled { was_paid: false, .. }
            )
        }
        Cancelled { was_paid: false, .. } => matches!(after, Refused | Requested { .. }),
        // A replacement may end the coverage at any stage at which it is reported.
        Sold(_) => matches!(after, Scheduled(..) | Ended | Cancelled { was_paid: true, .. }),
        Scheduled(..) => {
            matches!(after, Scheduled(..) | Started(..) | Ended | Cancelled { was_paid: true, .. })
        }
        // A corrected delivery reschedules, even after coverage has started.
        Started(..) => matches!(after, Scheduled(..) | Ended | Cancelled { was_paid: true, .. }),
        // Unless a corrected delivery moves the end later (S9).
        Ended => matches!(after, Scheduled(..)),
        // Another warranty for the device (S1).
        Refused | Cancelled { was_paid: true, .. } => matches!(after, Requested { .. }),
    };
    next || before == after
}

fn any_fact() -> impl Strategy<Value = Option<SalesCommand>> {
    prop_oneof![
        Just(Some(placed())),
        Just(Some(SalesCommand::NotePlaced(order_with_warranty(
            "the-warranty-group",
            Program::Exchange,
            74_070
        )))),
        Just(Some(paid())),
        Just(Some(cancelled())),
        Just(Some(cancel())),
        Just(Some(delivered())),
        (1_i64..400).prop_map(|hours| {
            let mut moved = delivery("2025-03-01T00:00:00Z");
            moved.delivered_at += TimeDelta::hours(hours);
            Some(SalesCommand::NoteDeliveryCorrected(moved))
        }),
        (1_i64..700_000).prop_map(|amount| Some(refunded(amount, false))),
        Just(Some(dispute(DisputeEnding::Exchange))),
        Just(Some(replaced(Outcome::Replaced))),
        Just(None),
    ]
}

/// T11: whatever is open has an owner and a date.
fn nothing_sleeps(state: &SalesState) -> Result<(), TestCaseError> {
    let waits = Sales::waits(state);
    for matter in Sales::open(state) {
        prop_assert!(waits.iter().any(|wait| wait.matter == matter), "{matter} waits for nothing");
    }
    prop_assert!(waits.iter().all(|wait| wait.until.is_some()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// In any order of facts, stages change only along allowed transitions, and the price is
    /// refunded at most once, and only if it was paid.
    #[test]
    fn stages_follow_allowed_transitions_and_a_price_is_refunded_at_most_once(
        facts in proptest::collection::vec((any_fact(), 0_i64..2_000), 1..20),
    ) {
        let mut state = SalesState::default();
        let mut now = at("2025-03-01T00:00:00Z");
        let (mut owed, mut was_paid) = (Vec::new(), false);
        for (fact, hours) in facts {
            now += TimeDelta::hours(hours);
            let is_buyers = matches!(fact, Some(SalesCommand::Cancel(_)));
            let principal = if is_buyers { Principal::new(Role::Buyer, "b-1") } else { orders() };
            let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
            was_paid |= matches!(fact, Some(SalesCommand::NotePaid(_)));
            let events = match &fact {
                Some(fact) => Sales::decide(&state, fact, &context).unwrap_or_default(),
                None if Sales::wake_at(&state).is_some_and(|due| due <= now) => {
                    Sales::wake(&state, &context)
                }
                None => Vec::new(),
            };
            for event in &events {
                let before = state.policy(event.policy()).map(|policy| policy.stage.clone());
                Sales::evolve(&mut state, event, now);
                let after = state.policy(event.policy()).map(|policy| policy.stage.clone());
                if let (Some(before), Some(after)) = (before, after) {
                    prop_assert!(is_allowed(&before, &after), "{before:?} → {after:?}");
                }
                match event {
                    PolicyEvent::Cancelled(event) => owed.push(event.price_owed.amount),
                    PolicyEvent::SaleRefused(event) => owed.push(event.price_owed.amount),
                    _ => {}
                }
            }
            if fact.is_none() {
                prop_assert!(Sales::wake_at(&state).is_none_or(|due| due > now));
            }
            nothing_sleeps(&state)?;
        }
        // T11: when only time passes, every policy ends, or its seller is late.
        let principal = orders();
        now += TimeDelta::days(40_000);
        let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
        for event in Sales::wake(&state, &context) {
            Sales::evolve(&mut state, &event, now);
        }
        nothing_sleeps(&state)?;
        prop_assert!(Sales::waits(&state).iter().all(|wait| wait.is_late));
        owed.retain(|amount| *amount > 0);
        prop_assert!(owed.len() <= usize::from(was_paid), "{owed:?}");
    }
}
