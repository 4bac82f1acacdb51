//! Every endpoint knows its caller, and keeps to the order that a token is for.
//!
//! The extractors `Caller` and `Command` refuse a token for one order where the path does not name
//! it. `AnyOrder` does not: its handler has to keep to the order by itself.

use super::files;
use super::source::live_code;

/// The files whose handlers keep to the order by themselves: lists, which show what belongs to it,
/// and the outcomes of commands, whose ids name no order.
const KEEP_TO_THE_ORDER: &[&str] = &[
    "services/claims/src/http/list_claims.rs",
    "services/edge/src/outcome.rs",
    "services/order-intake/src/http/list_orders.rs",
    "services/refunds/src/http/list_settlements.rs",
    "services/warranty-sales/src/http/list_policies.rs",
];

/// Where the extractors themselves are.
const EXTRACTORS: &[&str] =
    &["services/edge/src/call.rs", "services/edge/src/caller.rs", "services/edge/src/lib.rs"];

/// Endpoints without a token: a signature takes its place.
const SIGNED: &[&str] = &[
    "services/order-intake/src/http/receive_webhook.rs",
    "services/order-intake/src/http/receive_woocommerce_webhook.rs",
];

/// What is wrong with the caller of a file's endpoint.
fn faults(name: &str, text: &str) -> Vec<String> {
    let code = live_code(text);
    let has = |word: &str| code.split(|c: char| !c.is_alphanumeric()).any(|it| it == word);
    let mut found = Vec::new();
    let is_listed = KEEP_TO_THE_ORDER.contains(&name);
    if has("AnyOrder") != is_listed && !EXTRACTORS.contains(&name) {
        found.push("`AnyOrder` is only for what keeps to the order by itself".to_owned());
    }
    // `caller.order` narrows what is shown.
    if is_listed && !code.contains("caller.order") {
        found.push("does not keep to `caller.order`".to_owned());
    }
    let is_endpoint = name.contains("/src/http/") && code.contains("async fn answer(");
    let knows_its_caller = ["Caller", "Call", "List", "Command", "AnyOrder"].into_iter().any(has);
    if is_endpoint && !knows_its_caller && !SIGNED.contains(&name) {
        found.push("an endpoint without a caller".to_owned());
    }
    found
}

#[test]
fn every_endpoint_keeps_to_the_order_of_a_token() {
    let mut files = files(&[".rs"]);
    files.retain(|(name, _)| name.starts_with("services/") && name.contains("/src/"));
    for listed in KEEP_TO_THE_ORDER.iter().chain(EXTRACTORS).chain(SIGNED) {
        assert!(files.iter().any(|(name, _)| name == listed), "{listed} does not exist");
    }
    super::check(&files, faults);
}

#[test]
fn an_injected_endpoint_that_keeps_to_no_order_is_seen() {
    let endpoint = "services/x/src/http/get_x.rs";
    assert_eq!(faults(endpoint, "async fn answer(State(edge): State<Edge>) {}").len(), 1);
    assert_eq!(faults(endpoint, "async fn answer(AnyOrder(c): AnyOrder) {}").len(), 1);
    assert!(faults(endpoint, "async fn answer(caller: Caller) {}").is_empty());
    assert!(faults(endpoint, "async fn answer(call: Command<OrderId>) {}").is_empty());
    let list = KEEP_TO_THE_ORDER[0];
    assert_eq!(faults(list, "async fn answer(AnyOrder(caller): AnyOrder) {}").len(), 1);
    assert!(faults(list, "async fn answer(AnyOrder(c): AnyOrder) { caller.order; }").is_empty());
}
