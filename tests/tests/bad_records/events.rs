//! A service's own event topic, written to by a foreign writer: how its reader in another service,
//! its own writer after a restart, and the read models react.

use std::collections::BTreeSet;

use recourse_kernel::{Hash, Record, Role};
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::partition_of;
use recourse_schemas::examples;
use recourse_tests::dead_letters::{dead_letter, positions};
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::Value;

use recourse_tests::foreign_writers::{
    DAY, ForeignWriter, Written, buys, events_of, pays, places, stage,
};

fn last_of(market: &TestMarketplace, number: &str) -> Record {
    events_of(market, number).pop().unwrap()
}

/// The record that a foreign writer would append to the stream; its hash is valid.
fn next(last: &Record, version: u64, type_name: &str, body: &[u8]) -> Record {
    let mut record = last.clone();
    record.version = version;
    record.id = format!("{}/{version}", record.stream);
    type_name.clone_into(&mut record.type_name);
    record.body = body.to_vec();
    record.command_id = format!("foreign_writer-{}", record.id);
    record.previous_hash = last.hash;
    record.hash = record.computed_hash();
    record
}

fn written(record: &Record) -> Written {
    Written {
        partition: None,
        key: Some(record.key.clone().into_bytes()),
        headers: record.headers(),
        value: Some(record.body.clone()),
    }
}

const PAID: &str = "recourse.order.paid.v1";
const OF_ANOTHER: &str = "does not belong to the purchase of the record's key";

