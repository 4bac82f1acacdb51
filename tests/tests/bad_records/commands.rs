//! A service's command topic. A record that cannot be read or decided blocks its purchase, and no
//! other.

use recourse_kernel::{CommandRecord, OrderId, Principal, Record, Role};
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use recourse_tests::dead_letters::{dead_letter, positions};
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::{Value, json};

use recourse_tests::foreign_writers::{
    DAY, ForeignWriter, TEN_MEGABYTES, Written, events_of, nested, padded, pays, places, stage,
};

/// A valid command: the order is cancelled.
fn cancel(order: OrderId) -> Written {
    let body = json!({"order": order, "cancelled_at": DAY, "reason": "customer"});
    let command = CommandRecord {
        id: format!("cancel-{order}"),
        source: "/recourse/edge".to_owned(),
        type_name: "recourse.order.cancel.v1".to_owned(),
        time: DAY.parse().unwrap(),
        key: order.key.to_string(),
        mac: "0".repeat(64),
        principal: Principal::new(Role::Operator, "foreign_writer"),
        causation_id: "foreign_writer".to_owned(),
        reply_to: None,
        traceparent: None,
        body: body.to_string().into_bytes(),
    };
    Written {
        partition: None,
        key: Some(command.key.clone().into_bytes()),
        headers: command.headers(),
        value: Some(command.body),
    }
}

/// A change that makes a command bad.
type Change = Box<dyn Fn(Written) -> Written>;

fn header(name: &'static str, value: Option<&'static [u8]>) -> Change {
    Box::new(move |command| command.header(name, value))
}

fn body(change: impl Fn(&str) -> Vec<u8> + 'static) -> Change {
    Box::new(move |command| {
        let text = String::from_utf8(command.value.clone().unwrap()).unwrap();
        command.body(change(&text))
    })
}

/// Replaces one part of the body.
fn said(from: &'static str, to: &'static str) -> Change {
    body(move |text| text.replacen(from, to, 1).into_bytes())
}

/// Each bad command with the expected reason.
fn bad() -> Vec<(Change, &'static str)> {
    let kind = |name: &'static str| header("ce_type", Some(name.as_bytes()));
    vec![
        (kind("recourse.order.forget.v1"), "unknown type `recourse.order.forget.v1`"),
        (kind("recourse.order.cancel.v2"), "unknown type `recourse.order.cancel.v2`"),
        (kind("recourse.order.pay.v1"), "missing field"),
        (body(|text| text.as_bytes()[..text.len() / 2].to_vec()), "EOF while parsing"),
        (
            body(|text| {
                let marked = text.replace("customer", "?").into_bytes();
                marked.iter().map(|c| if *c == b'?' { 0xff } else { *c }).collect()
            }),
            "invalid unicode",
        ),
        (body(|text| nested(text, 10_000)), "recursion limit exceeded"),
        (said("{", "{\"reason\": \"fraud\", "), "duplicate field `reason`"),
        (said("{", "{\"new\": 1, \"new\": 2, "), "the field `new` appears twice"),
        (said("{", "{\"new\": 1e999, "), "number out of range"),
        (said("customer", "\\u0000"), "U+0000"),
        (said("2025-02-01", "-12025-02-01"), "year has more than four digits"),
        (body(|text| padded(text, TEN_MEGABYTES)), "bytes; the maximum is 1048576"),
        (header("ce_id", None), "the header `ce_id` is missing"),
        (header("ce_id", Some(b"a\0b")), "the header `ce_id` cannot be read"),
        (header("ce_time", Some(b"yesterday")), "the header `ce_time` cannot be read"),
        (header("ce_principal", Some(b"emperor:n-1")), "the header `ce_principal` cannot be read"),
        (
            header("ce_partitionkey", Some(b"00000000000000000000000000")),
            "the record's key differs from the header `ce_partitionkey`",
        ),
        (
            header("content-type", Some(b"text/plain")),
            "the header `content-type` must be `application/json`",
        ),
        (Box::new(|command| Written { value: None, ..command }), "EOF while parsing"),
        (Box::new(|command| Written { headers: Vec::new(), value: None, ..command }), "is missing"),
    ]
}

/// The codes of the refusals in an order's stream.
fn refusals(market: &TestMarketplace, number: &str) -> Vec<String> {
    let refused = events_of(market, number).into_iter();
    let refused = refused.filter(|record| record.type_name.ends_with(".command_refused.v1"));
    let code = |record: Record| {
        let body: Value = serde_json::from_slice(&record.body).unwrap();
        body["code"].as_str().unwrap().to_owned()
    };
    refused.map(code).collect()
}

/// The number of the order that the n-th bad command is about.
fn number(index: usize) -> String {
    format!("6{index}")
}

