use recourse_kernel::{Hash, Principal, Role, Wire as _};
use serde_json::{Value, json};

use super::*;

const ORDER: &str = "ord_WD3YT8B7PZJCNBKJJ8ZYR0QTJ0";

/// The stream of an order, as it is projected.
#[derive(Default)]
struct Stream {
    row: Option<FactsRow>,
    version: u64,
}

impl Stream {
    /// An event that answers the command with this id, sent by `who` because of `cause`.
    fn then(
        mut self,
        who: &Principal,
        command: &str,
        cause: &str,
        kind: &str,
        body: &Value,
    ) -> Self {
        self.version += 1;
        let (type_name, body) = (format!("recourse.order.{kind}.v1"), body.to_string());
        let event = FactEvent::decode(&type_name, body.as_bytes()).unwrap();
        let at: Instant = format!("2025-03-10T09:00:{:02}Z", self.version).parse().unwrap();
        let record = Record {
            id: format!("orders/K/{}", self.version),
            source: "/recourse/orders".to_owned(),
            type_name,
            subject: ORDER.to_owned(),
            time: at,
            recorded: at,
            key: ORDER[4..].to_owned(),
            stream: "orders/K".to_owned(),
            version: self.version,
            input: "recourse.orders.commands.v1/0/1".to_owned(),
            command_id: command.to_owned(),
            command_mac: String::new(),
            causation_id: cause.to_owned(),
            correlation_id: ORDER.to_owned(),
            principal: who.clone(),
            terms: None,
            claim: None,
            stage: None,
            release: "0.1.0".to_owned(),
            previous_hash: Hash::default(),
            hash: Hash::default(),
            traceparent: None,
            body: body.into_bytes(),
        };
        if FactsTable::key(&event, &record).is_some()
            && let Some(row) = FactsTable::evolve(self.row.clone(), &event, &record)
        {
            self.row = Some(row);
        }
        self
    }

    /// An event that answers a fact of the marketplace's feed.
    fn fact(self, id: &str, kind: &str, body: &Value) -> Self {
        self.then(&market(), &format!("c-{id}"), &format!("market/{id}"), kind, body)
    }

    fn facts(self) -> Vec<FactRow> {
        self.row.unwrap_or_default().facts
    }

    /// Source id, type and state of each fact.
    fn states(self) -> Vec<(String, String, FactState)> {
        let text = |text: Option<String>| text.unwrap_or_default();
        self.facts().into_iter().map(|it| (text(it.id), text(it.kind), it.state)).collect()
    }
}

fn market() -> Principal {
    Principal::new(Role::Marketplace, "market")
}

fn is(id: &str, kind: &str, state: FactState) -> (String, String, FactState) {
    (id.to_owned(), kind.to_owned(), state)
}

fn kept(id: &str, command: &str, missing: &str) -> Value {
    json!({
        "order": ORDER, "fact": "marketplace.order.reported", "id": id, "missing": missing,
        "command": format!("recourse.order.{command}.v1"), "body": {},
    })
}

#[test]
fn a_recorded_fact_has_its_sources_id_its_type_and_when_it_was_received() {
    let facts = Stream::default()
        .fact("e-1", "placed", &json!({}))
        .fact("e-2", "receipt_confirmed", &json!({}))
        .fact("e-2", "completed", &json!({}))
        .facts();
    assert_eq!(facts.len(), 2, "one fact may lead to several events");
    assert_eq!(facts[0].received_at.to_rfc3339(), "2025-03-10T09:00:01+00:00");
    assert_eq!(
        (facts[1].id.as_deref(), facts[1].kind.as_deref()),
        (Some("e-2"), Some("receipt_confirmed"))
    );
    assert_eq!((facts[1].state, facts[1].marketplace.as_str()), (FactState::Recorded, "market"));
}

#[test]
fn a_refused_fact_has_the_code_the_rules_and_the_sentence() {
    let refusal = json!({
        "command": "recourse.order.cancel.v1", "code": "order.cancel_too_late", "rules": ["S8"],
        "detail": "it was delivered",
    });
    let facts = Stream::default().fact("e-1", "command_refused", &refusal).facts();
    assert_eq!((facts[0].kind.as_deref(), facts[0].state), (Some("cancelled"), FactState::Refused));
    let why = facts[0].refusal.clone().unwrap();
    assert_eq!(
        (why.code.as_str(), why.rules, why.detail.as_str()),
        ("order.cancel_too_late", vec!["S8".to_owned()], "it was delivered")
    );
}

