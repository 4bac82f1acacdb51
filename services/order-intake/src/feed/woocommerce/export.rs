//! What `GET /orders`, `GET /orders/{id}` and `GET /orders/{id}/refunds` answer, saved to files.
//!
//! | value in the file | meaning |
//! | --- | --- |
//! | an order | everything it reports: placed, paid, completed, refunded, cancelled |
//! | a refund | what was paid back |
//! | `{"order": …, "refunds": […]}` | an order with its refunds, in the order's currency |
//! | `{"topic": …, "source"?: …, "body": …}` | a stored webhook |

use serde_json::Value;

use super::webhook::{Webhook, translate_refund, translate_value};
use crate::feed::identities::Identities;
use crate::feed::json::whole;
use crate::feed::shop::{Shops, Translated, domain_of};
use crate::feed::unusable::Unusable;

/// What a file needs to be read.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The marketplace's name, if a value has none.
    pub shop: &'a str,
    /// The settings of all shops: a stored webhook has those of the shop that it names.
    pub shops: &'a Shops,
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
    pub fn translate_value(&self, mut value: Value) -> Translated {
        if value.get("topic").is_some_and(Value::is_string) {
            return self.stored_webhook(&value);
        }
        if let Some(mut order) = value.get_mut("order").map(Value::take) {
            if let (Some(order), Some(refunds)) =
                (order.as_object_mut(), value.get_mut("refunds").map(Value::take))
            {
                order.insert("refunds".to_owned(), refunds);
            }
            return self.order(&order);
        }
        let has = |name: &str| value.get(name).is_some();
        if has("amount") && !has("billing") {
            translate_refund(self.shop, &value, self.shops.of(self.shop), self.identities)
        } else if has("line_items") {
            self.order(&value)
        } else {
            vec![Err(Unusable::UnknownType)]
        }
    }

    fn order(&self, order: &Value) -> Translated {
        self.webhook(self.shop, "order.updated", order)
    }

    fn stored_webhook(&self, value: &Value) -> Translated {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let Some(body) = ["body", "payload"].into_iter().find_map(|name| value.get(name)) else {
            return vec![Err(Unusable::missing("body"))];
        };
        let named = named_shop(value);
        self.webhook(named.as_deref().unwrap_or(self.shop), text("topic").unwrap_or_default(), body)
    }

    fn webhook(&self, shop: &str, topic: &str, body: &Value) -> Translated {
        translate_value(Webhook { shop, topic }, body, self.shops.of(shop), self.identities)
    }
}

/// The domain of the shop that a stored webhook names, if it is one and names a shop.
pub(crate) fn named_shop(value: &Value) -> Option<String> {
    value.get("topic")?.as_str()?;
    let shop = value.get("source")?.as_str().map(domain_of)?;
    Some(shop).filter(|shop| !shop.is_empty())
}