/// Records that block no purchase: no key, keys that are not text, and one that belongs in another
/// partition.
fn strays() -> [Written; 5] {
    let good = cancel(TestMarketplace::order("7"));
    let elsewhere = 1 - recourse_runtime::topics::partition_of(good.key.as_ref().unwrap(), 2);
    [
        Written { key: None, ..good.clone() },
        Written { key: Some(b"a\0b".to_vec()), ..good.clone() },
        Written { key: Some(b"\xff\xfe".to_vec()), ..good.clone() },
        Written { key: Some(b"a/b".to_vec()), ..good.clone() },
        Written { partition: Some(elsewhere), ..good },
    ]
}

/// Writes every bad command, one about another purchase than its key's, and the strays.
fn write_all(foreign_writer: &ForeignWriter, topic: &str, bad: &[(Change, &'static str)]) {
    for (index, (make, _)) in bad.iter().enumerate() {
        foreign_writer.writes(topic, &make(cancel(TestMarketplace::order(&number(index)))));
    }
    let of_another = cancel(TestMarketplace::order("7"))
        .body(cancel(TestMarketplace::order("70")).value.unwrap());
    foreign_writer.writes(topic, &of_another);
    for stray in strays() {
        foreign_writer.writes(topic, &stray);
    }
}

/// Each bad command blocks its purchase, with its reason, and what is paid waits after it. Returns
/// the positions of both.
fn listed(settings: &Settings, bad: &[(Change, &'static str)]) -> (Vec<String>, Vec<String>) {
    let (_, reported) = dead_letter(settings, &["list"]);
    let (first, waits) = (positions(&reported, "first"), positions(&reported, "waits"));
    assert_eq!((first.len(), waits.len()), (bad.len(), bad.len()), "{reported}");
    assert_eq!(positions(&reported, "aside").len(), strays().len(), "{reported}");
    for reason in bad
        .iter()
        .map(|(_, reason)| *reason)
        .chain(["the record has no readable key", "belongs to another partition"])
    {
        assert!(reported.contains(reason), "{reason} in {reported}");
    }
    (first, waits)
}

/// An operator resolves each: bad ones are discarded, those that waited after them are redriven in
/// turn.
fn resolve(settings: &Settings, first: &[String], waits: &[String]) {
    let (_, shown) = dead_letter(settings, &["show", &first[0]]);
    assert!(
        shown.contains("to do      fix the cause, then `recourse dead-letters redrive"),
        "{shown}"
    );
    let (done, reported) = dead_letter(settings, &["redrive", &waits[0]]);
    assert!(!done && reported.contains("resolve it first"), "{reported}");
    let (_, reported) = dead_letter(settings, &["redrive", &first[0]]);
    assert!(reported.contains("has not decided it"), "{reported}");
    for position in first {
        let because = ["discard", position, "--reason", "foreign", "--subject", "o-7"];
        let (done, reported) = dead_letter(settings, &because);
        assert!(done, "{reported}");
    }
    for position in waits {
        let (done, reported) = dead_letter(settings, &["redrive", position, "--subject", "o-8"]);
        assert!(done && reported.contains("order.paid.v1"), "{reported}");
    }
    let (_, shown) = dead_letter(settings, &["show", &first[0]]);
    assert!(shown.contains("operator:o-7: foreign"), "{shown}");
    let (_, shown) = dead_letter(settings, &["show", &waits[0]]);
    assert!(shown.contains("after the fix (operator o-8)"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_command_blocks_only_its_purchase_until_it_is_resolved() {
    let settings = test_marketplace::settings();
    let market = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    market.move_clock(DAY).await;
    let foreign_writer = ForeignWriter::in_market(&market).await;
    let topic = market.process.node.topics.commands("orders");
    let bad = bad();
    (0..bad.len()).for_each(|index| places(&market, &number(index)));
    places(&market, "7");
    market.settled().await;

    write_all(&foreign_writer, &topic, &bad);
    market.settled().await;
    (0..bad.len()).for_each(|index| pays(&market, &number(index)));
    pays(&market, "7");
    market.settled().await;

    let (first, waits) = listed(&settings, &bad);
    assert_eq!(stage(&market, "7").await, "paid", "all others continue");
    assert_eq!(refusals(&market, "7"), ["order.other_purchase"]);
    for (index, (_, reason)) in bad.iter().enumerate() {
        assert_eq!(stage(&market, &number(index)).await, "placed", "{reason}");
    }

    resolve(&settings, &first, &waits);
    market.settled().await;
    for (index, (_, reason)) in bad.iter().enumerate() {
        assert_eq!(stage(&market, &number(index)).await, "paid", "{reason}");
    }
    // Not [`TestMarketplace::end`]: the log intentionally breaks the contracts.
    market.process.end().await.unwrap();
}
