//! The webhooks about personal data that Shopify sends to every app.

use serde_json::Value;

use super::bodies::PrivacyBody;
use super::topics::canonical;
use super::values::{id, needed, parse, whole};
use crate::domain::events::PrivacyRequestKind;
use crate::feed::shop::{Buyer, PrivacyRequest};
use crate::feed::unusable::Unusable;

/// The topics about personal data.
const TOPICS: [&str; 3] = ["customers/redact", "customers/data_request", "shop/redact"];
/// The fields that only their bodies have.
const FIELDS: [&str; 3] = ["orders_to_redact", "orders_requested", "data_request"];
/// The longest text that is looked through for a topic, in bytes.
const MAX_TOPIC_LENGTH: usize = 128;

/// Whether a topic is about personal data. Its body is never kept, not even sealed.
pub fn is_about_privacy(topic: &str) -> bool {
    TOPICS.contains(&canonical(topic))
}

/// Whether a record that cannot be used is a request about personal data, however it was stored: it
/// has the topic or the fields of one anywhere. A record that cannot even be parsed may be one if
/// it has their words.
pub fn may_be_about_privacy(record: &[u8]) -> bool {
    whole(record).map_or_else(|_| has_the_words(record), |value| is_a_request(&value))
}

fn is_a_request(value: &Value) -> bool {
    match value {
        Value::String(text) => names_a_topic(text) || may_be_a_body(text),
        Value::Array(values) => values.iter().any(is_a_request),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| FIELDS.contains(&&**name) || is_a_request(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Also with something before it, such as the name of a queue.
fn names_a_topic(text: &str) -> bool {
    let has = |text: &str| TOPICS.iter().any(|topic| text.contains(&topic.replace('/', "_")));
    text.len() <= MAX_TOPIC_LENGTH && has(&text.to_lowercase().replace('/', "_"))
}

/// A body that was stored as a text.
fn may_be_a_body(text: &str) -> bool {
    text.trim_start().starts_with('{') && may_be_about_privacy(text.as_bytes())
}

fn has_the_words(record: &[u8]) -> bool {
    let record = record.to_ascii_lowercase();
    let has = |word: &[u8]| record.windows(word.len()).any(|part| part == word);
    has(b"redact") || has(b"data_request") || has(b"orders_requested")
}

/// Reads a request. `report` is the webhook's id.
pub(super) fn request(topic: &str, report: &str, body: &Value) -> Result<PrivacyRequest, Unusable> {
    let body: PrivacyBody = parse(body)?;
    let kind = match topic {
        "customers/data_request" => PrivacyRequestKind::Access,
        _ => PrivacyRequestKind::Erasure,
    };
    let orders = body.orders_to_redact.or(body.orders_requested).unwrap_or_default();
    let orders = orders.iter().map(|number| needed(Some(number), "orders"));
    let reference = body.data_request.and_then(|request| request.id);
    let customer = body.customer.unwrap_or_default();
    let number = id(customer.id.as_ref(), "customer.id")?.map(Buyer::Customer);
    let email = customer.email.filter(|email| !email.trim().is_empty()).map(Buyer::Email);
    Ok(PrivacyRequest {
        report: report.to_owned(),
        kind,
        buyer: (topic != "shop/redact").then(|| number.or(email).unwrap_or(Buyer::Unknown)),
        orders: orders.collect::<Result<_, _>>()?,
        reference: id(reference.as_ref(), "data_request.id")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_noticed_however_it_was_stored() {
        let body = json!({"customer": {"email": "pat@example.com"}, "orders_to_redact": []});
        for record in [
            json!({"topic": "customers/redact", "body": "none"}),
            json!({"topic": "CUSTOMERS_DATA_REQUEST", "payload": [1]}),
            json!({"headers": {"X-Shopify-Topic": ["shop/redact"]}, "body": {}}),
            json!({"queue": "shopify:customers/redact", "message": {"customer": 7}}),
            json!({"webhooks": [{"topic": "orders/paid"}, {"topic": "customers/redact"}]}),
            json!({"event": "gdpr", "body": body.to_string()}),
            body,
        ] {
            assert!(may_be_about_privacy(record.to_string().as_bytes()), "{record}");
        }
        for record in [
            r#"{"topic": "customers\/redact", "body": {"email": "pat@exa"#,
            r#"{"orders_to_redact": [1], "orders_to_redact": [2]}"#,
            r#"{"topic": "customers\u002fredact", "body": 1}"#,
            "{'topic': 'customers/data_request'}",
        ] {
            assert!(may_be_about_privacy(record.as_bytes()), "{record}");
        }
    }

    #[test]
    fn an_order_is_none() {
        let order = json!({"id": 1, "note": "please redact the price", "line_items": []});
        for record in
            [order.to_string(), json!({"topic": "orders/paid", "body": order}).to_string()]
        {
            assert!(!may_be_about_privacy(record.as_bytes()), "{record}");
        }
        assert!(!may_be_about_privacy(b"{ no fact"));
    }
}
