//! The writer's own logic over the in-memory log and store: one guarantee per test.
//!
//! Long because all tests share one small marketplace.

#![allow(clippy::unwrap_used, reason = "tests")]

mod toy;

use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::record::Header;
use recourse_kernel::{Decider, Folded, Instant, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::reply::{Reply, ReplyKind};
use recourse_runtime::store::StoreError;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{DISCARD_HEADER, Limits, REDRIVE_HEADER, Writer, WriterError};
use recourse_simulated::{
    Call, CallOutcome, Cluster, Ending, Fault, FaultInjector, SimulatedLog, SimulatedStore,
};
use recourse_terms::TermsBook;
use toy::{Ask, Bank, Nothing, PiggyBank, PiggyBankOf, command, noon, policy_event, put};

type SimulatedWriter = Writer<PiggyBank, SimulatedLog, SimulatedStore>;

const PARTITIONS: i32 = 3;
const ANNA: &str = "anna";
const BERT: &str = "bert";

struct TestMarketplace {
    cluster: Cluster,
    clock: Clock,
}

impl TestMarketplace {
    fn new() -> Self {
        Self { cluster: Cluster::new(PARTITIONS, 1), clock: Clock::moved(noon(0)) }
    }

    fn writer(&self) -> SimulatedWriter {
        self.writer_over(self.cluster.join())
    }

    fn writer_over(&self, log: SimulatedLog) -> SimulatedWriter {
        self.writer_of(log, Limits::default(), Arc::default())
    }

    /// A writer of any release, that is, of any fold version.
    fn writer_of<D: Decider<Reference = TermsBook>>(
        &self,
        log: SimulatedLog,
        limits: Limits,
        status: Arc<WriterStatus>,
    ) -> Writer<D, SimulatedLog, SimulatedStore> {
        let book = Arc::new(TermsBook::default());
        let limits = Limits { gap: Duration::ZERO, flush_every: Duration::ZERO, ..limits };
        let (store, clock) = (self.cluster.store(), self.clock.clone());
        Writer::new(log, store, clock, move || (Arc::clone(&book), 0), PARTITIONS, limits, status)
    }

    fn ask(&self, key: &str, id: &str, ask: &Ask) {
        self.ask_at(key, id, noon(0), ask);
    }

    fn ask_at(&self, key: &str, id: &str, at: Instant, ask: &Ask) {
        let record = command(key, id, at, ask);
        self.cluster.write(None, key, record.headers(), record.body);
    }

    fn policy(&self, key: &str, version: u64, type_name: &str) {
        let (headers, body) = policy_event(key, version, type_name);
        self.cluster.write(Some(0), key, headers, body);
    }

    fn insure(&self, key: &str) {
        self.policy(key, 1, "recourse.policy.sold.v1");
    }

    /// The types of all events of a key, without the common prefix.
    fn story(&self, key: &str) -> Vec<String> {
        self.records(key)
            .into_iter()
            .map(|record| record.type_name.trim_start_matches("recourse.claim.").to_owned())
            .collect()
    }

    fn records(&self, key: &str) -> Vec<Record> {
        let events = self.cluster.events();
        let read = events.into_iter().map(|event| {
            Record::read(&event.key.unwrap(), &event.headers, &event.value.unwrap()).unwrap()
        });
        read.filter(|record| record.key == key).collect()
    }

    /// The replayed state; replaying checks versions and hash chain.
    fn replayed(&self, key: &str) -> Folded<Bank> {
        let mut fold = Folded::<Bank>::default();
        for record in self.records(key) {
            fold.replay::<PiggyBank>(&record).unwrap();
        }
        fold
    }

    fn replies(&self, id: &str) -> Vec<Reply> {
        let replies = self.cluster.replies().into_iter().map(|(_, reply)| reply);
        replies.filter(|reply| reply.command_id == id).collect()
    }
}

fn run<D: Decider>(writer: &mut Writer<D, SimulatedLog, SimulatedStore>) {
    for _ in 0..20 {
        writer.step().unwrap();
    }
}

/// Anna is insured and has put in five; this is stored, and the writer has stopped.
fn five_are_stored() -> TestMarketplace {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    writer.finish();
    market
}

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
fn an_answer_given_in_time_beats_its_deadline_after_an_outage() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    drop(writer);
    // The service is down. The answer is in time, but is read long after the deadline.
    market.ask_at(ANNA, "c2", noon(0), &Ask::Answer(Nothing {}));
    market.clock.move_to(noon(9));
    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1", "answered.v1"]);
}

#[test]
fn a_deadline_that_passes_is_an_event_at_its_own_time() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    market.clock.move_to(noon(9));
    run(&mut writer);
    let last = market.records(ANNA).pop().unwrap();
    assert_eq!(last.type_name, "recourse.claim.deadline_passed.v1");
    assert_eq!((last.time, last.recorded), (noon(1), noon(9)));
    assert_eq!(market.replayed(ANNA).state.late, 1);
}

#[test]
fn deadlines_survive_a_restart() {
    let market = five_are_stored();
    market.clock.move_to(noon(30));
    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.late, 1);
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
            let at = |key: &str| recourse_runtime::topics::partition_of(key.as_bytes(), PARTITIONS);
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
fn a_deadline_whose_event_kafka_rejects_sleeps_alone_until_the_next_input() {
    let market = TestMarketplace::new();
    let bert = neighbour(ANNA);
    market.insure(ANNA);
    market.insure(&bert);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    market.clock.move_to(noon(9));
    market.cluster.fail_next([Fault::Unacceptable; 4]);
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1"], "it cannot be written");

    market.ask_at(&bert, "c2", noon(9), &put(5));
    market.clock.move_to(noon(11));
    run(&mut writer);
    let reported = ["policy_noted.v1", "put_in.v1", "deadline_passed.v1"];
    assert_eq!(market.story(&bert), reported, "the deadlines of others pass");
    assert_eq!(market.story(ANNA).len(), 2, "it sleeps");

    market.ask_at(ANNA, "c3", noon(11), &put(-1));
    run(&mut writer);
    let woken = ["command_refused.v1", "deadline_passed.v1"];
    assert_eq!(market.story(ANNA)[2..], woken, "the next input wakes it");
    assert!(market.cluster.dead_letter().is_empty());
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

impl TestMarketplace {
    /// A person discards the head of a queue.
    fn discard(&self, key: &str, dead_letter: &str, why: &str) {
        let mut order = command(key, &format!("discard {dead_letter}"), noon(0), &put(1));
        order.reply_to = None;
        order.body = serde_json::json!({ "reason": why }).to_string().into_bytes();
        let mut headers = order.headers();
        headers.push(marker(DISCARD_HEADER, dead_letter));
        self.cluster.write(None, key, headers, order.body);
    }
}

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

/// Another purchase in the same partition.
fn neighbour(of: &str) -> String {
    let home = partition_of(of.as_bytes(), PARTITIONS);
    let mut names = (0..99).map(|n| format!("neighbour{n}"));
    names.find(|name| partition_of(name.as_bytes(), PARTITIONS) == home).unwrap()
}

fn marker(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}
