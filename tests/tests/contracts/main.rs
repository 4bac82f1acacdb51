//! Where the services meet: each is checked against the contracts, as producer and as consumer.
//!
//! Every example of every version is decoded by its producer and written back unchanged, and is
//! decoded by every consumer that the topic's file names, with unknown fields added.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod words;

use std::collections::BTreeSet;

use recourse_claims::Claims;
use recourse_kernel::record::Header;
use recourse_kernel::{Decider, Hash, Instant, Principal, Record, Wire, WireError};
use recourse_order_intake::Orders;
use recourse_order_intake::feed::{Identities, native};
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_runtime::{dead_letter, reply};
use recourse_schemas::{Topic, examples, topic, topics};
use recourse_terms::TermsEvent;
use recourse_tests::schema_check::{validate_body, validate_headers};
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde_json::Value;
use words::{with_every_enum_value, without_optional_fields};

/// A decider, as far as its contracts are concerned.
struct Service {
    name: &'static str,
    context: &'static str,
    prefix: &'static str,
    foreign: &'static [&'static str],
    events: &'static [&'static str],
    commands: &'static [&'static str],
    rewrite_event: fn(&str, &[u8]) -> Result<Vec<u8>, WireError>,
    rewrite_command: fn(&str, &[u8]) -> Result<Vec<u8>, WireError>,
    /// The type of the command that a foreign event is translated to, if any.
    translate: fn(&Record) -> Result<Option<&'static str>, WireError>,
}

fn rewrite<W: Wire>(type_name: &str, body: &[u8]) -> Result<Vec<u8>, WireError> {
    W::decode(type_name, body)?.encode()
}

fn service<D: Decider>(name: &'static str) -> Service {
    Service {
        name,
        context: D::CONTEXT,
        prefix: D::TYPE_PREFIX,
        foreign: D::FOREIGN,
        events: D::Event::type_names(),
        commands: D::Command::type_names(),
        rewrite_event: rewrite::<D::Event>,
        rewrite_command: rewrite::<D::Command>,
        translate: |record| Ok(D::translate(record)?.map(|command| command.type_name())),
    }
}

fn services() -> [Service; 6] {
    [
        service::<Orders>("order-intake"),
        service::<Sales>("warranty-sales"),
        service::<TermsCatalogue>("warranty-sales"),
        service::<Claims>("claims"),
        service::<RepairShops>("repair-shops"),
        service::<Refunds>("refunds"),
    ]
}

fn topic_of(service: &Service, kind: &str) -> &'static Topic {
    let name = format!("recourse.{}.{kind}.v1", service.context);
    topic(&name).unwrap_or_else(|| panic!("{name} has no file"))
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// The body with an unknown field added to it, and to every object of a fixed shape within it.
fn with_fields_of_tomorrow(body: &str) -> Vec<u8> {
    let mut body = json(body.as_bytes());
    add_field(&mut body);
    body.to_string().into_bytes()
}

fn add_field(value: &mut Value) {
    /// Objects whose keys are data, not fields.
    const MAPS: [&str; 8] =
        ["facts", "contacts", "categories", "zones", "sources", "brands", "address", "body"];
    match value {
        Value::Object(fields) => {
            for (_, value) in fields.iter_mut().filter(|(name, _)| !MAPS.contains(&name.as_str())) {
                add_field(value);
            }
            fields.insert("a_field_of_tomorrow".to_owned(), serde_json::json!({"new": [1]}));
        }
        Value::Array(items) => items.iter_mut().for_each(add_field),
        _ => {}
    }
}

