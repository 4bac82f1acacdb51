//! Records that another service would have written.

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::{Hash, Instant, Principal, Record};

/// A record of a stream, behind another, answering one.
pub(crate) fn record(
    (context, key, sequence): (&str, &str, u64),
    behind: Option<&Record>,
    cause: &str,
    type_name: &str,
    (subject, body): (&str, &serde_json::Value),
) -> Record {
    let at = Instant::from_timestamp(1_740_000_000, 0).unwrap();
    let mut record = Record {
        id: format!("{context}/{key}/{sequence}"),
        source: "/recourse/test".to_owned(),
        type_name: type_name.to_owned(),
        subject: subject.to_owned(),
        time: at,
        recorded: at,
        key: key.to_owned(),
        stream: format!("{context}/{key}"),
        sequence,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: cause.to_owned(),
        correlation_id: format!("ord_{key}"),
        principal: Principal::system("test"),
        terms: None,
        previous_hash: behind.map(|record| record.hash).unwrap_or_default(),
        hash: Hash::default(),
        traceparent: None,
        body: serde_json::to_vec(body).unwrap(),
    };
    record.hash = record.computed_hash();
    record
}

/// Writes records to a topic.
pub(crate) fn write(brokers: &str, topic: &str, records: &[Record]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("partitioner", "murmur2_random");
    let producer: BaseProducer = config.create().unwrap();
    for record in records {
        let headers = record.headers();
        let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        });
        let sent = BaseRecord::to(topic).key(&record.key).payload(&record.body).headers(headers);
        producer.send(sent).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(std::time::Duration::from_secs(30)).unwrap();
}
