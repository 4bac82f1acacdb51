//! A webhook that an app has stored: topic, shop and id are next to its body, or in the headers
//! with which it was received.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Value;

use super::topics::canonical;
use super::values::{domain_of, whole};
use crate::feed::unusable::Unusable;
use crate::feed::values::Text;

/// The longest id of a webhook, in bytes.
const MAX_ID_LENGTH: usize = 256;

#[derive(Debug, PartialEq)]
pub(super) struct Stored<'a> {
    pub(super) topic: &'a str,
    /// The shop's domain, if it is named.
    pub(super) shop: Option<String>,
    /// The webhook's id, so that a stored webhook is the same request as the one that was sent;
    /// empty if none was stored.
    pub(super) id: String,
    pub(super) is_test: bool,
    pub(super) body: Cow<'a, Value>,
}

/// Whether a value is a stored webhook.
pub(super) fn is_stored(value: &Value) -> bool {
    topic(value).is_some()
}

pub(super) fn read(value: &Value) -> Result<Stored<'_>, Unusable> {
    let body = ["body", "payload"].into_iter().find_map(|name| value.get(name));
    let body = match body.ok_or_else(|| Unusable::missing("body"))? {
        Value::String(text) => Cow::Owned(whole(text.as_bytes())?),
        body => Cow::Borrowed(body),
    };
    Ok(Stored {
        topic: topic(value).map_or("", canonical),
        shop: named_shop(value),
        id: id(value)?,
        is_test: header(value, "shopify-test")
            .is_some_and(|test| test.eq_ignore_ascii_case("true")),
        body,
    })
}

/// The domain of the shop that a stored webhook names, if it is one and names a shop.
pub(crate) fn named_shop(value: &Value) -> Option<String> {
    topic(value)?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let named = ["shop", "shop_domain"].into_iter().filter_map(text).map(domain_of);
    let mut named = named.chain(header(value, "shopify-shop-domain").map(domain_of));
    named.find(|shop| !shop.is_empty())
}

fn topic(value: &Value) -> Option<&str> {
    let topic = value.get("topic").and_then(Value::as_str);
    topic.or_else(|| header(value, "shopify-topic"))
}

/// The id that was sent, else that of the record itself.
fn id(value: &Value) -> Result<String, Unusable> {
    if let Some(sent) = header(value, "shopify-webhook-id") {
        return short("headers", sent);
    }
    for name in ["webhook_id", "id"] {
        let Some(Ok(found)) = value.get(name).map(Text::deserialize) else { continue };
        let found = found.id().ok_or_else(|| Unusable::value(name))?;
        if !found.trim().is_empty() {
            return short(name, found);
        }
    }
    Ok(String::new())
}

fn short(field: &str, id: &str) -> Result<String, Unusable> {
    let id = id.trim();
    if id.len() > MAX_ID_LENGTH || id.chars().any(char::is_control) {
        return Err(Unusable::value(field));
    }
    Ok(id.to_owned())
}

/// A header by its name without `X-`, in any case: a text, or the first of a list.
fn header<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let is_it = |given: &str| {
        let given = given.to_ascii_lowercase();
        given.strip_prefix("x-").unwrap_or(&given) == name
    };
    let (_, found) = value.get("headers")?.as_object()?.iter().find(|(name, _)| is_it(name))?;
    let found = found.as_array().map_or(Some(found), |several| several.first());
    found?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id_of(value: &Value) -> String {
        read(value).unwrap().id
    }

    #[test]
    fn a_stored_webhook_has_the_id_that_was_sent_or_its_own() {
        let sent = json!({"X-Shopify-Webhook-Id": "w-1"});
        let all = json!({"topic": "orders/paid", "body": {}, "id": 7, "webhook_id": "w-2",
                         "headers": sent});
        assert_eq!(id_of(&all), "w-1");
        let named = json!({"topic": "orders/paid", "body": {}, "id": 7, "webhook_id": "w-2"});
        assert_eq!(id_of(&named), "w-2");
        assert_eq!(id_of(&json!({"topic": "orders/paid", "body": {}, "id": 7})), "7");
        assert_eq!(id_of(&json!({"topic": "orders/paid", "body": {}, "webhook_id": null})), "");
    }

    #[test]
    fn an_id_that_cannot_be_one_is_refused() {
        for id in [json!(7.5), json!("w".repeat(257)), json!("w\n1")] {
            let stored = json!({"topic": "orders/paid", "body": {}, "webhook_id": id});
            assert_eq!(read(&stored), Err(Unusable::value("webhook_id")), "{stored}");
        }
    }

    #[test]
    fn a_webhook_stored_with_its_headers_is_read() {
        let stored = json!({
            "headers": {"x-shopify-topic": ["ORDERS_PAID"], "Shopify-Shop-Domain": "A.example",
                        "X-Shopify-Test": "true"},
            "payload": "{\"id\": 1}",
        });
        assert!(is_stored(&stored));
        let expected = Stored {
            topic: "orders/paid",
            shop: Some("a.example".to_owned()),
            id: String::new(),
            is_test: true,
            body: Cow::Owned(json!({"id": 1})),
        };
        assert_eq!(read(&stored), Ok(expected));
        assert!(!is_stored(&json!({"headers": {}, "id": 1})));
    }
}
