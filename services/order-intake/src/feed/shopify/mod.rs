//! Shopify's webhooks, and orders exported from Shopify, of every API version from 2025-01 on.
//!
//! Only what is needed is read, and read tolerantly: a field that is missing, null or of another release
//! does no harm unless nothing can be said without it. How a shop names a warranty on a line is told in
//! [`warranty`].

mod bodies;
mod export;
mod warranty;

use recourse_kernel::{Currency, Instant, Money, OrderId, Wire as _};
use recourse_terms::Country;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::amounts::decimal;
use super::native::sensible;
use super::{Fact, Identities, Unusable, marketplace_of, reason_code, short};
use crate::domain::commands::{
    Cancel, Deliver, LineUnits, Pay, Place, RefundLine, Reported, Return, Units, UnitsRefunded,
};
use crate::domain::events::OrderLine;
use crate::domain::{OrderCommand, locations};
use bodies::{Address, Fulfillment, LineItem, MoneySet, Order, Refund, RefundLineItem, Text};

pub use export::{Exported, exported, exported_bytes};

/// The topics that lead to something here.
pub const TOPICS: [&str; 5] =
    ["orders/create", "orders/paid", "orders/cancelled", "fulfillments/update", "refunds/create"];

/// One webhook.
#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// The shop's domain, `X-Shopify-Shop-Domain`: the marketplace's name.
    pub shop: &'a str,
    /// `X-Shopify-Topic`.
    pub topic: &'a str,
    /// `X-Shopify-Webhook-Id`; without one (an export), the id derives from the thing it is about.
    pub id: Option<&'a str>,
}

/// What a webhook means: one fact, or two where a refund also takes devices back.
pub fn translate(
    webhook: Webhook<'_>,
    body: &[u8],
    identities: &Identities,
) -> Result<Vec<Fact>, Unusable> {
    let body = whole(body)?;
    translate_value(webhook, &body, identities)
}

/// A body that is one JSON value, and says nothing twice.
fn whole(body: &[u8]) -> Result<Value, Unusable> {
    recourse_kernel::json::check(body).map_err(|error| Unusable::shape(&error))?;
    serde_json::from_slice(body).map_err(|error| Unusable::shape(&error))
}

/// As [`translate`], of a body that was read before.
pub fn translate_value(
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

/// What has to be the same when it comes again. A webhook is sent again byte for byte. An export says of the same
/// order more every day (`updated_at`, tags, notes): of it only what it leads to counts.
fn content(webhook: Webhook<'_>, fact: &Fact, body: &Value) -> Result<Value, Unusable> {
    if webhook.id.is_some() {
        return Ok(body.clone());
    }
    let command = fact.command.encode().map_err(|error| Unusable::Shape(error.to_string()))?;
    let command: Value =
        serde_json::from_slice(&command).map_err(|error| Unusable::shape(&error))?;
    Ok(json!({ "command": command, "contact": fact.contact }))
}

fn parse<T: DeserializeOwned>(body: &Value) -> Result<T, Unusable> {
    T::deserialize(body).map_err(|error| Unusable::shape(&error))
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

    /// Shopify's facts name an order by its id, so that is its number here; `#1001` is only for people.
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
            lines: lines.collect::<Result<_, _>>()?,
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
            // It is sent when the order is paid, which is its last change.
            Some(_) => instant([body.updated_at, body.processed_at], "updated_at")?,
            // Of an export made later the last change is anything.
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

    /// A shipment's updates are many; the one that says `delivered` is the fact.
    fn delivered(&self, body: &Fulfillment) -> Result<Fact, Unusable> {
        if body.shipment_status.as_deref() != Some("delivered") {
            return Err(Unusable::NoConcern("the shipment is not delivered"));
        }
        if matches!(body.status.as_deref(), Some("cancelled" | "error" | "failure")) {
            return Err(Unusable::NoConcern("the shipment was called off"));
        }
        let (order, _) = self.order(body.order_id.as_ref(), "order_id")?;
        let shipment = body.id.as_ref().ok_or_else(|| Unusable::missing("id"))?.0.clone();
        let delivered_at = instant([body.updated_at, body.created_at], "updated_at")?;
        let zone = body.destination.as_ref().and_then(|place| {
            let region = place.province_code.as_deref();
            locations::zone_of(country(place).ok()?, region, place.city.as_deref())
        });
        let items = body.line_items.as_deref().unwrap_or_default();
        let units = units(items.iter().map(|item| (item.id.as_ref(), item.quantity)))?;
        let reference = Some(shipment.clone());
        Ok(self.fact(&shipment, "", |reported| {
            OrderCommand::Deliver(Deliver { order, delivered_at, zone, units, reference, reported })
        }))
    }

    /// A refund gives money back; where it also takes the devices back into stock, they were returned.
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
            return Err(Unusable::NoConcern("no line of the order is refunded"));
        }
        Ok(facts)
    }
}

