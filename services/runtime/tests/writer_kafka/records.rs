//! What is on the log: partitions, deadlines, markers, and a record that Kafka rejects.

use std::time::{Duration, Instant as Monotonic};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use recourse_kernel::Record;
use recourse_runtime::topics;

use crate::marketplace::{PARTITIONS, PATIENCE, TestMarketplace, keys};
use crate::toy::{Ask, Nothing, noon, put};

#[tokio::test(flavor = "multi_thread")]
async fn a_purchases_events_are_in_the_partition_of_its_key() {
    let market = TestMarketplace::new().await;
    let process = market.process("one");
    let keys = keys();
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    for (partition, record) in market.events() {
        assert_eq!(topics::partition_of(record.key.as_bytes(), PARTITIONS), partition);
        assert!(record.input.starts_with("recourse."), "{}", record.input);
        assert!(record.time <= record.recorded);
    }
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_given_in_time_beats_its_deadline_after_an_outage() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let process = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    process.stop().unwrap();
    // The service is down. Half of the buyers answer in time; it is back days after the deadline.
    let (answered, silent) = keys.split_at(keys.len() / 2);
    for key in answered {
        market.ask(key, &format!("{key}-2"), &Ask::Answer(Nothing {}));
    }
    market.producer.flush(PATIENCE).unwrap();
    market.clock.move_to(noon(9));
    let process = market.process("one");
    let all_reported = || market.events().len() == 3 * keys.len();
    market.until("each was answered, or its deadline has passed", all_reported).await;
    let folds = market.replayed();
    assert!(answered.iter().all(|key| folds[key].state.late == 0), "{folds:#?}");
    assert!(silent.iter().all(|key| folds[key].state.late == 1), "{folds:#?}");
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_fires_when_the_commands_end_with_a_marker() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let process = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    // Aborted records are never returned, but they occupy offsets, and so does their marker.
    let mut foreign_writer = market.connection.client();
    foreign_writer.set("transactional.id", market.topics.named("foreign_writer"));
    let foreign_writer: BaseProducer = foreign_writer.create().unwrap();
    foreign_writer.init_transactions(PATIENCE).unwrap();
    foreign_writer.begin_transaction().unwrap();
    for partition in 0..PARTITIONS {
        let topic = market.topics.commands("claims");
        let record = BaseRecord::<str, str>::to(&topic).partition(partition).payload("not ours");
        foreign_writer.send(record).map_err(|(error, _)| error).unwrap();
    }
    let until = Monotonic::now() + PATIENCE;
    while foreign_writer.in_flight_count() > 0 && Monotonic::now() < until {
        foreign_writer.poll(Duration::from_millis(10));
    }
    foreign_writer.abort_transaction(PATIENCE).unwrap();

    market.clock.move_to(noon(9));
    let all_late = || market.events().len() == 3 * keys.len();
    market.until("every deadline has passed", all_late).await;
    assert!(market.replayed().values().all(|fold| fold.state.late == 1));
    process.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_kafka_rejects_is_dead_lettered_alone_wherever_it_is_in_its_batch() {
    let mut market = TestMarketplace::new().await;
    let keys = keys();
    // The outcome of a command contains its id twice, and more, so it exceeds the limit below.
    let poison = "x".repeat(1_700);
    for key in &keys {
        market.insure(key);
    }
    for (number, key) in keys.iter().enumerate() {
        market.ask(key, &format!("{key}-1"), &put(1));
        if number % 10 == 5 {
            market.ask(key, &poison, &put(100));
        }
    }
    market.producer.flush(PATIENCE).unwrap();
    market.connection.properties.insert("message.max.bytes".to_owned(), "3000".to_owned());
    let process = market.process("one");
    market.until_sums(&keys, 1).await;
    let blocked = || {
        let is_blocked =
            |(_, event): &(i32, Record)| event.type_name.ends_with("purchase_blocked.v1");
        market.events().iter().filter(|event| is_blocked(event)).count()
    };
    market.until("each poisoned purchase is blocked", || blocked() == 3).await;
    // All other purchases continue.
    for (number, key) in keys.iter().enumerate() {
        if number % 10 != 5 {
            market.ask(key, &format!("{key}-2"), &put(1));
        }
    }
    let others: Vec<String> =
        (0..).zip(&keys).filter(|(n, _)| n % 10 != 5).map(|(_, key)| key.clone()).collect();
    let all = || others.iter().all(|key| market.replayed()[key].state.sum == 2);
    market.until("all other purchases continue", all).await;
    process.stop().unwrap();
}
