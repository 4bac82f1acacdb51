//! Which facts lead to a command.

use recourse_kernel::record::RELEASE;
use recourse_kernel::{Hash, Instant, OrderId, OrderKeys, PolicyId, Principal};
use serde_json::{Value, json};

use super::*;

fn policy() -> PolicyId {
    OrderId::new(OrderKeys::development().key_of("market", "1001")).device(1, 1).policy()
}

fn now() -> Instant {
    "2025-03-01T12:00:00Z".parse().unwrap()
}

/// The third event of a stream of `context`.
fn record(context: &str, type_name: &str, body: &Value) -> Record {
    let key = policy().key.to_string();
    Record {
        id: format!("{context}/{key}/3"),
        source: "/recourse/claims".to_owned(),
        type_name: type_name.to_owned(),
        subject: policy().to_string(),
        time: now(),
        recorded: now(),
        stream: format!("{context}/{key}"),
        causation_id: format!("{context}/{key}/2"),
        correlation_id: policy().device().order().to_string(),
        key,
        version: 3,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        principal: Principal::system("reactions"),
        terms: None,
        claim: None,
        stage: None,
        release: RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: serde_json::to_vec(body).unwrap(),
    }
}

#[test]
fn t7_only_a_claim_that_ends_with_a_replacement_affects_the_policy() {
    let closed = |outcome: &str| {
        let claim = policy().claim(1);
        let body = json!({
            "claim": claim, "policy": policy(), "outcome": outcome, "closed_at": now(),
            "findings": [],
        });
        translate(&record("claims", "recourse.claim.closed.v1", &body)).unwrap()
    };
    assert_eq!(closed("repaired"), None);
    assert!(matches!(closed("replaced"), Some(SalesCommand::NoteClaimClosed(_))));
}

#[test]
fn s1_an_order_without_a_warranty_leaves_no_trace() {
    let price = json!({ "amount": 1, "currency": "RUB" });
    let placed = |warranty: Option<Value>| {
        let mut line = json!({ "line": 1, "quantity": 1, "unit_price": price });
        if let Some(warranty) = warranty {
            line["warranty"] = warranty;
        }
        let body = json!({
            "order": policy().device().order(), "placed_at": now(), "buyer": "b-1", "country": "RU",
            "lines": [line],
        });
        translate(&record("orders", "recourse.order.placed.v1", &body)).unwrap()
    };
    assert_eq!(placed(None), None);
    let warranty = json!({ "program": "repair", "provider": "tomrepair", "price": price });
    assert!(matches!(placed(Some(warranty)), Some(SalesCommand::NotePlaced(_))));
}

#[test]
fn s1_no_warranty_is_judged_for_an_order_that_was_imported_as_history() {
    let price = json!({ "amount": 1, "currency": "RUB" });
    let warranty = json!({ "program": "repair", "provider": "tomrepair", "price": price });
    let line = json!({ "line": 1, "quantity": 1, "unit_price": price, "warranty": warranty });
    for kind in ["recourse.order.placed.v1", "recourse.order.lines_added.v1"] {
        let translated = |history: bool| {
            let body = json!({
                "order": policy().device().order(), "placed_at": now(), "buyer": "b-1",
                "country": "RU", "lines": [line], "history": history,
            });
            translate(&record("orders", kind, &body)).unwrap()
        };
        assert_eq!(translated(true), None, "{kind}");
        assert!(matches!(translated(false), Some(SalesCommand::NotePlaced(_))), "{kind}");
    }
}

macro_rules! example {
    ($path:literal) => {
        include_str!(concat!("../../../../schemas/examples/recourse.order.", $path, ".json"))
    };
}

#[test]
fn s1_every_example_of_an_edited_warranty_is_read_unless_it_is_history() {
    let read = |kind: &str, example: &str| {
        let body: Value = serde_json::from_str(example).unwrap();
        translate(&record("orders", kind, &body)).unwrap()
    };
    let added = [
        example!("warranty_added.v1/1-before-the-delivery"),
        example!("warranty_added.v1/2-after-the-delivery"),
        example!("warranty_added.v1/3-to-an-order-imported-as-history"),
    ];
    let added = added.map(|example| read("recourse.order.warranty_added.v1", example));
    assert!(matches!(added[0], Some(SalesCommand::NoteWarrantyAdded(_))));
    let Some(SalesCommand::NoteWarrantyAdded(late)) = &added[1] else { panic!("{added:?}") };
    assert!(late.delivery.is_some());
    assert_eq!(added[2], None);
    let moved = example!("warranty_removed.v1/3-moved-to-the-new-device");
    let moved = read("recourse.order.warranty_removed.v1", moved);
    let Some(SalesCommand::NoteWarrantyRemoved(removed)) = moved else { panic!("{moved:?}") };
    assert!(removed.moved);
}
