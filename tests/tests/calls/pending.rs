//! What a caller reads while a command is not decided.

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_process::ServiceName;
use recourse_tests::test_marketplace::{self, PATIENCE, TestMarketplace};

use super::{Ids, Role, Route, json};

/// A transaction that is open on these services' commands. Writers read committed records only, so
/// no command after it is decided until it ends.
fn held(market: &TestMarketplace, contexts: &[&str]) -> BaseProducer {
    let node = &market.process.node;
    let producer: BaseProducer = node
        .connection
        .transactional(&format!("{}.holds-commands", node.settings.instance))
        .set("transaction.timeout.ms", "120000")
        .set("message.timeout.ms", "60000")
        .create()
        .unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer.begin_transaction().unwrap();
    for context in contexts {
        let topic = node.topics.commands(context);
        for partition in 0..node.settings.partitions {
            let record = BaseRecord::<str, str>::to(&topic).partition(partition).payload("held");
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
    }
    producer.flush(PATIENCE).unwrap();
    producer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_location_of_a_command_that_is_not_decided_answers_202_until_it_is() {
    let mut settings = test_marketplace::settings();
    settings.http.reply_wait_ms = 5_000;
    let market = TestMarketplace::with(settings, &ServiceName::ALL).await;
    market.move_clock("2025-02-01T09:00:00Z").await;
    let held = held(&market, &["policies", "orders"]);

    let calls = [
        ("/v1/policies/{policy}/cancellation", "policy.not_known"),
        ("/v1/orders/{order}/receipt", "order.not_known"),
    ];
    let mut pending = Vec::new();
    for (path, decided) in calls {
        let path = Route { method: "POST", path: path.to_owned() }.with(&Ids::Unknown);
        let answer = market.post(Role::Buyer, "b-1", &path, "k-1", &json!({})).await.expect(202);
        let location = answer.location.unwrap();
        assert_eq!(answer.body["outcome"], location, "{path}");
        pending.push((location, decided));
    }
    for (location, _) in &pending {
        let early = market.get(Role::Buyer, "b-1", location).await.expect(202);
        assert_eq!(early.location.as_ref(), Some(location));
        // Without the proof that it was sent, it is not known yet.
        let (bare, _) = location.split_once('?').unwrap();
        let unknown = market.get(Role::Buyer, "b-1", bare).await.expect(404);
        assert_eq!(unknown.text("code"), "command.not_known");
    }

    held.abort_transaction(PATIENCE).unwrap();
    for (location, code) in &pending {
        let read = (Role::Buyer, "b-1", location.as_str());
        let decided = market.until("it is decided", read, |answer| answer.status != 202).await;
        assert_eq!((decided.status, decided.text("code")), (404, *code), "{}", decided.body);
    }
    market.process.end().await.unwrap();
}
