//! Orders exported from Shopify: bodies without the headers of their webhook, or with some of them.
//!
//! | value in the file | meaning |
//! | --- | --- |
//! | `{"topic": …, "shop"?: …, "webhook_id"?: …, "body": …}` | a stored webhook |
//! | `{"orders": […]}` | a response of Shopify's API |
//! | an order | everything it reports: placed, paid, cancelled, its shipments and refunds |
//! | a fulfillment, a refund | that one fact |

use serde_json::Value;

use super::bodies::Order;
use super::values::{parse, whole};
use super::webhook::{Webhook, translate_value};
use crate::feed::fact::Fact;
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;

/// The meaning of a value of an exported file, piece by piece.
pub type Exported = Vec<Result<Fact, Unusable>>;

/// Translates a value of an exported file. `shop` is the marketplace's name if the value has none.
pub fn exported(shop: &str, value: Value, identities: &Identities) -> Exported {
    let mut out = Vec::new();
    read(shop, value, identities, &mut out);
    out
}

/// Like [`exported`], for a value that is not parsed yet.
pub fn exported_bytes(shop: &str, bytes: &[u8], identities: &Identities) -> Exported {
    match whole(bytes) {
        Ok(value) => exported(shop, value, identities),
        Err(unusable) => vec![Err(unusable)],
    }
}

fn read(shop: &str, mut value: Value, identities: &Identities, out: &mut Exported) {
    if let Some(Value::Array(orders)) = value.get_mut("orders").map(Value::take) {
        for order in orders {
            read(shop, order, identities, out);
        }
        return;
    }
    let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    if let Some(topic) = text(&value, "topic") {
        let body = ["body", "payload"].into_iter().find_map(|name| value.get(name).cloned());
        let named = text(&value, "shop").or_else(|| text(&value, "shop_domain"));
        let id = text(&value, "webhook_id");
        let Some(body) = body else {
            out.push(Err(Unusable::missing("body")));
            return;
        };
        let shop = named.as_deref().unwrap_or(shop);
        webhook(Webhook { shop, topic: &topic, id: id.as_deref() }, &body, identities, out);
        return;
    }
    let topic = |topic| Webhook { shop, topic, id: None };
    if value.get("refund_line_items").is_some() {
        webhook(topic("refunds/create"), &value, identities, out);
    } else if value.get("order_id").is_some() {
        webhook(topic("fulfillments/update"), &value, identities, out);
    } else if value.get("line_items").is_some() {
        order(shop, value, identities, out);
    } else {
        out.push(Err(Unusable::UnknownType));
    }
}

/// Everything that an order reports about itself, in chronological order.
fn order(shop: &str, mut value: Value, identities: &Identities, out: &mut Exported) {
    let mut part = |name: &str| match value.get_mut(name).map(Value::take) {
        Some(Value::Array(parts)) => parts,
        _ => Vec::new(),
    };
    let (fulfillments, refunds) = (part("fulfillments"), part("refunds"));
    let read: Order = match parse(&value) {
        Ok(read) => read,
        Err(unusable) => {
            out.push(Err(unusable));
            return;
        }
    };
    let topic = |topic| Webhook { shop, topic, id: None };
    webhook(topic("orders/create"), &value, identities, out);
    let was_paid = ["paid", "partially_refunded", "refunded"];
    if read.financial_status.as_deref().is_some_and(|status| was_paid.contains(&status)) {
        webhook(topic("orders/paid"), &value, identities, out);
    }
    if read.cancelled_at.is_some() {
        webhook(topic("orders/cancelled"), &value, identities, out);
    }
    for fulfillment in fulfillments {
        webhook(topic("fulfillments/update"), &fulfillment, identities, out);
    }
    for refund in refunds {
        webhook(topic("refunds/create"), &refund, identities, out);
    }
}

fn webhook(webhook: Webhook<'_>, body: &Value, identities: &Identities, out: &mut Exported) {
    match translate_value(webhook, body, identities) {
        Ok(facts) => out.extend(facts.into_iter().map(Ok)),
        Err(unusable) => out.push(Err(unusable)),
    }
}
