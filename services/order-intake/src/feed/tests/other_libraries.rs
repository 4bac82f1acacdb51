//! Records as libraries of others write them: every header as JSON, whole numbers with a point,
//! headers twice.

use recourse_kernel::Instant;

use crate::domain::OrderCommand;
use crate::feed::native::translate;
use crate::feed::{Fact, Identities, Unusable};

fn identities() -> Identities {
    Identities::new([7; 32], recourse_kernel::OrderKeys::development())
}

/// A record in binary mode with these headers besides the usual ones, which they replace.
fn paid_with(changed: &[(&str, &str)]) -> Result<Fact, Unusable> {
    let usual = [
        ("ce_specversion", "1.0"),
        ("ce_id", "e-1"),
        ("ce_source", "bazaar"),
        ("ce_type", "marketplace.order.paid"),
    ];
    let is_changed = |name: &str| changed.iter().any(|(changed, _)| *changed == name);
    let headers = usual.iter().filter(|(name, _)| !is_changed(name)).chain(changed);
    let headers: Vec<_> =
        headers.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    let body = br#"{"order": "1001", "paid_at": "2025-03-05T10:00:00Z",
                    "amount": {"amount": 5000000.0, "currency": "RUB"}}"#;
    translate(&headers, body, &identities())
}

#[test]
fn headers_that_a_library_wrote_as_json_are_read() {
    let fact = paid_with(&[
        ("ce_id", "\"e-7\""),
        ("ce_source", "\"bazaar\""),
        ("ce_type", "\"marketplace.order.paid\""),
    ]);
    let fact = fact.unwrap();
    assert_eq!((fact.marketplace.as_str(), fact.reported.id.as_str()), ("bazaar", "e-7"));
}

#[test]
fn a_time_that_cannot_be_read_matters_only_where_the_body_has_none() {
    let OrderCommand::Pay(paid) = paid_with(&[("ce_time", "1741165200.123")]).unwrap().command
    else {
        panic!();
    };
    assert_eq!(paid.paid_at, "2025-03-05T10:00:00Z".parse::<Instant>().unwrap());
    assert_eq!(paid.amount.amount, 5_000_000, "a whole number with a point");
    let headers: Vec<_> = [
        ("ce_specversion", "1.0"),
        ("ce_id", "e-1"),
        ("ce_source", "bazaar"),
        ("ce_type", "marketplace.order.completed"),
        ("ce_time", "1741165200.123"),
    ]
    .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
    .into();
    let unusable = translate(&headers, br#"{"order": "1001"}"#, &identities());
    assert_eq!(unusable.unwrap_err(), Unusable::value("time"));
}

#[test]
fn an_attribute_with_two_values_is_refused_and_one_that_is_repeated_is_not() {
    for name in ["ce_id", "ce_source", "ce_type", "ce_time"] {
        let twice = paid_with(&[(name, "bazaar"), (name, "souk")]);
        let attribute = name.strip_prefix("ce_").unwrap();
        assert!(matches!(twice, Err(Unusable::Ambiguous(it)) if it == attribute), "{name}");
    }
    assert!(paid_with(&[("ce_id", "e-1"), ("ce_id", "e-1")]).is_ok());
}

#[test]
fn an_order_number_that_was_a_float_is_refused_with_its_field() {
    for number in [
        "1001.0",
        "8.209829119461545e+17",
        "820982911946154500.0",
        "\"1001.0\"",
        "\"8.209829119461545E+17\"",
    ] {
        let event = format!(
            r#"{{"specversion": "1.0", "id": "e-1", "source": "bazaar",
                 "type": "marketplace.order.completed",
                 "data": {{"order": {number}, "completed_at": "2025-03-05T10:00:00Z"}}}}"#
        );
        let unusable = translate(&[], event.as_bytes(), &identities());
        assert_eq!(unusable.unwrap_err(), Unusable::value("order"), "{number}");
    }
}

#[test]
fn other_ids_that_were_floats_are_refused_with_their_fields() {
    let refunded = |reference: &str| {
        format!(
            r#"{{"specversion": "1.0", "id": "e-1", "source": "bazaar",
                 "type": "marketplace.order.line_refunded",
                 "data": {{"order": 1001, "at": "2025-03-05T10:00:00Z", "devices": ["1.1"],
                           "amount": {{"amount": 5, "currency": "RUB"}},
                           "reference": {reference}}}}}"#
        )
    };
    let read = |reference: &str| translate(&[], refunded(reference).as_bytes(), &identities());
    for float in ["3.0", "\"3.0\"", "\"8.2e17\""] {
        assert_eq!(read(float).unwrap_err(), Unusable::value("reference"), "{float}");
    }
    for good in ["null", "3", "\"3\"", "\"R-3.0\""] {
        assert!(read(good).is_ok(), "{good}");
    }
}
