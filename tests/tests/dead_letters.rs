//! `recourse dead-letters` on a real broker: unreadable records are listed, and an operator
//! resolves them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use data_encoding::BASE64;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::{CommandRecord, OrderId, Principal, Role};
use recourse_order_intake::Orders;
use recourse_process::ServiceName;
use recourse_runtime::dead_letter::DeadLetter;
use recourse_runtime::kafka::owned;
use recourse_runtime::settings::Settings;
use recourse_tests::dead_letters::{dead_letter, positions};
use recourse_tests::test_marketplace::{self, TestMarketplace, purchase};
use serde_json::{Value, json};

/// A command to orders of a type that no release has.
fn unreadable_command(settings: &Settings, producer: &BaseProducer, key: &str, id: &str) {
    let body = br#"{"order":"nothing"}"#.to_vec();
    let command = CommandRecord {
        id: id.to_owned(),
        source: "/recourse/edge".to_owned(),
        type_name: "recourse.order.forget.v9".to_owned(),
        time: "2025-02-01T09:00:00Z".parse().unwrap(),
        key: key.to_owned(),
        mac: "0".repeat(64),
        principal: Principal::new(Role::Operator, "test"),
        causation_id: id.to_owned(),
        reply_to: None,
        traceparent: None,
        body,
    };
    let headers = command.headers();
    let headers = owned(&headers);
    let context = <Orders as recourse_kernel::Decider>::CONTEXT;
    let topic = recourse_runtime::topics::Topics::new(&settings.topic_prefix).commands(context);
    let record = BaseRecord::to(&topic).key(key).payload(&command.body).headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(test_marketplace::PATIENCE).unwrap();
}

/// A fact that an older release could not read is dead-lettered, sealed exactly as order-intake
/// seals it.
async fn dead_lettered_by_an_older_release(market: &TestMarketplace, position: &str, fact: &Value) {
    let node = &market.process.node;
    let raw = json!({ "headers": {}, "body": BASE64.encode(fact.to_string().as_bytes()) });
    let sealed = node.sealer.seal("feed:bazaar", raw.to_string().as_bytes()).await.unwrap();
    let dead_letter = DeadLetter {
        position: position.to_owned(),
        type_name: "marketplace.order.placed".to_owned(),
        reason: "the warranty's program is not known".to_owned(),
        dead_lettered_at: "2025-01-01T00:00:00Z".parse().unwrap(),
        code: None,
        record: Some(sealed),
    };
    let body = serde_json::to_vec(&dead_letter).unwrap();
    let topic = node.topics.dead_letters("orders");
    let producer: BaseProducer = node.connection.producer().create().unwrap();
    let headers = owned(&dead_letter.headers("orders"));
    let record = BaseRecord::to(&topic).key("bazaar").payload(&body).headers(headers);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(test_marketplace::PATIENCE).unwrap();
}

