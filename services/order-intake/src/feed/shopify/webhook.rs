//! One webhook: the fact that it reports, or the two of a refund that also returns devices.

use recourse_kernel::{OrderId, Wire as _};
use serde_json::{Value, json};

use super::bodies::{Fulfillment, Order, Refund, Text};
use super::lines::{line, units, units_refunded};
use super::values::{amount, country, currency, instant, parse, whole};
use crate::domain::OrderCommand;
use crate::domain::commands::{Cancel, Deliver, Pay, Place, RefundLine, Reported, Return};
use crate::domain::rules::zones;
use crate::feed::fact::Fact;
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;
use crate::feed::values::{language_tag, marketplace_of, reason_code, short, some_text};

/// The webhook topics that are translated into commands.
pub const TOPICS: [&str; 5] =
    ["orders/create", "orders/paid", "orders/cancelled", "fulfillments/update", "refunds/create"];

#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// The shop's domain, `X-Shopify-Shop-Domain`: the marketplace's name.
    pub shop: &'a str,
    /// `X-Shopify-Topic`.
    pub topic: &'a str,
    /// `X-Shopify-Webhook-Id`; without it (an export), the id is derived from the object it is
    /// about.
    pub id: Option<&'a str>,
}

/// Translates a webhook into one fact, or two if a refund also returns devices.
pub fn translate(
    webhook: Webhook<'_>,
    body: &[u8],
    identities: &Identities,
) -> Result<Vec<Fact>, Unusable> {
    let body = whole(body)?;
    translate_value(webhook, &body, identities)
}

/// Like [`translate`], for a body that is already parsed.
pub(super) fn translate_value(
    webhook: Webhook<'_>,
    body: &Value,
    identities: &Identities,
) -> Result<Vec<Fact>, Unusable> {
    let shop = marketplace_of(webhook.shop)?;
    let reader = Reader { shop, webhook, identities };
    let facts = match webhook.topic {
        "orders/create" => vec![reader.placed(&parse(body)?)?],
        "orders/paid" => vec![reader.paid(&parse(body)?)?],
        "orders/cancelled" => vec![reader.cancelled(&parse(body)?)?],
        "fulfillments/update" => vec![reader.delivered(&parse(body)?)?],
        "refunds/create" => reader.refunded(&parse(body)?)?,
        _ => return Err(Unusable::UnknownType),
    };
    facts
        .into_iter()
        .map(|fact| Ok(Fact { content: content(webhook, &fact, body)?, ..fact }))
        .collect()
}

/// The content that must be the same when the fact is repeated. A webhook is repeated byte for
/// byte. An export of the same order changes over time (`updated_at`, tags, notes), so only the
/// command it leads to counts.
fn content(webhook: Webhook<'_>, fact: &Fact, body: &Value) -> Result<Value, Unusable> {
    if webhook.id.is_some() {
        return Ok(body.clone());
    }
    let command = fact.command.encode().map_err(|error| Unusable::Shape(error.to_string()))?;
    let command: Value =
        serde_json::from_slice(&command).map_err(|error| Unusable::shape(&error))?;
    Ok(json!({ "command": command, "contact": fact.contact }))
}

struct Reader<'a> {
    shop: String,
    webhook: Webhook<'a>,
    identities: &'a Identities,
}

