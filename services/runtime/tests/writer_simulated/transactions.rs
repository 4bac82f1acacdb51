//! Transactions that fail, and writers that no longer own what they decide.

use recourse_simulated::Fault;

use crate::marketplace::{ANNA, TestMarketplace, run};
use crate::toy::put;

#[test]
fn an_unknown_outcome_is_read_from_the_log_not_guessed() {
    for fault in [Fault::CommittedUnreported, Fault::AbortedUnreported, Fault::Abort] {
        let market = TestMarketplace::new();
        market.insure(ANNA);
        let mut writer = market.writer();
        run(&mut writer);
        market.cluster.fail_next([fault]);
        market.ask(ANNA, "c1", &put(5));
        run(&mut writer);
        market.ask(ANNA, "c2", &put(6));
        run(&mut writer);
        assert_eq!(market.replayed(ANNA).state.sum, 11, "{fault:?}");
        assert_eq!(market.story(ANNA).len(), 3, "{fault:?}");
    }
}

#[test]
fn a_record_that_makes_every_transaction_fail_is_dead_lettered_alone() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    run(&mut writer);
    market.cluster.fail_next([Fault::Unacceptable; 4]);
    // Its dead-lettering meets an outage, and it remains marked as poison.
    market.cluster.fail_next([Fault::Abort; 3]);
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "purchase_blocked.v1"]);
    assert_eq!(market.cluster.dead_letter().len(), 1);
}

#[test]
fn an_outage_rejects_no_command() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    run(&mut writer);
    market.cluster.fail_next([Fault::Abort; 12]);
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1"]);
    assert!(market.cluster.dead_letter().is_empty());
}

#[test]
fn a_zombie_commits_nothing_and_its_flushes_are_rejected() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let log = market.cluster.join();
    let member = log.id();
    let mut zombie = market.writer_over(log);
    run(&mut zombie);
    market.cluster.expel(member);
    let mut successor = market.writer();
    run(&mut successor);
    market.ask(ANNA, "c1", &put(5));
    // The zombie wakes up first, and decides on a state that it no longer owns.
    let _ = zombie.step();
    run(&mut successor);
    let _ = zombie.step();
    assert_eq!(market.replayed(ANNA).state.sum, 5);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1"]);
}

#[test]
fn a_second_writer_joins_and_nothing_is_lost_or_decided_twice() {
    let market = TestMarketplace::new();
    let keys: Vec<String> = (0..40).map(|n| format!("key{n}")).collect();
    for key in &keys {
        market.insure(key);
    }
    let mut first = market.writer();
    run(&mut first);
    for key in &keys {
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    first.step().unwrap();
    let mut second = market.writer();
    for key in &keys {
        market.ask(key, &format!("{key}-2"), &put(2));
    }
    for _ in 0..20 {
        first.step().unwrap();
        second.step().unwrap();
    }
    for key in &keys {
        assert_eq!(market.replayed(key).state.sum, 3, "{key}");
    }
}