/// The marketplace sends invalid JSON, and something that is no fact. An unknown command blocks the
/// purchase of order 7, and later facts about that order wait after it.
async fn write_unreadable_records(settings: &Settings, market: &TestMarketplace, order: OrderId) {
    market.publishes("6", "{\"order\": \"6\", \"name\": \"Ivan");
    let producer = market.process.node.connection.producer().create().unwrap();
    unreadable_command(settings, &producer, order.key.as_str(), "u-1");
    market.settled().await;
    let [placed, paid] = purchase("7", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    market.publishes("7", &placed.to_string());
    market.publishes("7", &paid.to_string());
    market.publishes("8", "{\"no\": \"fact\"}");
    market.settled().await;
}

/// The positions of dead letters: the first of a queue, those that wait after it, and those that
/// block nothing.
struct Listed {
    first: String,
    waiting: Vec<String>,
    aside: Vec<String>,
}

/// Lists and shows the dead letters; no name of a person is shown.
fn list(settings: &Settings) -> Listed {
    let (_, reported) = dead_letter(settings, &["list"]);
    let first = positions(&reported, "first");
    let waiting = positions(&reported, "waits");
    let aside = positions(&reported, "aside");
    assert_eq!((first.len(), waiting.len(), aside.len()), (1, 2, 2), "{reported}");
    assert!(reported.contains("recourse.order.forget.v9"), "{reported}");
    assert!(!reported.contains("Ivan"), "no person's name is shown: {reported}");

    let (shown, about) = dead_letter(settings, &["show", &first[0]]);
    assert!(
        shown && about.contains("state      first") && about.contains("\"nothing\""),
        "{about}"
    );
    let (shown, about) = dead_letter(settings, &["show", &aside[0]]);
    assert!(shown && about.contains("sealed") && !about.contains("Ivan"), "{about}");
    Listed { first: first[0].clone(), waiting, aside }
}

/// What cannot be resolved: out of order, at an unknown position, or before it was fixed.
fn refuses(settings: &Settings, listed: &Listed) {
    let (done, reported) = dead_letter(settings, &["redrive", &listed.waiting[0]]);
    assert!(!done && reported.contains(&format!("waits after {}", listed.first)), "{reported}");
    let (done, reported) = dead_letter(settings, &["redrive", "recourse.orders.commands.v1/0/999"]);
    assert!(!done && reported.contains("no dead letter at"), "{reported}");
    let (done, reported) = dead_letter(settings, &["redrive", &listed.aside[0]]);
    assert!(!done && reported.contains("still cannot be processed"), "{reported}");
}

fn resolve(settings: &Settings, Listed { first, waiting, aside }: &Listed) {
    let why = ["--reason", "no release has this type", "--subject", "o-7"];
    let (done, reported) =
        dead_letter(settings, &["discard", first, why[0], why[1], why[2], why[3]]);
    assert!(done && reported.ends_with("is discarded\n"), "{reported}");
    let (done, reported) = dead_letter(settings, &["discard", first, why[0], why[1]]);
    assert!(!done && reported.contains("is already resolved"), "{reported}");
    for (position, led_to) in waiting.iter().zip(["order.placed.v1", "order.paid.v1"]) {
        let (done, reported) = dead_letter(settings, &["redrive", position]);
        assert!(done && reported.contains(led_to), "{reported}");
    }
    for position in aside {
        let (done, reported) =
            dead_letter(settings, &["discard", position, "--reason", "a mistake"]);
        assert!(done && reported.contains("it blocked no purchase"), "{reported}");
    }
}

/// After the fix: this release reads what an older one could not.
async fn redrive_after_the_fix(settings: &Settings, market: &TestMarketplace) {
    let position = "marketplace.orders.v1/0/90";
    let [placed, _] = purchase("9", "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    dead_lettered_by_an_older_release(market, position, &placed).await;
    let (done, reported) = dead_letter(settings, &["redrive", position]);
    assert!(
        done && reported.ends_with("was processed: one command sent to orders\n"),
        "{reported}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_resolves_unreadable_records() {
    let settings = test_marketplace::settings();
    let opened = TestMarketplace::with(settings.clone(), &ServiceName::ALL).await;
    opened.move_clock("2025-02-01T09:00:00Z").await;
    let (_, reported) = dead_letter(&settings, &["list"]);
    assert_eq!(reported, "no dead letters\n");

    let order = TestMarketplace::order("7");
    write_unreadable_records(&settings, &opened, order).await;
    let listed = list(&settings);
    refuses(&settings, &listed);
    resolve(&settings, &listed);
    redrive_after_the_fix(&settings, &opened).await;
    let (_, reported) = dead_letter(&settings, &["list"]);
    assert_eq!(reported, "no open dead letters (6 resolved, see --all)\n");

    opened.settled().await;
    let seen = opened.get(Role::Buyer, "b-1", &format!("/v1/orders/{order}")).await.expect(200);
    assert_eq!(seen.body["stage"], json!("paid"), "{:#}", seen.body);
    let path = format!("/v1/orders/{}", TestMarketplace::order("9"));
    let seen = opened.get(Role::Buyer, "b-1", &path).await.expect(200);
    assert_eq!(seen.body["stage"], json!("placed"), "{:#}", seen.body);
    // Not [`TestMarketplace::end`]: the log intentionally breaks the contracts.
    opened.process.end().await.unwrap();
}