/// The example as a record on the log.
fn record(context: &str, type_name: &str, body: Vec<u8>) -> Record {
    let key = recourse_kernel::OrderKeys::development().key_of("market", "1001").to_string();
    let at: Instant = "2026-03-18T16:02:33Z".parse().unwrap();
    Record {
        id: format!("{context}/{key}/1"),
        source: format!("/recourse/{context}"),
        type_name: type_name.to_owned(),
        subject: format!("ord_{key}"),
        time: at,
        recorded: at,
        stream: format!("{context}/{key}"),
        version: 1,
        input: format!("recourse.{context}.commands.v1/0/1"),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: format!("{context}/{key}/0"),
        correlation_id: format!("ord_{key}"),
        principal: Principal::system("reactions"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        key,
        body,
    }
}

#[test]
fn every_producer_writes_its_examples_back_unchanged() {
    for service in services() {
        type Rewrite = fn(&str, &[u8]) -> Result<Vec<u8>, WireError>;
        let kinds: [(&str, Rewrite); 2] =
            [("events", service.rewrite_event), ("commands", service.rewrite_command)];
        for (kind, rewrite) in kinds {
            for type_name in topic_of(&service, kind).types {
                for example in examples(type_name) {
                    let reported = format!("{}: {type_name}, {}", service.name, example.name);
                    let written = rewrite(type_name, example.body.as_bytes())
                        .unwrap_or_else(|error| panic!("{reported}: {error}"));
                    assert_eq!(json(&written), json(example.body.as_bytes()), "{reported}");
                    rewrite(type_name, &with_fields_of_tomorrow(example.body))
                        .unwrap_or_else(|error| panic!("{reported}, with unknown fields: {error}"));
                }
            }
        }
    }
}

#[test]
fn every_type_that_a_service_writes_has_a_contract_and_vice_versa() {
    for service in services() {
        let named: BTreeSet<&str> = topic_of(&service, "events").types.iter().copied().collect();
        let written: BTreeSet<&str> = service.events.iter().copied().collect();
        assert_eq!(named, written, "{}: the events of {}", service.name, service.context);
        assert_eq!(topic_of(&service, "events").generic, service.prefix);
        assert_eq!(topic_of(&service, "events").owner, service.name);
    }
}

/// Every command either comes on the command topic, or is translated from another service's event.
#[test]
fn every_command_is_on_its_topic_or_translated_from_a_foreign_event() {
    for service in services() {
        let request: BTreeSet<&str> =
            topic_of(&service, "commands").types.iter().copied().collect();
        let mut made = BTreeSet::new();
        for foreign in service.foreign {
            let events = topic(&format!("recourse.{foreign}.events.v1")).unwrap();
            for type_name in events.types {
                for example in examples(type_name) {
                    let record = record(foreign, type_name, example.body.as_bytes().to_vec());
                    made.extend((service.translate)(&record).unwrap());
                }
            }
        }
        let known: BTreeSet<&str> = service.commands.iter().copied().collect();
        let both: BTreeSet<&str> = request.union(&made).copied().collect();
        assert_eq!(known, both, "{}: the commands of {}", service.name, service.context);
        assert!(request.is_disjoint(&made), "{}: {request:?} and {made:?}", service.name);
    }
}

#[test]
fn every_consumer_reads_every_example_with_unknown_fields_and_acts_as_its_topic_says() {
    for service in services() {
        for foreign in service.foreign {
            let events = topic(&format!("recourse.{foreign}.events.v1")).unwrap();
            let listed = events.consumers.iter().find(|consumer| consumer.service == service.name);
            let listed = listed.and_then(|consumer| consumer.reads).unwrap_or_else(|| {
                panic!("{} does not list {} and the types it acts on", events.name, service.name)
            });
            let mut acted_on = BTreeSet::new();
            for type_name in events.all_types() {
                for example in examples(&type_name) {
                    let record = record(foreign, &type_name, with_fields_of_tomorrow(example.body));
                    let reported = format!("{} reads {type_name}, {}", service.name, example.name);
                    let command = (service.translate)(&record)
                        .unwrap_or_else(|error| panic!("{reported}: {error}"));
                    if command.is_some() {
                        acted_on.insert(type_name.clone());
                    }
                }
            }
            let listed: BTreeSet<String> = listed.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(acted_on, listed, "{} acts on, and {} lists", service.name, events.name);
        }
    }
}

/// Beyond the examples: whatever the schema allows a producer to write, its consumers understand.
#[test]
fn every_consumer_understands_every_word_and_misses_nothing_that_may_be_left_out() {
    for service in services() {
        for foreign in service.foreign {
            let events = topic(&format!("recourse.{foreign}.events.v1")).unwrap();
            let producer = services().into_iter().find(|other| other.context == *foreign).unwrap();
            for type_name in events.types {
                let schema = json(recourse_schemas::schema(type_name).unwrap().as_bytes());
                let bodies = examples(type_name).iter().flat_map(|example| {
                    let body = json(example.body.as_bytes());
                    let words = with_every_enum_value(&schema, &schema, &body);
                    words.into_iter().chain(without_optional_fields(&schema, &body))
                });
                for body in bodies.map(|body| body.to_string().into_bytes()) {
                    let reported = String::from_utf8_lossy(&body).into_owned();
                    if let Err(error) = (producer.rewrite_event)(type_name, &body) {
                        panic!(
                            "{} itself cannot read {type_name}: {error}: {reported}",
                            producer.name
                        );
                    }
                    if let Err(error) = (service.translate)(&record(foreign, type_name, body)) {
                        panic!("{} reads {type_name}: {error}: {reported}", service.name);
                    }
                }
            }
        }
    }
}

#[test]
fn no_service_is_listed_as_a_consumer_of_what_it_does_not_read() {
    for topic in topics().iter().filter(|topic| topic.kind == "events") {
        let context = topic.name.split('.').nth(1).unwrap();
        for consumer in topic.consumers.iter().filter(|consumer| consumer.reads.is_some()) {
            let reads = |service: &Service| {
                service.name == consumer.service && service.foreign.contains(&context)
            };
            assert!(services().iter().any(reads), "{}: {}", topic.name, consumer.service);
        }
    }
}

#[test]
fn the_book_of_terms_reads_every_example() {
    let terms = topic("recourse.terms.events.v1").unwrap();
    for type_name in terms.types {
        for example in examples(type_name) {
            let body = with_fields_of_tomorrow(example.body);
            let event = TermsEvent::decode(type_name, &body)
                .unwrap_or_else(|error| panic!("{type_name}, {}: {error}", example.name));
            if let TermsEvent::TermsPublished(published) = event {
                assert_eq!(published.terms.digest(), published.digest, "{}", example.name);
            }
        }
    }
}

#[test]
fn order_intake_translates_every_example_of_the_feed_to_a_valid_command() {
    let feed = topic("marketplace.orders.v1").unwrap();
    for type_name in feed.types {
        for example in examples(type_name) {
            let attribute = |name: &str, value: &str| -> Header {
                (name.to_owned(), value.as_bytes().to_vec())
            };
            let headers = [
                attribute("ce_specversion", "1.0"),
                attribute("ce_id", "m-1001-1"),
                attribute("ce_source", "market"),
                attribute("ce_type", type_name),
            ];
            let body = with_fields_of_tomorrow(example.body);
            let fact = native::translate(
                &headers,
                &body,
                &Identities::new([7; 32], recourse_kernel::OrderKeys::development()),
            )
            .unwrap_or_else(|error| panic!("{type_name}, {}: {error}", example.name));
            let (name, body) = (fact.command.type_name(), fact.command.encode().unwrap());
            validate_body(name, &body).unwrap();
            assert!(topic("recourse.orders.commands.v1").unwrap().types.contains(&name));
        }
    }
}

#[test]
fn the_kernels_generic_events_match_their_schemas() {
    for kind in recourse_schemas::GENERIC {
        let type_name = format!("recourse.claim.{kind}");
        assert_eq!(recourse_kernel::folded::generic_kind_of(&type_name), Some(kind));
        for example in examples(&type_name) {
            validate_body(&type_name, example.body.as_bytes()).unwrap();
        }
    }
    let refused = examples("recourse.claim.command_refused.v1")[0].body;
    let refusal: recourse_kernel::Refusal = serde_json::from_str(refused).unwrap();
    assert_eq!(serde_json::to_value(refusal).unwrap(), json(refused.as_bytes()));
}

#[test]
fn replies_and_dead_letters_match_their_contracts() {
    let now: Instant = "2026-03-18T16:02:33Z".parse().unwrap();
    for example in examples(reply::REPLY) {
        let reply: reply::Reply = serde_json::from_str(example.body).unwrap();
        assert_eq!(serde_json::to_value(&reply).unwrap(), json(example.body.as_bytes()));
        validate_headers("record", &reply.headers("claims", now)).unwrap();
    }
    for example in examples(dead_letter::DEAD_LETTER) {
        let written: dead_letter::DeadLetter = serde_json::from_str(example.body).unwrap();
        assert_eq!(serde_json::to_value(&written).unwrap(), json(example.body.as_bytes()));
        validate_headers("record", &written.headers("claims")).unwrap();
    }
    for example in examples(dead_letter::DEAD_LETTER_RESOLVED) {
        let written: dead_letter::Resolution = serde_json::from_str(example.body).unwrap();
        assert_eq!(serde_json::to_value(&written).unwrap(), json(example.body.as_bytes()));
        validate_headers("record", &written.headers("claims")).unwrap();
    }
}

/// The checks above detect what they are for.
#[test]
fn an_injected_difference_is_seen() {
    let service = service::<Refunds>("refunds");
    let example = examples("recourse.settlement.payment_paid.v1")[0].body;
    let mut body = json(example.as_bytes());
    body.as_object_mut().unwrap().remove("amount");
    let written =
        (service.rewrite_event)("recourse.settlement.payment_paid.v1", body.to_string().as_bytes());
    assert!(written.is_err());
    let mut owed = json(examples("recourse.policy.cancelled.v1")[0].body.as_bytes());
    owed["price_owed"] = Value::from("much");
    let read = record("policies", "recourse.policy.cancelled.v1", owed.to_string().into_bytes());
    assert!((service.translate)(&read).is_err());
}

#[test]
fn records_name_the_schemas_as_they_are_published() {
    assert_eq!(recourse_kernel::record::SCHEMA_BASE, recourse_schemas::BASE);
    let name = "recourse.claim.filed.v1";
    assert_eq!(recourse_kernel::record::schema_url(name), recourse_schemas::schema_url(name));
}
