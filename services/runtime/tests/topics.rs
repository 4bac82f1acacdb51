//! Setting the topics up on a real broker.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::poll::{Polled, poll};
use recourse_runtime::topics::{self, PURCHASE_CONTEXTS, Topics, log_id};

fn connection() -> Connection {
    let brokers = std::env::var("KAFKA_BROKERS").unwrap();
    Connection { brokers, ..Connection::default() }
}

/// The genesis records in the first partition of a topic, as whoever reads committed records sees them.
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
async fn processes_that_make_the_topics_at_the_same_instant_write_one_genesis_record() {
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
    // And one that comes later.
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
    assert_eq!(ids.len(), 15, "every topic has an id of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maker_that_died_halfway_is_finished_by_the_next() {
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
