//! The project's own feed.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::OrderCommand;
use crate::feed::native::translate;
use crate::feed::{Fact, Identities, Unusable};

fn identities() -> Identities {
    Identities::new([7; 32], recourse_kernel::OrderKeys::development())
}

fn binary(kind: &str, data: &Value) -> Result<Fact, Unusable> {
    let text = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let headers = [
        text("ce_specversion", "1.0"),
        text("ce_id", "e-17"),
        text("ce_source", "market"),
        text("ce_type", &format!("marketplace.order.{kind}")),
        text("ce_time", "2025-03-10T09:00:00Z"),
    ];
    translate(&headers, data.to_string().as_bytes(), &identities())
}

fn structured(kind: &str, data: &Value) -> Result<Fact, Unusable> {
    let event = json!({
        "specversion": "1.0", "id": "e-17", "source": "market",
        "type": format!("marketplace.order.{kind}"), "time": "2025-03-10T09:00:00Z", "data": data,
    });
    translate(&[], event.to_string().as_bytes(), &identities())
}

fn placed() -> Value {
    json!({
        "order": "1001", "placed_at": "2025-03-05T10:00:00+03:00", "buyer": "b-81",
        "contact": {
            "name": "Ivan", "email": "ivan@example.com", "phone": "+7", "address": "Moscow",
        },
        "country": "RU", "city": "Moscow",
        "lines": [{
            "title": "Phone", "quantity": 2,
            "unit_price": {"amount": 1_000_000, "currency": "RUB"},
            "device": {
                "category": "smartphone", "operating_system": "android",
                "brand": "Samsung", "model": "S24",
            },
            "warranty": {
                "program": "repair", "provider": "wisetech-service",
                "price": {"amount": 40_000, "currency": "RUB"},
            },
        }],
        "a_field_of_tomorrow": true,
    })
}

#[test]
fn both_modes_give_the_same_fact() {
    for (kind, data) in [
        ("placed", placed()),
        ("paid", json!({"order": "1001", "amount": {"amount": 1, "currency": "RUB"}})),
        ("cancelled", json!({"order": "1001", "at": "2025-03-06T00:00:00Z", "reason": "customer"})),
        (
            "delivered",
            json!({
                "order": "1001", "delivered_at": "2025-03-10T09:00:00Z",
                "zone": "Europe/Moscow", "devices": ["1.1", "1.2"],
            }),
        ),
        ("delivery_corrected", json!({"order": "1001", "at": "2025-03-11T09:00:00Z"})),
        ("receipt_confirmed", json!({"order": "1001"})),
        ("completed", json!({"order": 1001})),
        ("returned", json!({"order": "1001", "devices": ["1.1"], "reason": "defect"})),
        (
            "line_refunded",
            json!({
                "order": "1001", "devices": ["1.1"],
                "amount": {"amount": 5, "currency": "RUB"},
            }),
        ),
    ] {
        let fact = binary(kind, &data).unwrap();
        assert_eq!(fact, structured(kind, &data).unwrap(), "{kind}");
        assert_eq!(fact.key(), recourse_kernel::OrderKeys::development().key_of("market", "1001"));
        assert_eq!(fact.reported.id, "e-17");
    }
}

#[test]
fn a_placed_order_separates_its_contact_and_numbers_its_lines() {
    let fact = binary("placed", &placed()).unwrap();
    let OrderCommand::Place(place) = &fact.command else { panic!() };
    assert_eq!((place.lines[0].line, place.buyer.as_str()), (1, "b-81"));
    assert_eq!(place.contact, None);
    assert_eq!(fact.contact.unwrap().email.unwrap(), "ivan@example.com");
    assert!(!serde_json::to_string(&**place).unwrap().contains("ivan"));
}

#[test]
fn a_fact_without_a_time_uses_the_events_time() {
    let fact = binary("completed", &json!({"order": "1001"})).unwrap();
    let OrderCommand::Complete(complete) = fact.command else { panic!() };
    assert_eq!(complete.completed_at.to_rfc3339(), "2025-03-10T09:00:00+00:00");
}

/// Each type, with the field for its time, and what else it needs.
fn timed() -> Vec<(&'static str, &'static str, Value)> {
    let amount = json!({"amount": 1, "currency": "RUB"});
    let order = json!({"order": "1001"});
    let mut lines = placed();
    lines.as_object_mut().unwrap().remove("placed_at");
    vec![
        ("placed", "placed_at", lines),
        ("paid", "paid_at", json!({"order": "1001", "amount": amount})),
        ("cancelled", "cancelled_at", order.clone()),
        ("delivered", "delivered_at", order.clone()),
        ("delivery_corrected", "delivered_at", order.clone()),
        ("receipt_confirmed", "confirmed_at", order.clone()),
        ("completed", "completed_at", order.clone()),
        ("returned", "returned_at", order),
        ("line_refunded", "refunded_at", json!({"order": "1001", "amount": amount})),
    ]
}

fn with(data: &Value, fields: &[(&str, &str)]) -> Value {
    let mut data = data.clone();
    for (field, time) in fields {
        data[*field] = json!(time);
    }
    data
}

