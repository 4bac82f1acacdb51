//! The marketplace's feed. A record that cannot be used is dead-lettered, sealed, with its reason;
//! it blocks no purchase.

use recourse_process::ServiceName;
use recourse_tests::dead_letters::{dead_letter, positions};
use recourse_tests::test_marketplace::{self, TestMarketplace};

use recourse_tests::foreign_writers::{
    DAY, ForeignWriter, TEN_MEGABYTES, Written, buys, nested, padded, paid, stage,
};

/// Each bad record with the expected reason.
fn bad() -> Vec<(Written, &'static str)> {
    let good = || paid("20");
    let body = r#"{"order": "20", "at": "2025-02-01T09:00:00Z"}"#;
    let kind = |name: &str| good().header("ce_type", Some(name.as_bytes()));
    vec![
        (kind("marketplace.order.forgotten"), "unknown fact type"),
        (kind("marketplace.order.paid.v2"), "unknown fact type"),
        // An unknown type is reported before the fields that are missing.
        (kind("marketplace.order.forgotten").body("{}"), "unknown fact type"),
        (good().body("{\"order\": \"20\", \"at\": \"2025"), "the record is not JSON"),
        (good().body(b"{\"order\": \"\xff\xfe\"}".as_slice()), "the record is not JSON"),
        (good().body(nested(body, 10_000)), "the record is not JSON"),
        (good().body(r#"{"order": "20", "order": "21"}"#), "the field `order` appears twice"),
        (
            good().body(body.replace('}', r#", "amount": {"amount": 1e999, "currency": "RUB"}}"#)),
            "the record is not JSON",
        ),
        (
            good().body(body.replace(
                '}',
                r#", "amount": {"amount": 9223372036854775808, "currency": "RUB"}}"#,
            )),
            "invalid value at",
        ),
        (good().body(padded(body, TEN_MEGABYTES)), "the record is longer than"),
        (good().body(padded("{\"order\": \"20\"}", 900_000)), "`amount` is missing; its 900"),
        (good().header("ce_id", None), "the attribute `id` is missing"),
        (good().header("ce_source", Some(b"no marketplace\n")), "not a marketplace name"),
        // It matters only where the data says no time.
        (
            good()
                .header("ce_time", Some(b"yesterday"))
                .body(r#"{"order": "20", "amount": {"amount": 1, "currency": "RUB"}}"#),
            "`time` has an invalid value",
        ),
        (good().header("ce_id", Some(&b"x".repeat(10_000))), "`id` has an invalid value"),
        (Written { value: None, ..good() }, "the record is not JSON"),
        (Written { headers: Vec::new(), key: None, ..good() }, "the attribute"),
        (
            Written { headers: Vec::new(), key: None, value: None, partition: None },
            "the record is not JSON",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_fact_of_the_marketplace_is_dead_lettered_and_blocks_no_purchase() {
    let settings = test_marketplace::settings();
    let market = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    market.move_clock(DAY).await;
    let foreign_writer = ForeignWriter::in_market(&market).await;
    let topic = market.process.node.topics.marketplace();
    let bad = bad();
    for (number, (record, _)) in bad.iter().enumerate() {
        foreign_writer.writes(&topic, record);
        buys(&market, &format!("4{number}"));
    }
    market.settled().await;
    for number in 0..bad.len() {
        assert_eq!(stage(&market, &format!("4{number}")).await, "paid");
    }
    let (_, reported) = dead_letter(&settings, &["list"]);
    assert_eq!(positions(&reported, "aside").len(), bad.len(), "{reported}");
    for (_, reason) in &bad {
        assert!(reported.contains(reason), "{reason} in {reported}");
    }
    // A record that was too long to keep is reported as such; the others can be reprocessed, or
    // discarded with a reason.
    assert!(reported.contains("too long to keep: have the source send it again"), "{reported}");
    let first = &positions(&reported, "aside")[0];
    let (done, again) = dead_letter(&settings, &["redrive", first]);
    assert!(!done && again.contains("still cannot be processed"), "{again}");
    let because = ["--reason", "the marketplace sent it again", "--subject", "o-7"];
    let (done, given_up) = dead_letter(&settings, &[&["discard", first][..], &because].concat());
    assert!(done, "{given_up}");
    let (_, shown) = dead_letter(&settings, &["show", first]);
    assert!(shown.contains("sent it again") && shown.contains("o-7"), "{shown}");
    market.end().await;
}
