//! The project's own feed, `marketplace.orders.v1`: `CloudEvents` 1.0 in binary or structured mode,
//! with the marketplace's name as `source`. This is a stable format that marketplaces write.

use chrono_tz::Tz;
use recourse_kernel::record::{Header, header};
use recourse_kernel::{DeviceId, Instant, Money, OrderId, json};
use recourse_terms::{Country, DeviceKind, Serial};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Contact, Fact, Identities, Unusable, marketplace_of, reason_code, short};
use crate::domain::OrderCommand;
use crate::domain::commands::{
    Cancel, Complete, ConfirmReceipt, CorrectDelivery, Deliver, Pay, Place, RefundLine, Reported,
    Return, Units, UnitsRefunded,
};
use crate::domain::events::{OrderLine, WarrantyBought};

/// The prefix of every event type of this feed.
const PREFIX: &str = "marketplace.order.";
/// What follows the prefix.
const KINDS: [&str; 9] = [
    "placed",
    "paid",
    "cancelled",
    "delivered",
    "delivery_corrected",
    "receipt_confirmed",
    "completed",
    "returned",
    "line_refunded",
];

/// The attributes of an event in either mode.
struct Attributes {
    id: String,
    source: String,
    kind: String,
    time: Option<Instant>,
}

/// An event in structured mode.
#[derive(Deserialize)]
struct Structured<'a> {
    specversion: Option<String>,
    id: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    time: Option<Instant>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Translates a record of the feed.
///
/// A record with a `ce_type` or `ce_specversion` header is in binary mode; any other is read as
/// structured.
pub fn translate(
    headers: &[Header],
    value: &[u8],
    identities: &Identities,
) -> Result<Fact, Unusable> {
    if header(headers, "ce_type").is_some() || header(headers, "ce_specversion").is_some() {
        let attribute = |name: &str, missing| {
            let text = header(headers, name).filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or(Unusable::NotCloudEvent(missing))
        };
        let time = header(headers, "ce_time").map(str::parse).transpose();
        let attributes = Attributes {
            id: attribute("ce_id", "id")?,
            source: attribute("ce_source", "source")?,
            kind: attribute("ce_type", "type")?,
            time: time.map_err(|_| Unusable::value("time"))?,
        };
        return fact(attributes, value, identities);
    }
    let event: Structured<'_> =
        serde_json::from_slice(value).map_err(|error| Unusable::shape(&error))?;
    let required = |text: Option<String>, name| {
        text.filter(|text| !text.is_empty()).ok_or(Unusable::NotCloudEvent(name))
    };
    required(event.specversion, "specversion")?;
    let attributes = Attributes {
        id: required(event.id, "id")?,
        source: required(event.source, "source")?,
        kind: required(event.kind, "type")?,
        time: event.time,
    };
    let data = event.data.ok_or(Unusable::NotCloudEvent("data"))?;
    fact(attributes, data.get().as_bytes(), identities)
}

fn fact(about: Attributes, data: &[u8], identities: &Identities) -> Result<Fact, Unusable> {
    if about.id.len() > 256 {
        return Err(Unusable::value("id"));
    }
    let kind = about.kind.strip_prefix(PREFIX).ok_or(Unusable::UnknownType)?;
    let kind = kind.strip_suffix(".v1").unwrap_or(kind);
    if !KINDS.contains(&kind) {
        return Err(Unusable::UnknownType);
    }
    let marketplace = marketplace_of(&about.source)?;
    json::check(data).map_err(|error| Unusable::shape(&error))?;
    let content: Value = serde_json::from_slice(data).map_err(|error| Unusable::shape(&error))?;
    let reader = Reader { about, marketplace, data, identities };
    let (command, contact) = reader.read()?;
    let reported = reader.reported();
    Ok(Fact { marketplace: reader.marketplace, reported, command, contact, content })
}

/// How many serials of one line are kept.
const MOST_SERIALS: usize = 100;