impl Reader<'_> {
    fn fact(
        &self,
        thing: &str,
        part: &str,
        make: impl FnOnce(Option<Reported>) -> OrderCommand,
    ) -> Fact {
        let topic = self.webhook.topic;
        let id = match self.webhook.id {
            Some(id) => format!("{id}{part}"),
            None => format!("{topic}:{thing}{part}"),
        };
        let reported = Reported { fact: format!("shopify:{topic}"), id };
        Fact {
            marketplace: self.shop.clone(),
            command: make(Some(reported.clone())),
            reported,
            contact: None,
            content: Value::Null,
        }
    }

    /// Shopify's facts name an order by its id, so that is its number here; `#1001` is only for
    /// display.
    fn order(&self, id: Option<&Text>, field: &str) -> Result<(OrderId, String), Unusable> {
        let number = id.ok_or_else(|| Unusable::missing(field))?.0.clone();
        Ok((self.identities.order(&self.shop, &number)?, number))
    }

    fn placed(&self, body: &Order) -> Result<Fact, Unusable> {
        let (order, number) = self.order(body.id.as_ref(), "id")?;
        let currency = currency(body.currency.as_deref())?;
        let placed_at = instant([body.created_at, body.processed_at], "created_at")?;
        let address = body.place().ok_or_else(|| Unusable::missing("shipping_address"))?;
        let country = country(address)?;
        let items = body.line_items.as_deref().unwrap_or_default();
        let lines = items.iter().enumerate().map(|(at, item)| line(at + 1, item, items, currency));
        let place = Place {
            order,
            marketplace: self.shop.clone(),
            buyer: self.identities.buyer(&self.shop, &body.buyer(&number)),
            number: number.clone(),
            placed_at,
            contact: None,
            country,
            city: address.city.as_deref().map(short).filter(|city| !city.is_empty()),
            shop: body.source_name.as_deref().and_then(some_text),
            language: body.customer_locale.as_deref().and_then(language_tag),
            time_zone: None,
            lines: lines.collect::<Result<_, _>>()?,
            complete_after_days: None,
            reported: None,
        };
        let fact = self.fact(&number, "", |reported| {
            OrderCommand::Place(Box::new(Place { reported, ..place }))
        });
        Ok(Fact { contact: Some(body.contact(address)), ..fact })
    }

    fn paid(&self, body: &Order) -> Result<Fact, Unusable> {
        let (order, number) = self.order(body.id.as_ref(), "id")?;
        let paid_at = match self.webhook.id {
            // The webhook is sent when the order is paid, so its last change is the payment.
            Some(_) => instant([body.updated_at, body.processed_at], "updated_at")?,
            // In an export made later, the last change can be anything.
            None => instant([body.processed_at, body.created_at], "processed_at")?,
        };
        let currency = currency(body.currency.as_deref())?;
        let amount = amount(body.total_price_set.as_ref(), body.total_price.as_ref(), currency)
            .ok_or_else(|| Unusable::value("total_price"))?;
        Ok(self.fact(&number, "", |reported| {
            OrderCommand::Pay(Pay { order, paid_at, amount, reported })
        }))
    }

    fn cancelled(&self, body: &Order) -> Result<Fact, Unusable> {
        let (order, number) = self.order(body.id.as_ref(), "id")?;
        let cancelled_at = instant([body.cancelled_at, body.updated_at], "cancelled_at")?;
        let reason = reason_code(body.cancel_reason.as_deref());
        Ok(self.fact(&number, "", |reported| {
            OrderCommand::Cancel(Cancel { order, cancelled_at, reason, reported })
        }))
    }

    /// A shipment has many updates; the one with status `delivered` is the delivery.
    fn delivered(&self, body: &Fulfillment) -> Result<Fact, Unusable> {
        if body.shipment_status.as_deref() != Some("delivered") {
            return Err(Unusable::Ignored("the shipment is not delivered yet"));
        }
        if matches!(body.status.as_deref(), Some("cancelled" | "error" | "failure")) {
            return Err(Unusable::Ignored("the shipment was cancelled or failed"));
        }
        let (order, _) = self.order(body.order_id.as_ref(), "order_id")?;
        let shipment = body.id.as_ref().ok_or_else(|| Unusable::missing("id"))?.0.clone();
        let delivered_at = instant([body.updated_at, body.created_at], "updated_at")?;
        let zone = body.destination.as_ref().and_then(|place| {
            let region = place.province_code.as_deref();
            zones::zone_of(country(place).ok()?, region, place.city.as_deref())
        });
        let items = body.line_items.as_deref().unwrap_or_default();
        let units = units(items.iter().map(|item| (item.id.as_ref(), item.quantity)))?;
        let reference = Some(shipment.clone());
        Ok(self.fact(&shipment, "", |reported| {
            OrderCommand::Deliver(Deliver { order, delivered_at, zone, units, reference, reported })
        }))
    }

    /// A refund pays money back. If it also restocks the devices, they were returned.
    fn refunded(&self, body: &Refund) -> Result<Vec<Fact>, Unusable> {
        let (order, _) = self.order(body.order_id.as_ref(), "order_id")?;
        let refund = body.id.as_ref().ok_or_else(|| Unusable::missing("id"))?.0.clone();
        let refunded_at = instant([body.processed_at, body.created_at], "created_at")?;
        let items = body.line_items.as_deref().unwrap_or_default();
        let mut refunds = Vec::new();
        for item in items {
            refunds.extend(units_refunded(item)?);
        }
        let reference = Some(refund.clone());
        let returned = items.iter().filter(|item| item.restock_type.as_deref() == Some("return"));
        let returned = units(returned.map(|item| (item.line_item_id.as_ref(), item.quantity)))?;
        let mut facts = Vec::new();
        if !returned.are_not_named() {
            let (reason, reference) = (reason_code(Some("returned")), reference.clone());
            let reference = reference.map(|reference| format!("{reference}#return"));
            facts.push(self.fact(&refund, "#return", |reported| {
                let (units, returned_at) = (returned, refunded_at);
                OrderCommand::Return(Return {
                    order,
                    returned_at,
                    units,
                    reason,
                    reference,
                    reported,
                })
            }));
        }
        if !refunds.is_empty() {
            facts.push(self.fact(&refund, "", |reported| {
                let refund = RefundLine { order, refunds, refunded_at, reference, reported };
                OrderCommand::RefundLine(refund)
            }));
        }
        if facts.is_empty() {
            return Err(Unusable::Ignored("no line of the order is refunded"));
        }
        Ok(facts)
    }
}
