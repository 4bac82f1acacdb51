//! Which reports the body of each webhook has.

use serde_json::Value;

use super::refunds::{self, Known};
use super::{bodies, orders};
use crate::feed::identities::Identities;
use crate::feed::json::{parse, whole};
use crate::feed::shop::{Order, Refund, Report, Restock, Shop, ShopSettings, Translated};
use crate::feed::unusable::Unusable;

#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// The shop's domain, which is the marketplace's name: see `shop::domain_of`.
    pub shop: &'a str,
    /// `X-WC-Webhook-Topic`.
    pub topic: &'a str,
}

/// Translates a webhook.
pub fn translate(
    webhook: Webhook<'_>,
    body: &[u8],
    settings: &ShopSettings,
    identities: &Identities,
) -> Translated {
    match whole(body) {
        Ok(body) => translate_value(webhook, &body, settings, identities),
        Err(unusable) => vec![Err(unusable)],
    }
}

/// Like [`translate`], for a body that is already parsed.
pub(super) fn translate_value(
    webhook: Webhook<'_>,
    body: &Value,
    settings: &ShopSettings,
    identities: &Identities,
) -> Translated {
    let reports = match webhook.topic {
        "order.created" | "order.updated" | "order.restored" => order(body),
        "order.deleted" => {
            vec![Err(Unusable::Ignored("a shop deletes old orders too; it undoes no sale"))]
        }
        _ => vec![Err(Unusable::UnknownType)],
    };
    let fact = format!("woocommerce:{}", webhook.topic);
    let shop = Shop { domain: webhook.shop, fact: &fact, settings, identities, is_test: false };
    shop.translate(&reports)
}

/// Translates a refund that was read by itself.
pub(super) fn translate_refund(
    shop: &str,
    body: &Value,
    settings: &ShopSettings,
    identities: &Identities,
) -> Translated {
    let refund = parse(body).and_then(|body| refunds::refund(&body, &Known::alone(settings)));
    let fact = "woocommerce:refund";
    let shop = Shop { domain: shop, fact, settings, identities, is_test: false };
    shop.translate(&[refund.map(Report::Refund)])
}

/// Everything that an order reports about itself, in the order in which it is best decided: lines,
/// payment, delivery, refunds, and then the end of the order.
fn order(value: &Value) -> Vec<Result<Report, Unusable>> {
    let body: bodies::Order = match parse(value) {
        Ok(body) => body,
        Err(unusable) => return vec![Err(unusable)],
    };
    let status = body.status.as_deref().unwrap_or_default();
    match status {
        "checkout-draft" | "auto-draft" => {
            return vec![Err(Unusable::Ignored("the checkout is not finished"))];
        }
        "trash" => {
            return vec![Err(Unusable::Ignored("an order in the trash does not say its status"))];
        }
        _ => {}
    }
    let refunds = refunds::of_order(&body);
    let order = orders::order(&body).map(|order| without_refunded(order, &refunds));
    let mut reports = vec![order.map(Box::new).map(Report::Order)];
    let one = |report: Result<Option<Report>, Unusable>| report.transpose();
    reports.extend(one(orders::payment(&body).map(|payment| payment.map(Report::Payment))));
    reports.extend(one(orders::delivery(&body).map(|delivery| delivery.map(Report::Delivery))));
    reports.extend(refunds.into_iter().map(|refund| refund.map(Report::Refund)));
    if status == "cancelled" {
        reports.push(orders::cancellation(&body).map(Report::Cancellation));
    }
    let completion = orders::completion(&body);
    reports.extend(one(completion.map(|completion| completion.map(Report::Completion))));
    reports
}

/// The order, with the units of each line that its refunds took out.
fn without_refunded(order: Order, refunds: &[Result<Refund, Unusable>]) -> Order {
    let mut order = order;
    for line in &mut order.lines {
        let refunded = refunds.iter().flatten().flat_map(|refund| &refund.lines);
        let of_line = refunded.filter(|refunded| {
            Some(&refunded.line) == line.reference.as_ref()
                && refunded.restock == Restock::Cancelled
        });
        let units = of_line.fold(0_u32, |units, of_it| units.saturating_add(of_it.quantity));
        line.refunded = units.min(line.quantity);
    }
    order
}
