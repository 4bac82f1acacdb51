//! A service's own event topic, written by someone else: its reader in another service, its own writer after a start,
//! and the read models.

use std::collections::BTreeSet;

use recourse::ServiceName;
use recourse_kernel::{Hash, Record, Role};
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::partition_of;
use recourse_schemas::examples;
use recourse_tests::parked::{parked, positions};
use recourse_tests::town::{self, Town};
use serde_json::Value;

use recourse_tests::strangers::{DAY, Stranger, Written, buys, events_of, pays, places, stage};

/// The last record of an order.
fn last_of(town: &Town, number: &str) -> Record {
    events_of(town, number).pop().unwrap()
}

/// The record that a stranger would have next in the stream; its hash is right.
fn next(last: &Record, version: u64, type_name: &str, body: &[u8]) -> Record {
    let mut record = last.clone();
    record.sequence = version;
    record.id = format!("{}/{version}", record.stream);
    type_name.clone_into(&mut record.type_name);
    record.body = body.to_vec();
    record.command_id = format!("stranger-{}", record.id);
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
const OF_ANOTHER: &str = "came under the key of another purchase";

/// What a stranger writes behind the last record of an order, and why warranty-sales, which reads it, parks it; nothing
/// where it passes it by.
type Forgery = (fn(&Record) -> Written, Option<&'static str>);

fn forgeries() -> Vec<Forgery> {
    fn a_year_later(last: &Record) -> Written {
        written(last).header("ce_time", Some(b"2024-01-01T00:00:00.000000Z"))
    }
    fn of_another(last: &Record) -> Written {
        let example = examples("recourse.order.placed.v1")[0].body;
        let next = next(last, last.sequence + 1, "recourse.order.placed.v1", example.as_bytes());
        written(&next)
    }
    vec![
        // Another release's, in the true chain: of no concern to who does not know it.
        (|last| written(&next(last, last.sequence + 1, "recourse.order.vanished.v9", b"{}")), None),
        // The last one again.
        (written, None),
        (|last| written(&next(last, last.sequence + 1, PAID, b"{\"order\": ")), Some("EOF")),
        (of_another, Some(OF_ANOTHER)),
        (
            |last| written(&next(last, last.sequence + 3, PAID, &last.body)),
            Some("the log has a gap"),
        ),
        (
            |last| {
                let mut record = next(last, last.sequence + 1, PAID, &last.body);
                record.hash = Hash::default();
                written(&record)
            },
            Some("its hash is not that of what it says"),
        ),
        (a_year_later, Some("its hash is not that of what it says")),
        (|last| written(last).header("ce_hash", None), Some("the header `ce_hash` is missing")),
        (
            |last| written(last).header("ce_stream", Some(b"orders/00000000000000000000000000")),
            Some("`ce_stream` and `ce_partitionkey` contradict"),
        ),
        (
            |last| written(last).header("ce_sequence", Some(b"77")),
            Some("`ce_id` and `ce_sequence` contradict"),
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
            Some("its hash is not that of what it says"),
        ),
    ]
}

/// A person gives everything up that a purchase waits for, at each service at which it does.
async fn give_up_all(town: &Town, settings: &Settings) {
    for _ in 0..6 {
        town.settled().await;
        let (_, told) = parked(settings, &["list"]);
        let first = positions(&told, "first");
        if first.is_empty() {
            return;
        }
        for position in &first {
            let because = ["discard", position, "--reason", "a stranger's", "--subject", "o-7"];
            let (done, told) = parked(settings, &because);
            assert!(done, "{told}");
        }
    }
    panic!("something is still held: {}", parked(settings, &["list"]).1);
}

async fn ready(town: &Town) -> Value {
    town.get(Role::Operator, "o-7", "/ready").await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_writes_among_the_events_stops_its_purchase_and_no_other() {
    let settings = town::settings();
    let town = Town::with(settings.clone(), &ServiceName::ALL).await;
    town.move_clock(DAY).await;
    let stranger = Stranger::in_town(&town).await;
    let topic = town.process.node.topics.events("orders");
    let forgeries = forgeries();
    let number = |place: usize| format!("8{place}");
    (0..forgeries.len()).for_each(|place| places(&town, &number(place)));
    places(&town, "9");
    town.settled().await;

    for (place, (make, _)) in forgeries.iter().enumerate() {
        let last = last_of(&town, &number(place));
        stranger.writes(&topic, &make(&last));
    }
    let last = last_of(&town, "9");
    let elsewhere = 1 - partition_of(last.key.as_bytes(), 2);
    stranger.writes(&topic, &Written { key: None, ..written(&last) });
    stranger.writes(&topic, &Written { partition: Some(elsewhere), ..written(&last) });
    town.settled().await;

    // The reader in another service.
    let reasons: Vec<&str> = forgeries.iter().filter_map(|(_, reason)| *reason).collect();
    let (_, told) = parked(&settings, &["list"]);
    let first = positions(&told, "first");
    let distinct = |all: &[String]| all.iter().collect::<BTreeSet<_>>().len();
    let aside = positions(&told, "aside");
    assert_eq!((distinct(&first), distinct(&aside)), (reasons.len(), 2), "{told}");
    assert!(first.len() > distinct(&first), "several services read it: {told}");
    for reason in &reasons {
        assert!(told.contains(reason), "{reason} in {told}");
    }
    // The read models: told, and nothing of it shown.
    let ready_now = ready(&town).await.to_string();
    assert!(ready_now.contains("are not projected"), "{ready_now}");
    for (place, (_, reason)) in forgeries.iter().enumerate() {
        // A record with the right version, chain and hash counts as the stream's own; its writer alone sees that it
        // is about another purchase.
        if *reason != Some(OF_ANOTHER) {
            assert_eq!(stage(&town, &number(place)).await, "placed", "{reason:?}");
        }
    }
    // Whatever the orders' writer writes makes it look at what stands between its own events of that partition.
    let untouched = partition_of(Town::order(&number(0)).key.to_string().as_bytes(), 2);
    let other = (90..190).map(|number| number.to_string()).find(|number| {
        partition_of(Town::order(number).key.to_string().as_bytes(), 2) != untouched
    });
    let other = other.unwrap();
    buys(&town, &other);
    town.settled().await;
    assert_eq!(stage(&town, &other).await, "paid", "all others go on");
    give_up_all(&town, &settings).await;
    town.process.end().await.unwrap();

    // The writer of the topic meets it after a start, and holds the purchases that are its own.
    let town = Town::with(settings.clone(), &ServiceName::ALL).await;
    town.settled().await;
    let (_, told) = parked(&settings, &["list", "--all"]);
    let of_orders = told.lines().filter(|line| line.trim_start().starts_with("orders, "));
    assert_eq!(of_orders.count(), forgeries.len() + 2, "{told}");
    for reason in ["recourse.order.vanished.v9` is not known here", "gap or a repeat"] {
        assert!(told.contains(reason), "{reason} in {told}");
    }
    let (_, told) = parked(&settings, &["list"]);
    let held = positions(&told, "first");
    assert!(!held.is_empty(), "{told}");
    assert!(
        held.iter().all(|position| position.starts_with("recourse.orders.events.v1/")),
        "{told}"
    );
    pays(&town, &number(0));
    pays(&town, "9");
    town.settled().await;
    assert_eq!(stage(&town, "9").await, "paid", "all others go on");
    assert_eq!(stage(&town, &number(0)).await, "placed", "it waits");
    let (done, told) = parked(&settings, &["redrive", &held[0]]);
    assert!(told.contains("has decided nothing"), "{done} {told}");
    for position in &held {
        let because = ["discard", position, "--reason", "a stranger's", "--subject", "o-7"];
        let (done, told) = parked(&settings, &because);
        assert!(done, "{told}");
    }
    let (_, told) = parked(&settings, &["list"]);
    let waited = positions(&told, "first");
    assert_eq!(waited.len(), 1, "{told}");
    let (done, told) = parked(&settings, &["redrive", &waited[0]]);
    assert!(done && told.contains("order.paid.v1"), "{told}");
    town.settled().await;
    town.process.end().await.unwrap();

    // Once more: what was seen to stays seen to.
    let town = Town::with(settings.clone(), &ServiceName::ALL).await;
    town.settled().await;
    let (_, told) = parked(&settings, &["list"]);
    assert_eq!(positions(&told, "first"), Vec::<String>::new(), "{told}");
    town.process.end().await.unwrap();
}