struct Reader<'a> {
    about: Attributes,
    marketplace: String,
    data: &'a [u8],
    identities: &'a Identities,
}

/// What most facts have: the order's number and the time, as a specific field or as `at`.
#[derive(Deserialize)]
struct Happened {
    #[serde(deserialize_with = "text_or_number")]
    order: String,
    #[serde(
        alias = "placed_at",
        alias = "paid_at",
        alias = "cancelled_at",
        alias = "delivered_at",
        alias = "confirmed_at",
        alias = "completed_at",
        alias = "returned_at",
        alias = "refunded_at"
    )]
    at: Option<Instant>,
}

#[derive(Deserialize)]
struct Placed {
    #[serde(deserialize_with = "text_or_number")]
    buyer: String,
    contact: Option<Contact>,
    country: Country,
    city: Option<String>,
    shop: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "line")]
    number: Option<u32>,
    title: String,
    quantity: u32,
    unit_price: Money,
    device: Option<DeviceKind>,
    warranty: Option<WarrantyBought>,
    seller: Option<String>,
    #[serde(default)]
    serials: Vec<String>,
    reference: Option<String>,
}

#[derive(Deserialize)]
struct Paid {
    amount: Money,
}

#[derive(Deserialize)]
struct WithReason {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Delivered {
    zone: Option<Tz>,
    reference: Option<String>,
}

/// Units by device id, or by line and unit only: `"1.2"`.
#[derive(Deserialize)]
struct Devices {
    devices: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Refunded {
    amount: Money,
    reference: Option<String>,
}

impl Reader<'_> {
    fn reported(&self) -> Reported {
        Reported { fact: self.about.kind.clone(), id: self.about.id.clone() }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Unusable> {
        serde_json::from_slice(self.data).map_err(|error| Unusable::shape(&error))
    }

    fn read(&self) -> Result<(OrderCommand, Option<Contact>), Unusable> {
        let kind = self.about.kind.strip_prefix(PREFIX).ok_or(Unusable::UnknownType)?;
        let kind = kind.strip_suffix(".v1").unwrap_or(kind);
        let Happened { order: number, at } = self.parse()?;
        let order = self.identities.order(&self.marketplace, &number)?;
        let at = sensible(at.or(self.about.time).ok_or_else(|| Unusable::missing("at"))?)?;
        let reported = Some(self.reported());
        let command = match kind {
            "placed" => return self.placed(order, number, at),
            "paid" => {
                let Paid { amount } = self.parse()?;
                OrderCommand::Pay(Pay { order, paid_at: at, amount, reported })
            }
            "cancelled" => {
                let reason = self.reason()?;
                OrderCommand::Cancel(Cancel { order, cancelled_at: at, reason, reported })
            }
            "delivered" => {
                let Delivered { zone, reference } = self.parse()?;
                let units = self.units(order)?;
                OrderCommand::Deliver(Deliver {
                    order,
                    delivered_at: at,
                    zone,
                    units,
                    reference,
                    reported,
                })
            }
            "delivery_corrected" => {
                let Delivered { zone, .. } = self.parse()?;
                let units = self.units(order)?;
                OrderCommand::CorrectDelivery(CorrectDelivery {
                    order,
                    delivered_at: at,
                    zone,
                    units,
                    reported,
                })
            }
            "receipt_confirmed" => {
                OrderCommand::ConfirmReceipt(ConfirmReceipt { order, confirmed_at: at, reported })
            }
            "completed" => OrderCommand::Complete(Complete { order, completed_at: at, reported }),
            "returned" => OrderCommand::Return(Return {
                order,
                returned_at: at,
                units: self.units(order)?,
                reason: self.reason()?,
                reference: None,
                reported,
            }),
            "line_refunded" => {
                let Refunded { amount, reference } = self.parse()?;
                let refunds = vec![UnitsRefunded { units: self.units(order)?, amount }];
                OrderCommand::RefundLine(RefundLine {
                    order,
                    refunds,
                    refunded_at: at,
                    reference,
                    reported,
                })
            }
            _ => return Err(Unusable::UnknownType),
        };
        Ok((command, None))
    }

    fn placed(
        &self,
        order: OrderId,
        number: String,
        placed_at: Instant,
    ) -> Result<(OrderCommand, Option<Contact>), Unusable> {
        let Placed { buyer, contact, country, city, shop, language, time_zone, lines } =
            self.parse()?;
        let lines = lines.into_iter().zip(1..).map(|(line, number)| OrderLine {
            line: line.number.unwrap_or(number),
            title: short(&line.title),
            quantity: line.quantity,
            unit_price: line.unit_price,
            device: line.device.map(|device| DeviceKind {
                brand: short(&device.brand),
                model: short(&device.model),
                ..device
            }),
            warranty: line.warranty,
            seller: line.seller.as_deref().and_then(some_text),
            serials: serials(&line.serials, line.quantity),
            reference: line.reference,
        });
        let place = Place {
            order,
            marketplace: self.marketplace.clone(),
            number,
            placed_at,
            buyer: self.identities.buyer(&self.marketplace, &buyer),
            contact: None,
            country,
            city: city.as_deref().map(short).filter(|city| !city.is_empty()),
            shop: shop.as_deref().and_then(some_text),
            language: language.as_deref().and_then(language_tag),
            // An order is not refused for a time zone that is only for display.
            time_zone: time_zone.and_then(|zone| zone.parse().ok()),
            lines: lines.collect(),
            reported: Some(self.reported()),
        };
        Ok((OrderCommand::Place(Box::new(place)), contact))
    }

    fn reason(&self) -> Result<String, Unusable> {
        let WithReason { reason } = self.parse()?;
        Ok(reason_code(reason.as_deref()))
    }

    fn units(&self, order: OrderId) -> Result<Units, Unusable> {
        let Devices { devices } = self.parse()?;
        let devices = devices.unwrap_or_default();
        let unit = |text: &String| unit(order, text).ok_or_else(|| Unusable::value("devices"));
        Ok(Units {
            devices: devices.iter().map(unit).collect::<Result<_, _>>()?,
            lines: Vec::new(),
        })
    }
}

/// A short text; none if it is empty.
pub(super) fn some_text(text: &str) -> Option<String> {
    Some(short(text)).filter(|text| !text.is_empty())
}

/// A language tag in the form of BCP 47, such as `de-AT`; none for any other text.
pub(super) fn language_tag(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-");
    let fits = (2..=35).contains(&tag.len())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    fits.then_some(tag)
}

/// The serials of the units that were sent. An invalid serial is omitted: the order is valid
/// without it.
fn serials(given: &[String], quantity: u32) -> Vec<Serial> {
    let most = usize::try_from(quantity).unwrap_or(usize::MAX).min(MOST_SERIALS);
    given.iter().filter_map(|text| text.parse().ok()).take(most).collect()
}

/// A unit by device id, `K-1.2`, or by line and unit only, `1.2`.
fn unit(order: OrderId, text: &str) -> Option<DeviceId> {
    if let Ok(device) = text.parse::<DeviceId>() {
        return (device.order() == order).then_some(device);
    }
    let (line, unit) = text.split_once('.')?;
    Some(order.device(line.parse().ok()?, unit.parse().ok()?))
}

/// Accepts a time between the years 2000 and 2199, so that calendar calculations cannot overflow.
pub(super) fn sensible(at: Instant) -> Result<Instant, Unusable> {
    use chrono::Datelike as _;
    let at = recourse_kernel::record::to_micros(at);
    if (2000..2200).contains(&at.year()) { Ok(at) } else { Err(Unusable::value("at")) }
}

/// Accepts an order or buyer number as a string or as a JSON number; marketplaces write both.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}

#[cfg(test)]
#[path = "native_tests.rs"]
mod tests;