/// A line of an order. What was paid for a unit is its price less all discounts that fell on the line.
fn line(
    number: usize,
    item: &LineItem,
    items: &[LineItem],
    currency: Currency,
) -> Result<OrderLine, Unusable> {
    let field = |name: &str| format!("line_items[{}].{name}", number - 1);
    let quantity = item.quantity.filter(|quantity| *quantity > 0);
    let quantity = quantity.ok_or_else(|| Unusable::value(&field("quantity")))?;
    let bad_price = || Unusable::value(&field("price"));
    let price = amount(item.price_set.as_ref(), item.price.as_ref(), currency);
    let price = price.ok_or_else(bad_price)?;
    let discounts = item.discount_allocations.as_deref().unwrap_or_default().iter();
    let discounts =
        discounts.map(|part| amount(part.amount_set.as_ref(), part.amount.as_ref(), currency));
    let gross = price.amount.checked_mul(i64::from(quantity)).ok_or_else(bad_price)?;
    let net = discounts
        .into_iter()
        .try_fold(gross, |rest, discount| Some(rest.checked_sub(discount?.amount)?.max(0)));
    let net =
        Money::new(net.ok_or_else(|| Unusable::value(&field("discount_allocations")))?, currency);
    let unit_price = net.share(1, quantity).map_err(|_| bad_price())?;
    let warranty = warranty::bought(number, item, items, currency)?;
    let device = warranty::device(item, warranty.is_some());
    Ok(OrderLine {
        line: u32::try_from(number).map_err(|_| Unusable::value("line_items"))?,
        title: short(item.title.as_deref().or(item.name.as_deref()).unwrap_or_default()),
        quantity,
        unit_price,
        device,
        warranty,
        reference: item.id.as_ref().map(|id| id.0.clone()),
    })
}

/// The units of one refunded line, with the amount for each; nothing where no money went back.
fn units_refunded(item: &RefundLineItem) -> Result<Option<UnitsRefunded>, Unusable> {
    let field = "refund_line_items";
    let quantity = item.quantity.unwrap_or(0);
    if quantity == 0 {
        return Ok(None);
    }
    let set = item.subtotal_set.as_ref().and_then(|set| set.shop_money.as_ref());
    let code = set.and_then(|money| money.currency_code.as_deref());
    let currency = currency(code)?;
    let whole = amount(item.subtotal_set.as_ref(), item.subtotal.as_ref(), currency);
    let whole = whole.ok_or_else(|| Unusable::value(&format!("{field}.subtotal")))?;
    if whole.amount <= 0 {
        return Ok(None);
    }
    let amount = whole.share(1, quantity).map_err(|_| Unusable::value(field))?;
    let units = units(std::iter::once((item.line_item_id.as_ref(), Some(quantity))))?;
    Ok(Some(UnitsRefunded { units, amount }))
}

/// Units by the shop's ids of lines; lines without units are left out.
fn units<'a>(
    items: impl Iterator<Item = (Option<&'a Text>, Option<u32>)>,
) -> Result<Units, Unusable> {
    let mut units = Units::default();
    for (id, quantity) in items {
        let quantity = quantity.unwrap_or(0);
        if quantity > 0 {
            let reference = id.ok_or_else(|| Unusable::missing("line_items.id"))?.0.clone();
            units.lines.push(LineUnits { reference, quantity });
        }
    }
    Ok(units)
}

/// An amount in the shop's currency: from the set, where there is one, else from the plain field.
fn amount(set: Option<&MoneySet>, plain: Option<&Text>, currency: Currency) -> Option<Money> {
    let shop_money = set.and_then(|set| set.shop_money.as_ref());
    let same = |money: &&bodies::ShopMoney| {
        money.currency_code.as_deref().is_none_or(|code| code == currency.code())
    };
    let text = match shop_money.filter(same).and_then(|money| money.amount.as_ref()) {
        Some(text) => text,
        None => plain?,
    };
    decimal(&text.0, currency)
}

fn currency(code: Option<&str>) -> Result<Currency, Unusable> {
    let code = code.ok_or_else(|| Unusable::missing("currency"))?;
    code.parse().map_err(|_| Unusable::value("currency"))
}

fn country(address: &Address) -> Result<Country, Unusable> {
    let code = address.country_code.as_deref().ok_or_else(|| Unusable::missing("country_code"))?;
    code.trim().to_uppercase().parse().map_err(|_| Unusable::value("country_code"))
}

/// The first of these moments that is told.
fn instant(instants: [Option<Instant>; 2], field: &str) -> Result<Instant, Unusable> {
    let instant = instants.into_iter().flatten().next();
    sensible(instant.ok_or_else(|| Unusable::missing(field))?)
}

#[cfg(test)]
mod tests;
