use recourse_kernel::CommandRecord;
use recourse_kernel::record::Header;

use super::super::toy::{Ask, PiggyBank, command, event_of, noon, policy_event, put};
use super::*;

const ANNA: &str = "anna";
const POLICIES: Source = Source::Foreign(0);

fn incoming(source: Source, key: &str, headers: Vec<Header>, body: Vec<u8>) -> Incoming {
    let key = Some(key.as_bytes().to_vec());
    Incoming { source, partition: 0, offset: 7, key, headers, value: Some(body) }
}

fn command_of(record: CommandRecord) -> Incoming {
    incoming(Source::Commands, ANNA, record.headers(), record.body)
}

fn with(mut incoming: Incoming, name: &str, value: &str) -> Incoming {
    incoming.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    incoming
}

fn policy(type_name: &str) -> Incoming {
    let (headers, body) = policy_event(ANNA, 3, type_name);
    incoming(POLICIES, ANNA, headers, body)
}

/// Reads it as one of a single partition.
fn reading_of(incoming: &Incoming) -> Reading<Ask> {
    read::<PiggyBank>(incoming, "topic/0/7", 1)
}

#[track_caller]
fn request_in(incoming: &Incoming) -> Request<Ask> {
    match reading_of(incoming).read {
        Read::Command(request) => request,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn reason_of(incoming: &Incoming) -> String {
    match reading_of(incoming).read {
        Read::Unreadable { reason, .. } | Read::Stray { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_command_is_read_with_who_asked_and_who_waits() {
    let request = request_in(&command_of(command(ANNA, "c1", noon(0), &put(5))));
    let envelope = Envelope { key: ANNA.to_owned(), reply_to: Some(0), redrives: None };
    assert_eq!(request.envelope, envelope);
    assert_eq!(request.input.command, Some(put(5)));
    assert_eq!((request.input.at, request.input.position.as_str()), (noon(0), "topic/0/7"));
    assert!(matches!(request.input.cause, Cause::Command { id, .. } if id == "c1"));
}

#[test]
fn a_redriven_command_names_its_dead_letter() {
    let waiting = command_of(command(ANNA, "c1", noon(0), &put(5)));
    let request = request_in(&with(waiting, REDRIVE_HEADER, "topic/0/3"));
    assert_eq!(request.envelope.redrives.as_deref(), Some("topic/0/3"));
}

#[test]
fn a_fact_is_read_as_a_command_with_its_version() {
    let reading = reading_of(&policy("recourse.policy.sold.v1"));
    assert_eq!(reading.version, Some(3));
    let Read::Command(request) = reading.read else { panic!("{:?}", reading.read) };
    assert_eq!(request.envelope.reply_to, None);
    let cause = Cause::Fact {
        context: "policies".to_owned(),
        version: 3,
        id: format!("policies/{ANNA}/3"),
    };
    assert_eq!(request.input.cause, cause);
}

#[test]
fn a_fact_of_no_interest_still_has_a_version() {
    let reading = reading_of(&policy("recourse.policy.priced.v1"));
    assert!(matches!(reading.read, Read::NotOurs));
    assert_eq!(reading.version, Some(3), "its successor must not look like a gap");
}

#[test]
fn a_fact_that_cannot_be_translated_is_unreadable() {
    let reading = reading_of(&policy("recourse.policy.broken.v1"));
    assert!(matches!(reading.read, Read::Unreadable { .. }));
    assert_eq!(reading.version, Some(3));
}

#[test]
fn an_altered_fact_is_unreadable() {
    let mut altered = policy("recourse.policy.sold.v1");
    altered.value = Some(b"{\"price\":1}".to_vec());
    assert!(reason_of(&altered).contains("hash"), "{}", reason_of(&altered));
    assert_eq!(reading_of(&altered).version, None, "nothing of it can be trusted");
}

#[test]
fn a_redriven_fact_is_not_checked_for_gaps() {
    let (headers, body) = policy_event(ANNA, 3, "recourse.policy.sold.v1");
    let fact = incoming(Source::Commands, ANNA, headers, body);
    let reading = reading_of(&with(fact, ORIGIN_HEADER, "policies"));
    assert!(matches!(reading.read, Read::Command(_)));
    assert_eq!(reading.version, None);
}

#[test]
fn a_redrive_of_an_own_event_carries_only_its_position() {
    let (headers, body) = event_of("claims", ANNA, 3, "recourse.claim.unknown.v1");
    let event = incoming(Source::Commands, ANNA, headers, body);
    let event = with(event, ORIGIN_HEADER, "claims");
    let reading = reading_of(&with(event, REDRIVE_HEADER, "recourse.claims.events.v1/0/3"));
    let Read::Redrive { key, dead_letter } = reading.read else { panic!("{:?}", reading.read) };
    assert_eq!((key.as_str(), dead_letter.as_str()), (ANNA, "recourse.claims.events.v1/0/3"));
}

#[test]
fn a_discard_gives_its_reason() {
    let mut order = command(ANNA, "d1", noon(0), &put(5));
    order.body = br#"{"reason":"not needed"}"#.to_vec();
    let reading = reading_of(&with(command_of(order), DISCARD_HEADER, "topic/0/3"));
    let Read::Discard { dead_letter, reason, input, .. } = reading.read else {
        panic!("{:?}", reading.read)
    };
    assert_eq!((dead_letter.as_str(), reason.as_str()), ("topic/0/3", "not needed"));
    assert_eq!(input.command, None);
}

#[test]
fn what_cannot_be_read_still_says_who_waits_for_a_reply() {
    let mut broken = command(ANNA, "c1", noon(0), &put(5));
    broken.body = b"{".to_vec();
    let reading = reading_of(&command_of(broken));
    let Read::Unreadable { envelope, .. } = reading.read else { panic!("{:?}", reading.read) };
    assert_eq!((envelope.key.as_str(), envelope.reply_to), (ANNA, Some(0)));
}

#[test]
fn a_body_that_two_readers_could_read_differently_is_unreadable() {
    let mut twice = command(ANNA, "c1", noon(0), &put(5));
    twice.body = br#"{"amount":5,"amount":6}"#.to_vec();
    reason_of(&command_of(twice));
}

#[test]
fn a_long_body_is_unreadable() {
    let mut long = command(ANNA, "c1", noon(0), &put(5));
    long.body = vec![b' '; LONGEST_BODY + 1];
    assert!(reason_of(&command_of(long)).contains("the maximum is 1048576"));
}

#[test]
fn a_record_without_a_key_of_its_partition_is_a_stray() {
    let record = command(ANNA, "c1", noon(0), &put(5));
    let mut keyless = command_of(record.clone());
    keyless.key = None;
    assert!(matches!(reading_of(&keyless).read, Read::Stray { .. }));
    let elsewhere = Incoming { partition: 1, ..command_of(record) };
    assert!(matches!(reading_of(&elsewhere).read, Read::Stray { .. }));
    assert!(reason_of(&elsewhere).contains("another partition"));
}

#[test]
fn the_first_record_of_a_topic_asks_for_nothing() {
    let headers = vec![("ce_type".to_owned(), b"recourse.topic.created.v1".to_vec())];
    let genesis = incoming(POLICIES, "", headers, Vec::new());
    assert!(matches!(reading_of(&genesis).read, Read::Genesis));
}
