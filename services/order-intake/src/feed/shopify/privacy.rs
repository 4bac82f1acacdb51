//! The webhooks about personal data that Shopify sends to every app.

use serde_json::Value;

use super::bodies::PrivacyBody;
use super::values::parse;
use crate::domain::events::PrivacyRequestKind;
use crate::feed::shop::{Buyer, PrivacyRequest};
use crate::feed::unusable::Unusable;

/// Whether a topic is about personal data. Its body is never kept, not even sealed.
pub fn is_about_privacy(topic: &str) -> bool {
    matches!(topic, "customers/redact" | "customers/data_request" | "shop/redact")
}

/// Reads a request. `report` is the webhook's id.
pub(super) fn request(topic: &str, report: &str, body: &Value) -> Result<PrivacyRequest, Unusable> {
    let body: PrivacyBody = parse(body)?;
    let kind = match topic {
        "customers/data_request" => PrivacyRequestKind::Access,
        _ => PrivacyRequestKind::Erasure,
    };
    let orders = body.orders_to_redact.or(body.orders_requested).unwrap_or_default();
    let reference = body.data_request.and_then(|request| request.id);
    Ok(PrivacyRequest {
        report: report.to_owned(),
        kind,
        buyer: (topic != "shop/redact").then(|| {
            let customer = body.customer.unwrap_or_default();
            let email = customer.email.filter(|email| !email.trim().is_empty());
            let id = customer.id.map(|id| Buyer::Customer(id.text));
            id.or(email.map(Buyer::Email)).unwrap_or(Buyer::Unknown)
        }),
        orders: orders.into_iter().map(|number| number.text).collect(),
        reference: reference.map(|id| id.text),
    })
}
