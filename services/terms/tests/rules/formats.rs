//! Stored documents and events stay readable, and their digests never change.

use proptest::prelude::*;
use recourse_kernel::{Event, Hash, Wire};
use recourse_terms::digest::canonical;
use recourse_terms::{
    ShopDirectory, ShopsPublished, TariffSheet, TariffsPublished, Terms, TermsEvent,
    TermsPublished, TermsWithdrawn,
};
use serde_json::Value;

use crate::{at, documents};

const EXAMPLE: &str = include_str!("../examples/terms.json");

#[test]
fn the_digest_of_a_document_never_changes() {
    let terms: Terms = serde_json::from_str(EXAMPLE).unwrap();
    assert_eq!(
        terms.digest().to_string(),
        "8f66e49550a300dfd0526a50b91025a85b10743424ca5c5b732e7077a1bdd193"
    );
}

#[test]
fn the_digest_does_not_depend_on_order_white_space_or_unknown_fields() {
    let terms: Terms = serde_json::from_str(EXAMPLE).unwrap();
    let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
    document["a_field_of_later"] = Value::from(1);
    document["coverage"]["another"] = Value::from("x");
    let read: Terms = serde_json::from_str(&canonical(&document)).unwrap();
    assert_eq!(read, terms);
    assert_eq!(read.digest(), terms.digest());
}

#[test]
fn the_digest_of_a_shipped_document_can_be_checked_without_this_crate() {
    // The files omit exactly the defaults that serialization omits, so hashing their sorted JSON
    // gives the digest.
    for (name, document) in documents::<Value>("terms") {
        let digest = Hash::of_bytes(canonical(&document).as_bytes());
        let terms: Terms = serde_json::from_value(document).unwrap();
        assert_eq!(terms.digest(), digest, "{name}");
    }
}

#[test]
fn a_different_value_gives_a_different_digest() {
    let terms: Terms = serde_json::from_str(EXAMPLE).unwrap();
    let mut other = terms.clone();
    other.claim.appeal_within_days = None;
    assert_ne!(other.digest(), terms.digest());
}

fn events() -> Vec<TermsEvent> {
    let mut events = Vec::new();
    for (_, terms) in documents::<Terms>("terms") {
        let withdrawn = TermsWithdrawn {
            line: terms.line.clone(),
            version: terms.version,
            until: at("2025-10-01T00:00:00Z"),
            digest: terms.digest(),
        };
        events.push(TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))));
        events.push(TermsEvent::TermsWithdrawn(withdrawn));
    }
    for (_, sheet) in documents::<TariffSheet>("tariffs") {
        events.push(TermsEvent::TariffsPublished(TariffsPublished { sheet }));
    }
    for (_, directory) in documents::<ShopDirectory>("shops") {
        events.push(TermsEvent::ShopsPublished(ShopsPublished { directory }));
    }
    events
}

#[test]
fn events_round_trip_and_ignore_unknown_fields() {
    for event in events() {
        let body = event.encode().unwrap();
        assert_eq!(TermsEvent::decode(event.type_name(), &body).as_ref(), Ok(&event));
        let mut json: Value = serde_json::from_slice(&body).unwrap();
        json["a_field_of_later"] = Value::from(1);
        let body = json.to_string();
        assert_eq!(TermsEvent::decode(event.type_name(), body.as_bytes()).as_ref(), Ok(&event));
    }
}

#[test]
fn the_subject_of_an_event_is_a_line_a_sheet_or_a_provider() {
    let subjects: std::collections::BTreeSet<String> =
        events().iter().map(Event::subject).collect();
    for subject in ["wisetech-repair", "parcels", "the-warranty-group"] {
        assert!(subjects.contains(subject), "{subject}");
    }
}

proptest! {
    #[test]
    fn canonical_json_preserves_the_value(text in "\\PC*", number in any::<i64>()) {
        let value = serde_json::json!({ "b": [text, number], "a": { text.clone(): null } });
        let read: Value = serde_json::from_str(&canonical(&value)).unwrap();
        prop_assert_eq!(read, value);
    }
}
