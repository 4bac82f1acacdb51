//! Records that another service would have written.

use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::{Event, Hash, Instant, Principal, Record};
use recourse_runtime::kafka::owned;

use crate::PATIENCE;

/// What a record tells, about what, and what led to it.
pub struct Reported<'a> {
    /// `recourse.claim.accepted.v1`.
    pub type_name: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// The record or request that led to it.
    pub cause: &'a str,
    /// The body.
    pub body: Vec<u8>,
}

/// A record of a stream, behind another.
pub fn record(
    (context, key, version): (&str, &str, u64),
    behind: Option<&Record>,
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
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: behind.map(|record| record.hash).unwrap_or_default(),
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

/// The record of a stream behind another, with this event.
pub fn next_record(
    context: &str,
    key: &str,
    behind: Option<&Record>,
    event: &impl Event,
) -> Record {
    let reported = Reported {
        type_name: event.type_name(),
        subject: &event.subject(),
        cause: "test",
        body: event.encode().unwrap(),
    };
    record((context, key, behind.map_or(1, |before| before.version + 1)), behind, reported)
}

/// Writes records to a topic, each where its key belongs.
pub fn write(brokers: &str, topic: &str, records: &[Record]) {
    let placed: Vec<_> = records.iter().map(|record| (None, record)).collect();
    write_to(brokers, topic, &placed);
}

/// Writes records to a topic, also where their keys do not belong.
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
