//! Every released example of what this service writes and reads is read, also with a field more than it knows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_kernel::{Decider as _, Hash, Principal, Record, Wire};
use recourse_terms::TermsEvent;
use recourse_warranty_sales::domain::catalogue::CatalogueCommand;
use recourse_warranty_sales::domain::{PolicyEvent, Sales};
use serde_json::{Value, json};

/// The examples of a type, each as it is and with one field more.
fn bodies(type_name: &str) -> Vec<Vec<u8>> {
    let examples = recourse_schemas::examples(type_name);
    assert!(!examples.is_empty(), "{type_name} has no example");
    let widened = examples.iter().map(|example| {
        let mut body: Value = serde_json::from_str(example.body).unwrap();
        body["a_field_of_tomorrow"] = json!({ "a": [1] });
        serde_json::to_vec(&body).unwrap()
    });
    examples.iter().map(|example| example.body.as_bytes().to_vec()).chain(widened).collect()
}

#[track_caller]
fn reads_all<T: Wire>(topic: &str) {
    for type_name in recourse_schemas::topic(topic).unwrap().types {
        for body in bodies(type_name) {
            let read = T::decode(type_name, &body).map(drop);
            read.unwrap_or_else(|error| panic!("{type_name}: {error}"));
        }
    }
}

/// An event of another service, with this body.
fn record(type_name: &str, body: Vec<u8>) -> Record {
    let now = "2025-01-01T00:00:00Z".parse().unwrap();
    Record {
        id: "other/K/1".into(),
        source: "/recourse/other".into(),
        type_name: type_name.into(),
        subject: String::new(),
        time: now,
        recorded: now,
        key: "K".into(),
        stream: "other/K".into(),
        sequence: 1,
        input: "clock".into(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: String::new(),
        correlation_id: "ord_K".into(),
        principal: Principal::system("test"),
        terms: None,
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body,
    }
}

#[test]
fn what_this_service_writes_and_is_asked_is_read() {
    reads_all::<PolicyEvent>("recourse.policies.events.v1");
    reads_all::<TermsEvent>("recourse.terms.events.v1");
    reads_all::<CatalogueCommand>("recourse.terms.commands.v1");
    let released = recourse_schemas::topic("recourse.policies.events.v1").unwrap().types;
    assert_eq!(released, PolicyEvent::type_names());
}

#[test]
fn every_fact_that_this_service_is_listed_to_read_is_read() {
    let read = [
        "recourse.order.placed.v1",
        "recourse.order.paid.v1",
        "recourse.order.cancelled.v1",
        "recourse.order.delivered.v1",
        "recourse.order.delivery_corrected.v1",
        "recourse.order.returned.v1",
        "recourse.order.line_refunded.v1",
        "recourse.order.dispute_decided.v1",
    ];
    for type_name in read {
        for body in bodies(type_name) {
            let command = Sales::translate(&record(type_name, body));
            command.unwrap_or_else(|error| panic!("{type_name}: {error}"));
        }
    }
}
