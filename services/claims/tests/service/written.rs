//! Records that another service would have written.

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::{Event, Hash, Instant, Principal, Record};

/// The first record of a stream, with this event.
pub(crate) fn first_record(context: &str, key: &str, event: &impl Event) -> Record {
    let at = Instant::from_timestamp(1_740_000_000, 0).unwrap();
    let mut record = Record {
        id: format!("{context}/{key}/1"),
        source: "/recourse/test".to_owned(),
        type_name: event.type_name().to_owned(),
        subject: event.subject(),
        time: at,
        recorded: at,
        key: key.to_owned(),
        stream: format!("{context}/{key}"),
        sequence: 1,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: "test".to_owned(),
        correlation_id: key.to_owned(),
        principal: Principal::system("test"),
        terms: None,
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: event.encode().unwrap(),
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