/// What a foreign writer appends after the last record of an order, and why warranty-sales, which
/// reads it, dead-letters it; `None` if it skips it.
type Forgery = (fn(&Record) -> Written, Option<&'static str>);

fn forgeries() -> Vec<Forgery> {
    fn a_year_later(last: &Record) -> Written {
        written(last).header("ce_time", Some(b"2024-01-01T00:00:00.000000Z"))
    }
    fn of_another(last: &Record) -> Written {
        let example = examples("recourse.order.placed.v1")[0].body;
        let next = next(last, last.version + 1, "recourse.order.placed.v1", example.as_bytes());
        written(&next)
    }
    vec![
        // An unknown type from another release, correctly chained: skipped by readers that do not
        // know it.
        (|last| written(&next(last, last.version + 1, "recourse.order.vanished.v9", b"{}")), None),
        // The last record again.
        (written, None),
        (|last| written(&next(last, last.version + 1, PAID, b"{\"order\": ")), Some("EOF")),
        (of_another, Some(OF_ANOTHER)),
        (
            |last| written(&next(last, last.version + 3, PAID, &last.body)),
            Some("the log has a gap"),
        ),
        (
            |last| {
                let mut record = next(last, last.version + 1, PAID, &last.body);
                record.hash = Hash::default();
                written(&record)
            },
            Some("its hash does not match its content"),
        ),
        (a_year_later, Some("its hash does not match its content")),
        (|last| written(last).header("ce_hash", None), Some("the header `ce_hash` is missing")),
        (
            |last| written(last).header("ce_stream", Some(b"orders/00000000000000000000000000")),
            Some("`ce_stream` and `ce_partitionkey` contradict"),
        ),
        (
            |last| written(last).header("ce_streamversion", Some(b"77")),
            Some("`ce_id` and `ce_streamversion` contradict"),
        ),
        (
            |last| written(last).header("ce_subject", Some(b"ord_00000000000000000000000000")),
            Some("`ce_subject` and `ce_partitionkey` contradict"),
        ),
        (
            |last| written(last).header("ce_recordedtime", Some(b"1999-01-01T00:00:00.000000Z")),
            Some("`ce_time` and `ce_recordedtime` contradict"),
        ),
        (|last| written(last).header("content-type", Some(b"text/csv")), Some("`content-type`")),
        (
            |last| Written { value: None, ..written(last) },
            Some("its hash does not match its content"),
        ),
    ]
}

/// An operator discards everything that blocks a purchase, at each service.
async fn discard_all(market: &TestMarketplace, settings: &Settings) {
    for _ in 0..6 {
        market.settled().await;
        let (_, reported) = dead_letter(settings, &["list"]);
        let first = positions(&reported, "first");
        if first.is_empty() {
            return;
        }
        for position in &first {
            let because = ["discard", position, "--reason", "foreign", "--subject", "o-7"];
            let (done, reported) = dead_letter(settings, &because);
            assert!(done, "{reported}");
        }
    }
    panic!("some purchases are still blocked: {}", dead_letter(settings, &["list"]).1);
}

async fn ready(market: &TestMarketplace) -> Value {
    market.get(Role::Operator, "o-7", "/ready").await.body
}

/// The number of the order that the n-th forgery is about.
fn number(index: usize) -> String {
    format!("8{index}")
}

/// Writes every forgery, and two records that belong to no purchase of their partition.
fn write_all(market: &TestMarketplace, foreign_writer: &ForeignWriter, forgeries: &[Forgery]) {
    let topic = market.process.node.topics.events("orders");
    for (index, (make, _)) in forgeries.iter().enumerate() {
        let last = last_of(market, &number(index));
        foreign_writer.writes(&topic, &make(&last));
    }
    let last = last_of(market, "9");
    let elsewhere = 1 - partition_of(last.key.as_bytes(), 2);
    foreign_writer.writes(&topic, &Written { key: None, ..written(&last) });
    foreign_writer.writes(&topic, &Written { partition: Some(elsewhere), ..written(&last) });
}

/// The reader in another service dead-letters each forgery, with its reason.
fn another_service_reports(settings: &Settings, forgeries: &[Forgery]) {
    let reasons: Vec<&str> = forgeries.iter().filter_map(|(_, reason)| *reason).collect();
    let (_, reported) = dead_letter(settings, &["list"]);
    let first = positions(&reported, "first");
    let distinct = |all: &[String]| all.iter().collect::<BTreeSet<_>>().len();
    let aside = positions(&reported, "aside");
    assert_eq!((distinct(&first), distinct(&aside)), (reasons.len(), 2), "{reported}");
    assert!(first.len() > distinct(&first), "several services read it: {reported}");
    for reason in &reasons {
        assert!(reported.contains(reason), "{reason} in {reported}");
    }
}

/// The read models report the forgeries, and show nothing of them.
async fn read_models_report(market: &TestMarketplace, forgeries: &[Forgery]) {
    let ready_now = ready(market).await.to_string();
    assert!(ready_now.contains("are not projected"), "{ready_now}");
    for (index, (_, reason)) in forgeries.iter().enumerate() {
        // A record with the right version, chain and hash counts as the stream's own; only its
        // writer sees that it is about another purchase.
        if *reason != Some(OF_ANOTHER) {
            assert_eq!(stage(market, &number(index)).await, "placed", "{reason:?}");
        }
    }
}

/// Any write by the orders' writer makes it check the records between its own events of that
/// partition, so this order is in the other one.
async fn others_continue(market: &TestMarketplace) {
    let untouched = partition_of(TestMarketplace::order(&number(0)).key.to_string().as_bytes(), 2);
    let other = (90..190).map(|number| number.to_string()).find(|number| {
        partition_of(TestMarketplace::order(number).key.to_string().as_bytes(), 2) != untouched
    });
    let other = other.unwrap();
    buys(market, &other);
    market.settled().await;
    assert_eq!(stage(market, &other).await, "paid", "all others continue");
}

/// The topic's own writer dead-letters the forgeries too, and blocks its own purchases. Returns the
/// positions of those that block one.
fn own_writer_reports(settings: &Settings, forgeries: &[Forgery]) -> Vec<String> {
    let (_, reported) = dead_letter(settings, &["list", "--all"]);
    let of_orders = reported.lines().filter(|line| line.trim_start().starts_with("orders, "));
    assert_eq!(of_orders.count(), forgeries.len() + 2, "{reported}");
    for reason in ["unknown type `recourse.order.vanished.v9`", "gap or a repeat"] {
        assert!(reported.contains(reason), "{reason} in {reported}");
    }
    let (_, reported) = dead_letter(settings, &["list"]);
    let blocked = positions(&reported, "first");
    assert!(!blocked.is_empty(), "{reported}");
    assert!(
        blocked.iter().all(|position| position.starts_with("recourse.orders.events.v1/")),
        "{reported}"
    );
    blocked
}

/// An operator discards what blocks the writer's purchases, and redrives the payment that waited.
fn resolve(settings: &Settings, blocked: &[String]) {
    let (done, reported) = dead_letter(settings, &["redrive", &blocked[0]]);
    assert!(reported.contains("has not decided it"), "{done} {reported}");
    for position in blocked {
        let because = ["discard", position, "--reason", "foreign", "--subject", "o-7"];
        let (done, reported) = dead_letter(settings, &because);
        assert!(done, "{reported}");
    }
    let (_, reported) = dead_letter(settings, &["list"]);
    let waited = positions(&reported, "first");
    assert_eq!(waited.len(), 1, "{reported}");
    let (done, reported) = dead_letter(settings, &["redrive", &waited[0]]);
    assert!(done && reported.contains("order.paid.v1"), "{reported}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_record_among_the_events_blocks_only_its_purchase() {
    let settings = test_marketplace::settings();
    let market = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    market.move_clock(DAY).await;
    let foreign_writer = ForeignWriter::in_market(&market).await;
    let forgeries = forgeries();
    (0..forgeries.len()).for_each(|index| places(&market, &number(index)));
    places(&market, "9");
    market.settled().await;

    write_all(&market, &foreign_writer, &forgeries);
    market.settled().await;
    another_service_reports(&settings, &forgeries);
    read_models_report(&market, &forgeries).await;
    others_continue(&market).await;
    discard_all(&market, &settings).await;
    market.process.end().await.unwrap();

    // The topic's own writer reads it after a restart.
    let market = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    market.settled().await;
    let blocked = own_writer_reports(&settings, &forgeries);
    pays(&market, &number(0));
    pays(&market, "9");
    market.settled().await;
    assert_eq!(stage(&market, "9").await, "paid", "all others continue");
    assert_eq!(stage(&market, &number(0)).await, "placed", "it waits");
    resolve(&settings, &blocked);
    market.settled().await;
    market.process.end().await.unwrap();

    // After another restart, what was resolved stays resolved.
    let market = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    market.settled().await;
    let (_, reported) = dead_letter(&settings, &["list"]);
    assert_eq!(positions(&reported, "first"), Vec::<String>::new(), "{reported}");
    market.process.end().await.unwrap();
}
