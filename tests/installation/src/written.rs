//! Records as another service would write them.

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::{Event, Hash, Instant, Principal, Record};
use recourse_runtime::kafka::owned;

use crate::PATIENCE;

/// A record's type, subject, cause and body.
pub struct Reported<'a> {
    /// `recourse.claim.accepted.v1`.
    pub type_name: &'a str,
    pub subject: &'a str,
    /// The record or request that caused it.
    pub cause: &'a str,
    pub body: Vec<u8>,
}

/// A record of a stream, after another one.
pub fn record(
    (context, key, version): (&str, &str, u64),
    previous: Option<&Record>,
    reported: Reported<'_>,
) -> Record {
    let at = Instant::from_timestamp(1_740_000_000, 0).unwrap();
    let mut record = Record {
        id: format!("{context}/{key}/{version}"),
        source: "/recourse/test".to_owned(),
        type_name: reported.type_name.to_owned(),
        subject: reported.subject.to_owned(),
        time: at,
        recorded: at,
        key: key.to_owned(),
        stream: format!("{context}/{key}"),
        version,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: reported.cause.to_owned(),
        correlation_id: format!("ord_{key}"),
        principal: Principal::system("test"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: previous.map(|record| record.hash).unwrap_or_default(),
        hash: Hash::default(),
        traceparent: None,
        body: reported.body,
    };
    record.hash = record.computed_hash();
    record
}

/// The first record of a stream, with this event.
pub fn first_record(context: &str, key: &str, event: &impl Event) -> Record {
    next_record(context, key, None, event)
}

/// The record after another one of its stream, with this event.
pub fn next_record(
    context: &str,
    key: &str,
    previous: Option<&Record>,
    event: &impl Event,
) -> Record {
    let reported = Reported {
        type_name: event.type_name(),
        subject: &event.subject(),
        cause: "test",
        body: event.encode().unwrap(),
    };
    record((context, key, previous.map_or(1, |before| before.version + 1)), previous, reported)
}

/// Writes records to a topic, each to its key's partition.
pub fn write(brokers: &str, topic: &str, records: &[Record]) {
    let placed: Vec<_> = records.iter().map(|record| (None, record)).collect();
    write_to(brokers, topic, &placed);
}

/// Writes records to a topic, optionally to the wrong partitions.
pub fn write_to(brokers: &str, topic: &str, records: &[(Option<i32>, &Record)]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("partitioner", "murmur2_random");
    let producer: BaseProducer = config.create().unwrap();
    for (partition, record) in records {
        let headers = record.headers();
        let headers = owned(&headers);
        let mut sent =
            BaseRecord::to(topic).key(&record.key).payload(&record.body).headers(headers);
        sent.partition = *partition;
        producer.send(sent).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}
