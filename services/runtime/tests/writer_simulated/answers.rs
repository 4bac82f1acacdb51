//! The same command permanently has the same answer, and waits for what it may refer to.

use std::sync::Arc;

use recourse_runtime::reply::ReplyKind;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::Limits;
use recourse_runtime::writer::status::WriterStatus;
use recourse_simulated::Ending;

use crate::marketplace::{ANNA, PARTITIONS, TestMarketplace, run};
use crate::toy::{PiggyBank, policy_event, put};

#[test]
fn a_command_sent_many_times_has_one_effect_and_equal_answers() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    for _ in 0..50 {
        market.ask(ANNA, "c1", &put(5));
    }
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.sum, 5);
    let replies = market.replies("c1");
    assert_eq!(replies.len(), 50);
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:?}");
}

#[test]
fn the_same_id_with_another_content_is_a_conflict() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    market.ask(ANNA, "c1", &put(6));
    run(&mut writer);
    let kinds: Vec<_> = market.replies("c1").iter().map(|reply| reply.kind).collect();
    assert_eq!(kinds, [ReplyKind::Accepted, ReplyKind::Conflict]);
    assert_eq!(market.replayed(ANNA).state.sum, 5);
}

#[test]
fn a_command_right_after_the_sale_waits_for_the_sale() {
    let market = TestMarketplace::new();
    let mut writer = market.writer();
    run(&mut writer);
    // Both are available at once, and the command is read first.
    market.ask(ANNA, "c1", &put(5));
    market.insure(ANNA);
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1"]);
}

#[test]
fn what_is_still_unknown_after_waiting_is_refused_with_a_reason() {
    let market = TestMarketplace::new();
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    market.ask(ANNA, "c2", &put(5));
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["command_refused.v1", "command_refused.v1"]);
    let refusal = market.replies("c1")[0].refusal.clone().unwrap();
    assert_eq!(refusal.code, "bank.not_insured");
    assert_eq!(market.replies("c1")[0].kind, ReplyKind::Refused);
}

#[test]
fn the_queue_after_a_waiting_command_is_bounded_and_is_decided_completely() {
    const BATCH: usize = 10;
    let market = TestMarketplace::new();
    let status = Arc::new(WriterStatus::default());
    let limits = Limits { batch: BATCH, ..Limits::default() };
    let mut writer =
        market.writer_of::<PiggyBank>(market.cluster.join(), limits, Arc::clone(&status));
    run(&mut writer);
    // The first command waits for a fact in a transaction that has not ended.
    let (headers, body) = policy_event(ANNA, 1, "recourse.policy.sold.v1");
    market.cluster.write_foreign(0, ANNA, headers, body, Ending::Late);
    for number in 0..100 {
        market.ask(ANNA, &format!("c{number}"), &put(1));
    }
    run(&mut writer);
    let taken = || {
        let report = status.report();
        report.partitions[&partition_of(ANNA.as_bytes(), PARTITIONS)].reached[0]
    };
    assert!(taken() >= 10, "some of them are read: {}", taken());
    assert!(taken() <= 20, "at most two batches of them: {}", taken());
    assert!(market.story(ANNA).is_empty());

    market.cluster.settle();
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.sum, 100, "in the end each is decided, once");
}
