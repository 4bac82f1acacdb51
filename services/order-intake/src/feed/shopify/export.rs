//! Orders exported from Shopify: bodies without the headers of their webhook, or with some of them.
//!
//! | value in the file | meaning |
//! | --- | --- |
//! | `{"topic": …, "shop"?: …, "webhook_id"?: …, "body": …}` | a stored webhook, see `stored` |
//! | `{"orders": […]}`, `{"order": {…}}`, … | an answer of the REST API: each of its records |
//! | `{"data": {"orders": {"edges": […]}}}`, … | an answer of the GraphQL API: each of its nodes |
//! | `{"id": "gid://shopify/Order/1", …}` | a node of it, or an order of a bulk operation |
//! | an order | everything it reports: placed, paid, cancelled, its shipments and refunds |
//! | a fulfillment, a refund, a transaction, a request about personal data | that one fact |

use std::slice;

use serde_json::{Map, Value};

use super::privacy::is_about_privacy;
use super::queried::in_the_query;
use super::values::{domain_of, whole};
use super::webhook::{Source, Webhook, translate_value};
use super::{bulk, graphql, pages, stored};
use crate::feed::identities::Identities;
use crate::feed::shop::{ShopSettings, Shops, Translated};
use crate::feed::unusable::Unusable;
use crate::feed::values::some_text;

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
    pub fn translate_value(&self, value: Value) -> Translated {
        let mut out = Vec::new();
        self.read(value, &mut out);
        out
    }

    fn read(&self, value: Value, out: &mut Translated) {
        if !pages::is_record(&value) {
            for record in pages::records(value) {
                self.read(record, out);
            }
            return;
        }
        if stored::is_stored(&value) {
            out.extend(self.stored_webhook(&value));
            return;
        }
        let is_of_graphql = graphql::type_of(&value).is_some();
        match body(value, self.shops.of(self.shop)) {
            Ok((topic, body)) => {
                let named = shop_of_request(topic, &body);
                let shop = named.as_deref().unwrap_or(self.shop);
                let webhook = Webhook { shop, topic, is_test: false, id: "" };
                let read = self.as_webhook(webhook, &body, Source::Export).into_iter();
                out.extend(read.map(|one| match one {
                    Err(reason) if is_of_graphql => Err(in_the_query(reason)),
                    one => one,
                }));
            }
            Err(unusable) => out.push(Err(unusable)),
        }
    }

    fn stored_webhook(&self, value: &Value) -> Translated {
        match stored::read(value) {
            Ok(stored::Stored { topic, shop, id, is_test, body }) => {
                let named = shop.or_else(|| shop_of_request(topic, &body));
                let shop = named.as_deref().unwrap_or(self.shop);
                let webhook = Webhook { shop, topic, is_test, id: &id };
                self.as_webhook(webhook, &body, Source::Webhook)
            }
            Err(unusable) => vec![Err(unusable)],
        }
    }

    fn as_webhook(&self, webhook: Webhook<'_>, body: &Value, source: Source) -> Translated {
        let settings = self.shops.of(webhook.shop);
        translate_value(webhook, body, source, settings, self.identities)
    }
}

/// The shop that a request about personal data names.
fn shop_of_request(topic: &str, body: &Value) -> Option<String> {
    let shop = body.get("shop_domain")?.as_str().map(domain_of)?;
    Some(shop).filter(|shop| is_about_privacy(topic) && !shop.is_empty())
}

/// The topic and the body of the webhook that would say the same as this record.
fn body(record: Value, settings: &ShopSettings) -> Result<(&'static str, Value), Unusable> {
    if bulk::is_child(&record) {
        return Err(Unusable::incomplete(
            "it is part of an object that is not before it; run the bulk operation with \
             `groupObjects: true`",
        ));
    }
    not_missing(&record)?;
    if graphql::type_of(&record).is_some() {
        return graphql::as_webhook(&record, settings)?.ok_or(Unusable::UnknownType);
    }
    let has = |field: &str| record.get(field).is_some();
    let topic = if has("refund_line_items") {
        "refunds/create"
    } else if has("fulfillment_id") {
        "fulfillment_events/create"
    } else if has("kind") && has("amount") {
        "order_transactions/create"
    } else if has("order_id") {
        "fulfillments/update"
    } else if has("line_items") {
        "orders/updated"
    } else if has("orders_to_redact") {
        "customers/redact"
    } else if has("orders_requested") || has("data_request") {
        "customers/data_request"
    } else {
        return Err(Unusable::UnknownType);
    };
    Ok((topic, record))
}

/// What an answer lacks, or says of an error, is no record that can be used.
fn not_missing(record: &Value) -> Result<(), Unusable> {
    let errors = record.get("errors").filter(|errors| !errors.is_null());
    let errors =
        errors.map(|errors| errors.as_array().map_or(slice::from_ref(errors), Vec::as_slice));
    if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
        let mut said = errors.iter().filter_map(|error| error.get("message").or(Some(error)));
        let said = said.find_map(Value::as_str).and_then(some_text);
        return Err(match said {
            Some(said) => Unusable::Incomplete(
                format!("the API says of it: {said}; correct the query, and export it again")
                    .into(),
            ),
            None => Unusable::incomplete("it is an error of the API; export it again"),
        });
    }
    let is_nothing =
        |object: &Map<String, Value>| !object.is_empty() && object.values().all(Value::is_null);
    if record.is_null() || record.as_object().is_some_and(is_nothing) {
        return Err(Unusable::incomplete(
            "the answer has nothing here: no such record exists, or the app may not read it",
        ));
    }
    if record.get("id").is_none() && record.get("pageInfo").is_some() {
        return Err(Unusable::incomplete(
            "the answer has a further page: query it with `after`, and import it too",
        ));
    }
    Ok(())
}
