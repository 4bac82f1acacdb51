//! What cannot be read or decided blocks its purchase alone, until an operator resolves it.

use recourse_runtime::reply::ReplyKind;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::REDRIVE_HEADER;

use crate::marketplace::{ANNA, BERT, PARTITIONS, SimulatedWriter, TestMarketplace, marker, run};
use crate::toy::{Ask, Nothing, command, noon, policy_event, put};

/// Anna's purchase is blocked by an unreadable fact, and a command waits after it.
fn blocked() -> (TestMarketplace, SimulatedWriter, Vec<String>) {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    run(&mut writer);
    market.policy(ANNA, 2, "recourse.policy.broken.v1");
    run(&mut writer);
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    let queue = market.replayed(ANNA).blocked.unwrap().queue.into_iter().collect();
    (market, writer, queue)
}

#[test]
fn an_unreadable_fact_blocks_its_purchase_alone_until_it_is_redriven() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    market.insure(BERT);
    let mut writer = market.writer();
    run(&mut writer);
    market.policy(ANNA, 2, "recourse.policy.broken.v1");
    run(&mut writer);
    market.ask(ANNA, "c1", &put(5));
    market.ask(BERT, "c2", &put(7));
    run(&mut writer);
    assert_eq!(
        market.story(ANNA),
        ["policy_noted.v1", "purchase_blocked.v1", "input_dead_lettered.v1"]
    );
    assert_eq!(market.replies("c1")[0].kind, ReplyKind::Blocked);
    assert_eq!(market.replayed(BERT).state.sum, 7, "all others continue");
    assert_eq!(market.cluster.dead_letter().len(), 2);

    // The fix: redrive the fact in a readable form, then the command that waited after it.
    let queue = market.replayed(ANNA).blocked.unwrap().queue;
    let (mut headers, body) = policy_event(ANNA, 2, "recourse.policy.sold.v1");
    headers.push(marker(REDRIVE_HEADER, &queue[0]));
    headers.push(marker("recourse_origin", "policies"));
    let waiting = command(ANNA, "c1", noon(0), &put(5));
    let mut waiting_headers = waiting.headers();
    waiting_headers.push(marker(REDRIVE_HEADER, &queue[1]));
    // Only the head of the queue is accepted.
    market.cluster.write(None, ANNA, waiting_headers.clone(), waiting.body.clone());
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.sum, 0);
    market.cluster.write(None, ANNA, headers, body);
    market.cluster.write(None, ANNA, waiting_headers, waiting.body);
    run(&mut writer);
    let after = market.replayed(ANNA);
    assert_eq!((after.state.sum, after.blocked), (5, None));
    assert_eq!(market.story(ANNA).last().unwrap(), "purchase_released.v1");
}

#[test]
fn a_rule_that_panics_dead_letters_the_command_and_nothing_else() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    market.insure(BERT);
    let mut writer = market.writer();
    run(&mut writer);
    market.ask(ANNA, "c1", &Ask::Panic(Nothing {}));
    market.ask(BERT, "c2", &put(7));
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "purchase_blocked.v1"]);
    assert_eq!(market.replayed(BERT).state.sum, 7);
}

#[test]
fn a_record_in_the_wrong_partition_for_its_key_is_dead_lettered() {
    let market = TestMarketplace::new();
    let mut writer = market.writer();
    let record = command(ANNA, "c1", noon(0), &put(5));
    let elsewhere = (0..100)
        .map(|n| format!("k{n}"))
        .find(|key| {
            let at = |key: &str| partition_of(key.as_bytes(), PARTITIONS);
            at(key) != at(ANNA)
        })
        .unwrap();
    // The Kafka key belongs to one purchase, the record's content to another.
    market.cluster.write(None, &elsewhere, record.headers(), record.body);
    run(&mut writer);
    assert!(market.story(ANNA).is_empty());
    assert_eq!(market.cluster.dead_letter().len(), 1);
}

#[test]
fn a_discard_is_on_the_log_with_its_reason_and_the_purchase_continues() {
    let (market, mut writer, queue) = blocked();
    // Out of turn: ignored.
    market.discard(ANNA, &queue[1], "the buyer called: not needed");
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).blocked.unwrap().queue.len(), 2);

    market.discard(ANNA, &queue[0], "its meaning is unknown");
    run(&mut writer);
    let discarded = market.records(ANNA).pop().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&discarded.body).unwrap();
    assert_eq!(body["reason"], "its meaning is unknown");
    assert_eq!(body["dead_letter"], *queue[0]);
    assert!(market.replayed(ANNA).blocked.is_some(), "the command still waits");

    market.discard(ANNA, &queue[1], "the buyer called: not needed");
    market.ask(ANNA, "c2", &put(7));
    run(&mut writer);
    let after = market.replayed(ANNA);
    assert_eq!((after.state.sum, after.blocked), (7, None), "without the discarded inputs");
    let reported =
        ["input_discarded.v1", "input_discarded.v1", "purchase_released.v1", "put_in.v1"];
    assert_eq!(market.story(ANNA)[3..], reported);
    // Repeating the same discard changes nothing.
    market.discard(ANNA, &queue[1], "the buyer called: not needed");
    run(&mut writer);
    assert_eq!(market.story(ANNA).len(), 7);
}

#[test]
fn a_command_repeated_while_its_purchase_is_blocked_is_answered_once() {
    let (market, mut writer, _) = blocked();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    let queue = market.replayed(ANNA).blocked.unwrap().queue;
    assert_eq!(queue.len(), 3);
    market.discard(ANNA, &queue[0], "its meaning is unknown");
    for dead_letter in queue.iter().skip(1) {
        let waiting = command(ANNA, "c1", noon(0), &put(5));
        let mut headers = waiting.headers();
        headers.push(marker(REDRIVE_HEADER, dead_letter));
        market.cluster.write(None, ANNA, headers, waiting.body);
    }
    run(&mut writer);
    let after = market.replayed(ANNA);
    assert_eq!((after.state.sum, after.blocked), (5, None));
    let answers: Vec<_> =
        market.replies("c1").into_iter().filter(|reply| reply.kind != ReplyKind::Blocked).collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].version, answers[1].version, "the same command has the same answer");
}

#[test]
fn a_group_whose_offsets_expired_decides_nothing_again() {
    let (market, mut writer, queue) = blocked();
    market.discard(ANNA, &queue[0], "its meaning is unknown");
    market.discard(ANNA, &queue[1], "not needed");
    run(&mut writer);
    writer.finish();
    drop(writer);
    let before = market.story(ANNA);

    market.cluster.forget_offsets();
    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.story(ANNA), before, "discarded inputs stay discarded");
    market.ask(ANNA, "c2", &put(7));
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.sum, 7, "new commands are decided");
}