#[test]
fn a_fact_that_was_known_already_changed_nothing() {
    let noted = json!({"input_type": "recourse.order.pay.v1"});
    let states = Stream::default().fact("e-1", "input_noted", &noted).states();
    assert_eq!(states, [is("e-1", "paid", FactState::AlreadyKnown)]);
}

#[test]
fn a_kept_fact_waits_and_has_its_turn() {
    let waits = || {
        Stream::default().fact("e-2", "fact_kept", &kept("e-2", "pay", "order.placed")).fact(
            "e-3",
            "fact_kept",
            &kept("e-3", "return", "order.placed"),
        )
    };
    assert_eq!(
        waits().states(),
        [is("e-2", "paid", FactState::Kept), is("e-3", "returned", FactState::Kept)]
    );
    assert_eq!(waits().facts()[0].missing, Some(MissingFact::Placed));
    // The order arrives: the payment is recorded, the return waits for the delivery, which arrives.
    let placed = || {
        waits().fact("e-1", "placed", &json!({})).fact("e-1", "paid", &json!({})).fact(
            "e-1",
            "fact_kept",
            &kept("e-3", "return", "order.delivered"),
        )
    };
    let order = is("e-1", "placed", FactState::Recorded);
    let paid = is("e-2", "paid", FactState::Recorded);
    assert_eq!(
        placed().states(),
        [paid.clone(), is("e-3", "returned", FactState::Kept), order.clone()]
    );
    let refused = json!({
        "order": ORDER, "fact": "marketplace.order.returned", "id": "e-3",
        "code": "order.return_too_late", "rules": ["T1"], "detail": "on day 9",
    });
    let delivered =
        placed().fact("e-4", "delivered", &json!({})).fact("e-4", "kept_fact_refused", &refused);
    let facts = delivered.facts();
    assert_eq!(facts[1].refusal.as_ref().unwrap().rules, ["T1"]);
    assert_eq!((facts[1].state, facts[1].missing), (FactState::Refused, None));
    assert_eq!((facts[3].id.as_deref(), facts[3].state), (Some("e-4"), FactState::Recorded));
}

#[test]
fn a_dead_letter_is_shown_until_it_is_redriven_or_discarded() {
    let system = Principal::system("recourse");
    let position = "recourse.orders.commands.v1/0/7";
    let letter = json!({"dead_letter": position, "reason": "unknown type"});
    let blocked = || {
        Stream::default().fact("e-1", "placed", &json!({})).then(
            &system,
            "c-e-2",
            position,
            "purchase_blocked",
            &letter,
        )
    };
    let facts = blocked().facts();
    assert_eq!((facts[1].state, facts[1].id.as_deref()), (FactState::DeadLettered, None));
    assert_eq!(facts[1].dead_letter.as_ref().unwrap().reason, "unknown type");

    let position = json!({"dead_letter": position});
    let redriven =
        blocked().fact("e-2", "input_redriven", &position).fact("e-2", "paid", &json!({}));
    assert_eq!(redriven.states()[1], is("e-2", "paid", FactState::Recorded));
    let discarded = blocked().then(&system, "", "operator", "input_discarded", &position);
    assert_eq!(discarded.facts()[1].state, FactState::Discarded);
}

#[test]
fn what_others_do_is_no_fact_of_the_marketplace() {
    let buyer = Principal::new(Role::Buyer, "b-81");
    let clock = Principal::system("clock");
    let refusal = json!({
        "command": "recourse.order.open_dispute.v1", "code": "dispute.too_late", "detail": "day 16",
    });
    let states = Stream::default()
        .then(&buyer, "c-1", "c-1", "receipt_confirmed", &json!({}))
        .then(&clock, "", "orders/K/3", "completed", &json!({}))
        .then(&market(), "c-2", "c-2", "command_refused", &refusal)
        .states();
    assert_eq!(states, []);
}

#[test]
fn a_receipt_that_the_marketplace_confirms_over_http_has_no_id_of_a_source() {
    let states =
        Stream::default().then(&market(), "c-1", "c-1", "receipt_confirmed", &json!({})).states();
    assert_eq!(states, [is("", "receipt_confirmed", FactState::Recorded)]);
}

