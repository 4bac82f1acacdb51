//! Golden logs: what earlier releases wrote permanently folds to the same states and projects to
//! the same rows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;

use recourse_kernel::{Context, Decider, Instant, Record, Wire as _, WireError};
use recourse_order_intake::Orders;
use recourse_order_intake::domain::{OrderCommand, OrderEvent, OrderState};
use recourse_terms::TermsBook;
use recourse_tests::golden::compare::difference;
use recourse_tests::golden::{
    Golden, Line, fold, folder, read_all, released, rows, types_of, write,
};
use recourse_tests::schema_check::validate_record;
use recourse_tests::test_marketplace;

fn all() -> Vec<Golden> {
    let all = read_all(&folder()).unwrap();
    assert!(!all.is_empty(), "no golden log; record the first with `make golden`");
    all
}

#[test]
fn every_released_event_type_is_in_a_golden_log() {
    let known: BTreeSet<_> = all().iter().flat_map(|golden| types_of(&golden.lines)).collect();
    let missing: Vec<_> = released().difference(&known).cloned().collect();
    assert!(missing.is_empty(), "record the new types with `make golden`: {}", missing.join(", "));
}

#[test]
fn golden_records_are_intact_and_match_their_contracts() {
    for line in all().iter().flat_map(|golden| &golden.lines) {
        let record = line.record().unwrap();
        assert_eq!(record.computed_hash(), record.hash, "{}", record.id);
        assert_eq!(Line::of(&record).unwrap(), *line, "it is written back unchanged");
        validate_record(&record).unwrap();
    }
}

#[test]
fn golden_logs_still_fold_to_the_same_states() {
    for golden in all() {
        let states = fold::states(&golden.lines).unwrap();
        assert_eq!(states.len(), golden.states.len(), "golden log {}", golden.number);
        for (stream, was) in &golden.states {
            let found = difference(was, &states[stream]);
            assert_eq!(found, None, "golden log {}, stream {stream}", golden.number);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn golden_logs_still_project_to_the_same_rows() {
    for golden in all() {
        let now = rows::rows(&test_marketplace::settings(), &golden.lines).await.unwrap();
        let number = golden.number;
        // Tables added later have rows that the golden log does not list.
        let tables: BTreeSet<_> = golden.rows.iter().map(|row| row.table.as_str()).collect();
        let now: Vec<_> = now.iter().filter(|row| tables.contains(row.table.as_str())).collect();
        assert_eq!(now.len(), golden.rows.len(), "golden log {number}");
        for (was, is) in golden.rows.iter().zip(now) {
            assert_eq!(was.table, is.table, "golden log {number}");
            assert_eq!(difference(&was.row, &is.row), None, "golden log {number}, {}", was.table);
        }
    }
}

#[test]
fn a_golden_log_is_never_overwritten() {
    let first = all().remove(0);
    let reported = format!("{:#}", write(&folder(), &first).unwrap_err());
    assert!(reported.contains("never overwritten"), "{reported}");
    assert_eq!(all().remove(0), first);
}

/// The decider of orders with one bug: it forgets what was paid.
struct Forgetful;

impl Decider for Forgetful {
    const CONTEXT: &'static str = Orders::CONTEXT;
    const TYPE_PREFIX: &'static str = Orders::TYPE_PREFIX;
    const FOLD_VERSION: u32 = Orders::FOLD_VERSION;
    const FOREIGN: &'static [&'static str] = Orders::FOREIGN;
    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Rejection = <Orders as Decider>::Rejection;
    type Reference = TermsBook;

    fn decide(
        state: &OrderState,
        command: &OrderCommand,
        context: &Context<'_, TermsBook>,
    ) -> Result<Vec<OrderEvent>, Self::Rejection> {
        Orders::decide(state, command, context)
    }

    fn evolve(state: &mut OrderState, event: &OrderEvent, at: Instant) {
        if event.type_name() != "recourse.order.paid.v1" {
            Orders::evolve(state, event, at);
        }
    }

    fn translate(record: &Record) -> Result<Option<OrderCommand>, WireError> {
        Orders::translate(record)
    }

    fn wake_at(state: &OrderState) -> Option<Instant> {
        Orders::wake_at(state)
    }

    fn wake(state: &OrderState, context: &Context<'_, TermsBook>) -> Vec<OrderEvent> {
        Orders::wake(state, context)
    }
}

#[test]
fn an_event_that_folds_differently_is_found() {
    let golden = all().remove(0);
    let found = |states: std::collections::BTreeMap<String, serde_json::Value>| {
        states
            .iter()
            .filter(|(stream, is)| difference(&golden.states[*stream], is).is_some())
            .count()
    };
    assert_eq!(found(fold::states_of::<Orders>(&golden.lines).unwrap()), 0);
    assert!(found(fold::states_of::<Forgetful>(&golden.lines).unwrap()) > 0);
}
