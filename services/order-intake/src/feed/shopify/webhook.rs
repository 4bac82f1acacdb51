//! Which reports the body of each webhook has.

use serde_json::Value;

use super::bodies::{self, Unsaid};
use super::privacy::{self, is_about_privacy};
use super::queried::noted;
use super::values::{instant, parse, whole};
use super::{orders, refunds, shipments};
use crate::feed::identities::Identities;
use crate::feed::shop::{Report, Shop, ShopSettings, TestOrders, Translated};
use crate::feed::unusable::Unusable;

#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// The shop's domain, which is the marketplace's name: see [`domain_of`](super::domain_of).
    pub shop: &'a str,
    /// `X-Shopify-Topic`.
    pub topic: &'a str,
    /// Whether it is a test, `X-Shopify-Test`.
    pub is_test: bool,
    /// `X-Shopify-Webhook-Id`; empty for a body that was not sent as a webhook.
    pub id: &'a str,
}

/// Translates a webhook.
pub fn translate(
    webhook: Webhook<'_>,
    body: &[u8],
    settings: &ShopSettings,
    identities: &Identities,
) -> Translated {
    match whole(body) {
        Ok(body) => translate_value(webhook, &body, Source::Webhook, settings, identities),
        Err(unusable) => vec![Err(unusable)],
    }
}

/// Where a body comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It was sent because something happened just now.
    Webhook,
    /// It was exported at some later time.
    Export,
}

/// Like [`translate`], for a body that is already parsed.
pub(super) fn translate_value(
    webhook: Webhook<'_>,
    body: &Value,
    source: Source,
    settings: &ShopSettings,
    identities: &Identities,
) -> Translated {
    if webhook.is_test && settings.test_orders == TestOrders::Ignore {
        return vec![Err(Unusable::Ignored("a test webhook"))];
    }
    let fact = format!("shopify:{}", webhook.topic);
    let is_order = webhook.topic.starts_with("orders/");
    let is_test = webhook.is_test || (is_order && body.get("test") == Some(&Value::Bool(true)));
    let shop = Shop { domain: webhook.shop, fact: &fact, settings, identities, is_test };
    shop.translate(&reports(webhook, body, source))
}

type Reports = Vec<Result<Report, Unusable>>;

fn reports(webhook: Webhook<'_>, body: &Value, source: Source) -> Reports {
    let one = match webhook.topic {
        "orders/create"
        | "orders/updated"
        | "orders/paid"
        | "orders/partially_fulfilled"
        | "orders/fulfilled"
        | "orders/cancelled" => return order(webhook.topic, body, source),
        "orders/edited" => {
            Err(Unusable::Ignored("an edit names only ids; `orders/updated` has the lines"))
        }
        "fulfillments/create" | "fulfillments/update" => {
            return match parse(body) {
                Ok(body) => shipments::shipment(&body, false),
                Err(unusable) => vec![Err(unusable)],
            };
        }
        "fulfillment_events/create" => parse(body).and_then(|body| shipments::event(&body)),
        "refunds/create" => parse(body).and_then(|body| refunds::refund(&body)).map(Report::Refund),
        "order_transactions/create" => parse(body).and_then(|body| refunds::transaction(&body)),
        topic if is_about_privacy(topic) => {
            privacy::request(topic, webhook.id, body).map(Report::Privacy)
        }
        "orders/risk_assessment_changed" | "orders/shopify_protect_eligibility_changed" => {
            Err(Unusable::Ignored("it does not concern warranties"))
        }
        _ => Err(Unusable::UnknownType),
    };
    vec![one]
}

/// Everything that an order reports about itself, in the order in which it is best decided: lines,
/// payment, shipments, refunds, and then the end of the order.
fn order(topic: &str, value: &Value, source: Source) -> Reports {
    let mut body: bodies::Order = match parse(value) {
        Ok(body) => body,
        Err(unusable) => return vec![Err(unusable)],
    };
    body.unsaid.get_or_insert(unsaid(value));
    // What an answer of GraphQL lacks is noted in it.
    if body.was_refunded() && body.refunds.is_none() && noted(value).is_ok() {
        return vec![Err(Unusable::missing("refunds"))];
    }
    let embedded_refunds = body.refunds.as_deref().unwrap_or_default();
    let refunded = match refunds::units_by_line(embedded_refunds) {
        Ok(refunded) => refunded,
        Err(unusable) => return vec![Err(unusable)],
    };
    let by_refund = |line: &str| refunded.get(line).copied().unwrap_or(0);
    let mut reports = vec![orders::order(&body, &by_refund).map(Box::new).map(Report::Order)];
    reports.extend(noted(value).err().map(Err));
    if topic == "orders/paid" || (source == Source::Export && body.was_paid()) {
        let is_news = source == Source::Webhook;
        reports.push(orders::payment(&body, is_news).map(Report::Payment));
    }
    reports.extend(embedded_shipments(&body));
    for refund in embedded_refunds {
        reports.push(embedded(&body, refund).and_then(|refund| {
            parse(&refund).and_then(|refund| refunds::refund(&refund)).map(Report::Refund)
        }));
    }
    if topic == "orders/cancelled" || body.cancelled_at.is_some() {
        reports.push(orders::cancellation(&body).map(Report::Cancellation));
    }
    if let Some(completion) = orders::completion(&body).transpose() {
        reports.push(completion.map(Report::Completion));
    }
    reports
}

/// A body may have only some fields (`?fields=` in the REST API).
fn unsaid(order: &Value) -> Unsaid {
    let has_any = |paths: &[&str]| paths.iter().any(|path| order.pointer(path).is_some());
    let says_contact = has_any(&["/email", "/contact_email", "/customer/email"])
        && has_any(&["/shipping_address", "/billing_address"]);
    Unsaid { contact: !says_contact, place: false }
}

fn embedded_shipments(order: &bodies::Order) -> Reports {
    let all = order.fulfillments.as_deref().unwrap_or_default().iter();
    let parsed = |one| parse::<bodies::Fulfillment>(&embedded(order, one)?);
    let all: Vec<Result<_, Unusable>> = all.map(parsed).collect();
    let sent = all.iter().filter(|one| !one.as_ref().is_ok_and(shipments::is_off)).count();
    // The only shipment of an order that is sent completely contains all of it.
    let is_whole = sent == 1 && order.fulfillment_status.as_deref() == Some("fulfilled");
    let placed_at = || instant([order.created_at, order.processed_at], "created_at");
    let reports = all.into_iter().flat_map(|one| match one {
        Err(unusable) => vec![Err(unusable)],
        Ok(shipment) if !order.is_of_a_counter() => shipments::shipment(&shipment, is_whole),
        Ok(shipment) => match placed_at() {
            Ok(placed_at) => shipments::handed_over(&shipment, placed_at, is_whole),
            Err(unusable) => vec![Err(unusable)],
        },
    });
    reports.collect()
}

/// A part of an order's body belongs to the order, even if it does not repeat its id.
fn embedded(order: &bodies::Order, part: &Value) -> Result<Value, Unusable> {
    noted(part)?;
    let mut part = part.clone();
    let Some(fields) = part.as_object_mut() else {
        return Err(Unusable::value("fulfillments"));
    };
    if let (None | Some(Value::Null), Some(id)) = (fields.get("order_id"), &order.id) {
        fields.insert("order_id".to_owned(), Value::from(id.text.clone()));
    }
    Ok(part)
}