/// A carrier's event about a parcel, kept until its lines are known.
fn kept_for(id: &str, shipment: &str) -> Value {
    let mut kept = kept(id, "deliver", "order.shipped");
    kept["body"] = json!({"reference": shipment});
    kept
}

#[test]
fn a_fact_about_a_parcel_has_its_turn_with_its_own_parcel() {
    let waits = || {
        Stream::default()
            .fact("e-1", "placed", &json!({}))
            .fact("e-2", "fact_kept", &kept_for("e-2", "F-1"))
            .fact("e-3", "fact_kept", &kept_for("e-3", "F-2"))
    };
    let states = |stream: Stream| -> Vec<FactState> {
        stream.facts().into_iter().skip(1).take(2).map(|fact| fact.state).collect()
    };
    let (kept, recorded) = (FactState::Kept, FactState::Recorded);
    assert_eq!(waits().facts()[1].missing, Some(MissingFact::Shipped));
    let noted = json!({"order": ORDER, "shipment": "F-2", "lines": []});
    assert_eq!(states(waits().fact("e-4", "shipment_noted", &noted)), [kept, recorded]);
    for event in ["delivered", "delivery_corrected"] {
        let one = waits().fact("e-4", event, &json!({"reference": "F-1"}));
        assert_eq!(states(one), [recorded, kept], "{event}");
    }
    assert_eq!(states(waits().fact("e-4", "delivered", &json!({}))), [kept, kept]);
    assert_eq!(states(waits().fact("e-4", "cancelled", &json!({}))), [recorded, recorded]);
}

#[test]
fn facts_about_an_order_that_is_disregarded_changed_nothing() {
    let states = Stream::default()
        .fact("e-1", "fact_kept", &kept("e-1", "deliver", "order.placed"))
        .fact("e-2", "disregarded", &json!({}))
        .fact("e-3", "input_noted", &json!({"input_type": "recourse.order.note_shipment.v1"}))
        .states();
    let expected = [
        is("e-1", "delivered", FactState::AlreadyKnown),
        is("e-2", "disregarded", FactState::Recorded),
        is("e-3", "shipment_noted", FactState::AlreadyKnown),
    ];
    assert_eq!(states, expected);
}

#[test]
fn an_order_that_is_reported_again_unchanged_was_known() {
    let again = Stream::default().fact("e-1", "reported_again", &json!({}));
    let known = [is("e-1", "placed", FactState::AlreadyKnown)];
    assert_eq!(again.states(), known);
    let paid = Stream::default().fact("e-1", "reported_again", &json!({})).fact(
        "e-1",
        "payment_added",
        &json!({}),
    );
    assert_eq!(paid.states(), [is("e-1", "placed", FactState::Recorded)]);
}

#[test]
fn a_return_has_its_turn_when_a_withdrawn_delivery_is_presumed() {
    for (body, state) in [
        (json!({"presumed": "receipt_confirmed"}), FactState::Recorded),
        (json!({"reference": "F-1"}), FactState::Recorded),
        (json!({}), FactState::Kept),
    ] {
        let states = Stream::default()
            .fact("e-1", "fact_kept", &kept("e-1", "return", "order.delivered"))
            .fact("e-2", "delivery_corrected", &body)
            .states();
        assert_eq!(states[0], is("e-1", "returned", state), "{body}");
    }
}

#[test]
fn what_only_shops_report_is_shown_too() {
    for event in [
        "lines_added",
        "units_removed",
        "contact_corrected",
        "payment_added",
        "delivery_withdrawn",
        "refund_announced",
        "refund_paid",
        "refund_unattributed",
        "warranty_refunded",
        "privacy_requested",
    ] {
        let states = Stream::default().fact("e-1", event, &json!({})).states();
        assert_eq!(states, [is("e-1", event, FactState::Recorded)]);
    }
    for (command, kind) in [
        ("pay_refund", "refund_paid"),
        ("remove_units", "units_removed"),
        ("withdraw_delivery", "delivery_withdrawn"),
        ("request_privacy", "privacy_requested"),
    ] {
        let noted = json!({"input_type": format!("recourse.order.{command}.v1")});
        let states = Stream::default().fact("e-1", "input_noted", &noted).states();
        assert_eq!(states, [is("e-1", kind, FactState::AlreadyKnown)]);
    }
}
