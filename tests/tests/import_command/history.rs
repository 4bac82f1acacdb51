//! Orders from before the terms.

use recourse_kernel::Role;
use recourse_tests::test_marketplace::{TestMarketplace, purchase, receipt};
use serde_json::Value;

use super::{TestFile, imports, lines, sees};

/// The first terms are sold from 2025 on.
const BEFORE_THE_TERMS: &str = "2024-06-03T09:00:00Z";
const DELIVERED: &str = "2024-06-10T09:00:00Z";

/// An order of a phone with a warranty, from its placing to its completion.
fn old_order(settings: &recourse_runtime::settings::Settings, number: &str) -> TestFile {
    let placed = purchase(number, "repair", "wisetech-service", BEFORE_THE_TERMS);
    let facts = placed.into_iter().chain(receipt(number, DELIVERED));
    TestFile::written(settings, &format!("{number}.jsonl"), &lines(facts))
}

async fn items(market: &TestMarketplace, (role, path): (Role, &str)) -> Vec<Value> {
    let listed = market.get(role, "me-1", path).await.expect(200);
    listed.body["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_order_that_is_history_no_warranty_is_sold_and_none_is_refunded() {
    let market = TestMarketplace::open("2025-06-02T09:00:00Z").await;
    let settings = &market.process.node.settings;
    let policies = |number: &str| {
        (Role::Auditor, format!("/v1/policies?order={}", TestMarketplace::order(number)))
    };
    let owed = (Role::Gateway, "/v1/payments?state=owed");

    let history = old_order(settings, "old");
    let ended = imports(settings, &["--history", history.path()]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("4 facts sent, 0 dead-lettered, 0 ignored;"), "{ended:?}");
    market.settled().await;
    // Whatever else happened is recorded.
    let order = sees(&market, "old", "completed").await;
    assert_eq!(order["history"], true, "{order:#}");
    assert_eq!(order["lines"][0]["warranty"]["program"], "repair", "{order:#}");
    let (role, path) = policies("old");
    assert!(items(&market, (role, &path)).await.is_empty());
    assert!(items(&market, owed).await.is_empty());

    // It stays history, whatever a later import says.
    assert_eq!(imports(settings, &[history.path()]).status, Some(0));
    market.settled().await;
    assert_eq!(sees(&market, "old", "completed").await["history"], true);
    assert!(items(&market, owed).await.is_empty());

    // Without the option the same order is one of today: its warranty is refused and refunded.
    let recent = old_order(settings, "recent");
    assert_eq!(imports(settings, &[recent.path()]).status, Some(0));
    market.settled().await;
    assert_eq!(sees(&market, "recent", "completed").await["history"], Value::Null);
    assert_eq!(items(&market, owed).await.len(), 1);
    market.end().await;
}
