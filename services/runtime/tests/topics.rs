//! Creating the topics on a real broker.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_kernel::record::Header;
use recourse_kernel::{Notice, OrderKeys};
use recourse_runtime::kafka::poll::{Polled, poll};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::topics::{self, Origin, PURCHASE_CONTEXTS, TopicError, Topics, log_id};

fn connection() -> Connection {
    let brokers = std::env::var("KAFKA_BROKERS").unwrap();
    Connection { brokers, ..Connection::default() }
}

/// The genesis records in the first partition of a topic, as read by a `read_committed` consumer.
fn genesis_records(connection: &Connection, topic: &str) -> Vec<String> {
    let reader: BaseConsumer = connection.reader().create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    reader.assign(&list).unwrap();
    let mut found = Vec::new();
    for _ in 0..200 {
        match poll(&reader, Duration::from_millis(100)).unwrap() {
            Polled::Record(record) => {
                found.extend(log_id(&record.headers).map(str::to_owned));
            }
            Polled::End { .. } => return found,
            Polled::Nothing => {}
        }
    }
    panic!("{topic} has no end");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_create_the_topics_at_once_write_one_genesis_record() {
    let (connection, topics) = (connection(), Topics::new(&format!("{}.", support::unique())));
    let makers = (0..4).map(|_| {
        let (connection, topics) = (connection.clone(), topics.clone());
        tokio::spawn(
            async move { topics::ensure(&connection, &topics, 2, 1, support::origin()).await },
        )
    });
    for maker in makers.collect::<Vec<_>>() {
        maker.await.unwrap().unwrap();
    }
    // A later call adds none.
    topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap();
    let mut ids = Vec::new();
    for context in PURCHASE_CONTEXTS {
        for topic in
            [topics.commands(context), topics.events(context), topics.dead_letters(context)]
        {
            let found = genesis_records(&connection, &topic);
            assert_eq!(found.len(), 1, "{topic}: {found:?}");
            ids.extend(found);
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 15, "every topic has its own id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_interrupted_is_completed_by_the_next_process() {
    let (connection, other) = (connection(), Topics::new(&format!("{}.", support::unique())));
    let topic = other.events("claims");
    let admin: AdminClient<DefaultClientContext> = connection.client().create().unwrap();
    let new = NewTopic::new(&topic, 1, TopicReplication::Fixed(1));
    for made in admin.create_topics([&new], &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
    topics::ensure(&connection, &other, 1, 1, support::origin()).await.unwrap();
    assert_eq!(genesis_records(&connection, &topic).len(), 1);
}

/// Creates a topic whose first record has these headers and this body.
async fn begun_with(connection: &Connection, topic: &str, headers: &[Header], body: &str) {
    let admin: AdminClient<DefaultClientContext> = connection.client().create().unwrap();
    let new = NewTopic::new(topic, 2, TopicReplication::Fixed(1));
    for made in admin.create_topics([&new], &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
    let producer: BaseProducer = connection.producer().create().unwrap();
    let record = BaseRecord::to(topic).partition(0).key("").headers(owned(headers)).payload(body);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(Duration::from_secs(10)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_from_before_the_first_release_is_recognised() {
    let (connection, topics) = (connection(), Topics::new(&format!("{}.", support::unique())));
    let header = ("recourse_genesis".to_owned(), b"a-log".to_vec());
    begun_with(&connection, &topics.events("claims"), &[header], "").await;
    let refused = topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap_err();
    assert!(matches!(refused, TopicError::OlderFormat { .. }), "{refused}");
    assert!(refused.to_string().contains("deploy/local/stack wipe"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_others_write_is_not_taken_for_ours() {
    let (connection, topics) = (connection(), Topics::new(&format!("{}.", support::unique())));
    begun_with(&connection, &topics.commands("jobs"), &[], "hello").await;
    let refused = topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap_err();
    assert!(matches!(refused, TopicError::NoGenesis { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_another_order_key_secret_does_not_start() {
    let (connection, topics) = (connection(), Topics::new(&format!("{}.", support::unique())));
    topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap();
    topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap();
    let other = Origin { order_keys: OrderKeys::from_bytes([7; 32]), ..support::origin() };
    let refused = topics::ensure(&connection, &topics, 2, 1, other).await.unwrap_err();
    assert!(matches!(refused, TopicError::OtherOrderKeys { .. }), "{refused}");
    assert!(refused.to_string().contains("RECOURSE__ORDER_KEYS"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_keyed_by_purchase_names_the_secret_of_its_keys() {
    let (connection, topics) = (connection(), Topics::new(&format!("{}.", support::unique())));
    let topic = topics.commands("jobs");
    let notice = Notice {
        id: "a-log",
        source: "/recourse/topics",
        type_name: topics::TOPIC_CREATED,
        subject: &topic,
        time: support::origin().now,
    };
    let body = format!(r#"{{"topic": "{topic}", "log_id": "a-log", "partitions": 2}}"#);
    begun_with(&connection, &topic, &notice.headers(), &body).await;
    let refused = topics::ensure(&connection, &topics, 2, 1, support::origin()).await.unwrap_err();
    assert!(matches!(refused, TopicError::OtherOrderKeys { .. }), "{refused}");
}
