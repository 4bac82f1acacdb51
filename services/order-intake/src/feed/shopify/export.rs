//! Orders exported from Shopify: bodies without the headers of their webhook, or with some of them.
//!
//! | value in the file | meaning |
//! | --- | --- |
//! | `{"topic": …, "shop"?: …, "webhook_id"?: …, "body": …}` | a stored webhook |
//! | `{"orders": […]}` | a response of Shopify's API |
//! | an order | everything it reports: placed, paid, cancelled, its shipments and refunds |
//! | a fulfillment, a refund | that one fact |

use serde_json::Value;

use super::values::whole;
use super::webhook::{Source, Webhook, translate_value};
use crate::feed::identities::Identities;
use crate::feed::shop::{ShopSettings, Translated};
use crate::feed::unusable::Unusable;

/// What a file needs to be read.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The marketplace's name, if a value has none.
    pub shop: &'a str,
    /// The shop's settings.
    pub settings: &'a ShopSettings,
    /// Derives ids.
    pub identities: &'a Identities,
}

impl Export<'_> {
    /// Translates a value of an exported file, piece by piece.
    pub fn translate(&self, bytes: &[u8]) -> Translated {
        match whole(bytes) {
            Ok(value) => self.translate_value(value),
            Err(unusable) => vec![Err(unusable)],
        }
    }

    /// Like [`Export::translate`], for a value that is parsed.
    pub fn translate_value(&self, value: Value) -> Translated {
        let mut out = Vec::new();
        self.read(value, &mut out);
        out
    }

    fn read(&self, mut value: Value, out: &mut Translated) {
        if let Some(Value::Array(orders)) = value.get_mut("orders").map(Value::take) {
            for order in orders {
                self.read(order, out);
            }
            return;
        }
        if value.get("topic").is_some_and(Value::is_string) {
            out.extend(self.stored_webhook(&value));
            return;
        }
        let topic = if value.get("refund_line_items").is_some() {
            "refunds/create"
        } else if value.get("fulfillment_id").is_some() {
            "fulfillment_events/create"
        } else if value.get("order_id").is_some() {
            "fulfillments/update"
        } else if value.get("line_items").is_some() {
            "orders/updated"
        } else {
            out.push(Err(Unusable::UnknownType));
            return;
        };
        let webhook = Webhook { shop: self.shop, topic, is_test: false, id: "" };
        out.extend(self.as_webhook(webhook, &value, Source::Export));
    }

    fn stored_webhook(&self, value: &Value) -> Translated {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let Some(body) = ["body", "payload"].into_iter().find_map(|name| value.get(name)) else {
            return vec![Err(Unusable::missing("body"))];
        };
        let shop = text("shop").or_else(|| text("shop_domain")).unwrap_or(self.shop);
        let topic = text("topic").unwrap_or_default();
        self.as_webhook(Webhook { shop, topic, is_test: false, id: "" }, body, Source::Webhook)
    }

    fn as_webhook(&self, webhook: Webhook<'_>, body: &Value, source: Source) -> Translated {
        translate_value(webhook, body, source, self.settings, self.identities)
    }
}
