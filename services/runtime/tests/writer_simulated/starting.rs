//! What stops a writer, and what it starts again from.

use std::sync::Arc;

use recourse_runtime::clock::Clock;
use recourse_runtime::store::StoreError;
use recourse_runtime::writer::{Limits, Writer, WriterError};
use recourse_simulated::{Call, CallOutcome, Cluster, FaultInjector};
use recourse_terms::TermsBook;

use crate::marketplace::{ANNA, PARTITIONS, five_are_stored, run};
use crate::toy::{PiggyBank, PiggyBankOf, noon, put};

/// A member that its group has forgotten.
#[derive(Clone)]
struct Forgotten;

impl FaultInjector for Forgotten {
    fn at(&self, _: Call) -> CallOutcome {
        CallOutcome::Goes
    }

    fn settles(&self) -> bool {
        false
    }
}

#[test]
fn a_member_that_its_group_has_forgotten_restarts_after_a_minute() {
    let (cluster, clock) = (Cluster::new(PARTITIONS, 1), Clock::simulated(noon(0)));
    let log = cluster.join_as("forgotten", Forgotten);
    let book = Arc::new(TermsBook::default());
    let mut writer = Writer::<PiggyBank, _, _>::new(
        log,
        cluster.store(),
        clock.clone(),
        move || (Arc::clone(&book), 0),
        PARTITIONS,
        Limits::default(),
        Arc::default(),
    );
    let mut step_after = |seconds: i64| {
        clock.move_to(noon(0) + chrono::TimeDelta::seconds(seconds));
        writer.step()
    };
    assert!(step_after(0).is_ok());
    assert!(step_after(60).is_ok(), "a short broker outage is tolerated");
    let failed = step_after(61);
    assert!(matches!(failed, Err(WriterError::Log(_))), "{failed:?}");
}

#[test]
fn a_log_older_than_the_stored_states_stops_the_writer() {
    let market = five_are_stored();
    market.cluster.lose_events(2);
    market.ask(ANNA, "c2", &put(6));
    let events = market.cluster.events().len();
    let mut writer = market.writer();
    let failed = (0..20).find_map(|_| writer.step().err());
    let Some(WriterError::LogTooShort { end, folded, .. }) = failed else { panic!("{failed:?}") };
    assert!(end < folded, "{end}, {folded}");
    assert_eq!(
        market.cluster.events().len(),
        events,
        "nothing is decided without the missing events"
    );
}

#[test]
fn a_stored_state_that_cannot_be_read_is_folded_again_from_the_log() {
    let market = five_are_stored();
    market.cluster.damage_state(ANNA);

    let mut writer = market.writer();
    run(&mut writer);
    market.ask(ANNA, "c2", &put(6));
    let failed = (0..20).find_map(|_| writer.step().err());
    let Some(WriterError::Store(StoreError::Damaged { key, .. })) = failed else {
        panic!("{failed:?}")
    };
    assert_eq!(key, ANNA);
    drop(writer);

    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.sum, 11, "nothing was lost");
}

#[test]
fn a_release_with_a_new_fold_does_not_start_on_a_log_that_lost_events() {
    let after_losing = |lost: usize| {
        let market = five_are_stored();
        market.cluster.lose_events(lost);
        let (log, status) = (market.cluster.join(), Arc::default());
        let mut next = market.writer_of::<PiggyBankOf<2>>(log, Limits::default(), status);
        (0..20).find_map(|_| next.step().err())
    };
    let whole = after_losing(0);
    assert!(whole.is_none(), "{whole:?}");
    let failed = after_losing(2);
    let Some(WriterError::LogTooShort { end, folded, .. }) = failed else { panic!("{failed:?}") };
    assert!(end < folded, "{end}, {folded}");
}