#[test]
fn each_type_has_its_time_in_at_or_in_a_field_of_its_own() {
    const TIME: &str = "2025-03-08T09:00:00Z";
    for (kind, own, data) in timed() {
        let command = |fields: &[(&str, &str)]| binary(kind, &with(&data, fields)).unwrap().command;
        let expected = command(&[("at", TIME)]);
        assert_ne!(expected, command(&[]), "{kind}: the event's time");
        assert_eq!(expected, command(&[(own, TIME)]), "{kind}");
        assert_eq!(
            expected,
            command(&[("at", TIME), (own, "2025-03-08T12:00:00+03:00")]),
            "{kind}"
        );
        let mut null = with(&data, &[("at", TIME)]);
        null[own] = Value::Null;
        assert_eq!(expected, binary(kind, &null).unwrap().command, "{kind}");
    }
}

#[test]
fn the_times_of_other_types_are_ignored() {
    const TIME: &str = "2025-03-08T09:00:00Z";
    for (kind, own, data) in timed() {
        let command = |data: &Value| binary(kind, data).unwrap().command;
        for (_, other, _) in timed().iter().filter(|(_, other, _)| *other != own) {
            let foreign = [(*other, "2025-03-05T09:00:00Z")];
            assert_eq!(command(&data), command(&with(&data, &foreign)), "{kind}, {other}");
            let both = [foreign[0], (own, TIME)];
            assert_eq!(
                command(&with(&data, &[(own, TIME)])),
                command(&with(&data, &both)),
                "{kind}, {other}"
            );
        }
        let no_time = with(&data, &[("other_at", "yesterday")]);
        assert_eq!(command(&data), command(&no_time), "{kind}");
    }
}

#[test]
fn two_different_times_are_refused_by_name() {
    for (kind, own, data) in timed() {
        let times = [("at", "2025-03-08T09:00:00Z"), (own, "2025-03-09T09:00:00Z")];
        let refused = binary(kind, &with(&data, &times)).unwrap_err();
        assert_eq!(refused, Unusable::TwoTimes(own), "{kind}");
        let said = refused.to_string();
        assert!(said.contains("`at`") && said.contains(own), "{said}");
        for field in ["at", own] {
            for time in ["yesterday", "1999-12-31T00:00:00Z"] {
                let invalid = binary(kind, &with(&data, &[(field, time)]));
                assert_eq!(invalid, Err(Unusable::value(field)), "{kind}");
            }
        }
    }
}

#[test]
fn units_are_named_by_our_id_or_by_line_and_unit() {
    let key = recourse_kernel::OrderKeys::development().key_of("market", "1001");
    let named = |device: String| {
        binary("returned", &json!({"order": "1001", "devices": [device], "reason": "defect"}))
    };
    assert_eq!(
        named("1.2".to_owned()).unwrap().command,
        named(format!("{key}-1.2")).unwrap().command
    );
    let other = recourse_kernel::OrderKeys::development().key_of("market", "1002");
    assert_eq!(named(format!("{other}-1.2")), Err(Unusable::value("devices")));
    assert_eq!(named("two".to_owned()), Err(Unusable::value("devices")));
}

#[test]
fn unusable_records_give_the_reason() {
    let missing = binary("paid", &json!({"order": "1001"}));
    assert_eq!(missing, Err(Unusable::missing("amount")));
    assert_eq!(binary("paid", &json!({})), Err(Unusable::missing("order")));
    assert_eq!(binary("eaten", &json!({"order": "1001"})), Err(Unusable::UnknownType));
    assert_eq!(binary("completed", &json!({"order": ""})), Err(Unusable::value("order")));
    let far = json!({"order": "1", "at": "9999-01-01T00:00:00Z"});
    assert_eq!(binary("completed", &far), Err(Unusable::value("at")));
    assert!(matches!(translate(&[], b"nonsense", &identities()), Err(Unusable::NotJson(_))));
    let bare = translate(&[], b"{\"order\": 1}", &identities());
    assert_eq!(bare, Err(Unusable::NotCloudEvent("specversion")));
}

#[test]
fn a_commands_id_depends_only_on_the_source_and_its_id() {
    let one = binary("completed", &json!({"order": "1001"})).unwrap();
    let again = structured("completed", &json!({"order": "1001", "more": 1})).unwrap();
    assert_eq!(one.command_id(), again.command_id());
    assert_ne!(one.content, again.content);
    assert_eq!(
        one.command_id(),
        "17fe35e94d1bb430ee88c2a10efa894e7d5433d4075a6c93ed59e4f9b28fbce3"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z_]{1,10}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_input_is_a_fact_or_a_reason(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        field in "order|at|amount|devices|zone|lines|country|buyer",
        value in any_json(),
    ) {
        let _ = translate(&[], &bytes, &identities());
        let kinds = ["placed", "paid", "cancelled", "delivered", "delivery_corrected",
                     "receipt_confirmed", "completed", "returned", "line_refunded"];
        for kind in kinds {
            let mut data = placed();
            data[field.as_str()] = value.clone();
            let _ = binary(kind, &data);
        }
    }
}
