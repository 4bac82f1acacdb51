//! Translates the body of one event.

use recourse_kernel::{DeviceId, Instant, OrderId};
use recourse_terms::{DeviceKind, Serial};
use serde::de::DeserializeOwned;

use super::bodies::{Delivered, Devices, Happened, Paid, Placed, Refunded, WithReason};
use crate::domain::OrderCommand;
use crate::domain::commands::{
    Cancel, Complete, ConfirmReceipt, CorrectDelivery, Deliver, Pay, Place, RefundLine, Reported,
    Return, Units, UnitsRefunded,
};
use crate::domain::events::OrderLine;
use crate::feed::fact::Contact;
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;
use crate::feed::values::{Text, language_tag, reason_code, sensible, short, some_text};

/// How many serials of one line are kept.
const MOST_SERIALS: usize = 100;

/// Reads the body of one event.
pub(super) struct Reader<'a> {
    /// The event's type and id.
    pub(super) reported: Reported,
    /// The time that the body says.
    pub(super) at: Result<Option<Instant>, Unusable>,
    /// The event's own time, which counts where the body has none.
    pub(super) time: Result<Option<Instant>, Unusable>,
    pub(super) marketplace: String,
    pub(super) data: &'a [u8],
    pub(super) identities: &'a Identities,
}

impl Reader<'_> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, Unusable> {
        serde_json::from_slice(self.data).map_err(|error| Unusable::shape(&error))
    }

    /// The command that a fact of this kind is translated to, and the contact of a placed order.
    pub(super) fn read(&self, kind: &str) -> Result<(OrderCommand, Option<Contact>), Unusable> {
        let Happened { order: number } = self.parse()?;
        let number = number.id().ok_or_else(|| Unusable::value("order"))?.to_owned();
        let order = self.identities.order(&self.marketplace, &number)?;
        let time = || self.time.clone()?.ok_or_else(|| Unusable::missing("at"));
        let at = match self.at.clone()? {
            Some(at) => at,
            None => sensible(time()?).map_err(|_| Unusable::value("time"))?,
        };
        let reported = Some(self.reported.clone());
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
            "delivered" => self.delivered(order, at)?,
            "delivery_corrected" => self.delivery_corrected(order, at)?,
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
                let reference = id(reference.as_ref(), "reference")?;
                let units = self.units(order)?;
                let refunds = vec![UnitsRefunded { units, amount, tax: None, returned: false }];
                OrderCommand::RefundLine(RefundLine {
                    order,
                    refunds,
                    other: None,
                    pending: false,
                    payment: None,
                    refunded_at: at,
                    reference,
                    reported,
                })
            }
            _ => return Err(Unusable::UnknownType),
        };
        Ok((command, None))
    }

    fn delivered(&self, order: OrderId, delivered_at: Instant) -> Result<OrderCommand, Unusable> {
        let Delivered { zone, reference } = self.parse()?;
        let reference = id(reference.as_ref(), "reference")?;
        let (units, reported) = (self.units(order)?, Some(self.reported.clone()));
        let exact = false;
        Ok(OrderCommand::Deliver(Deliver {
            order,
            delivered_at,
            exact,
            zone,
            units,
            by_shipment: false,
            reference,
            reported,
        }))
    }

    fn delivery_corrected(
        &self,
        order: OrderId,
        delivered_at: Instant,
    ) -> Result<OrderCommand, Unusable> {
        let Delivered { zone, .. } = self.parse()?;
        let (units, reported) = (self.units(order)?, Some(self.reported.clone()));
        Ok(OrderCommand::CorrectDelivery(CorrectDelivery {
            order,
            delivered_at,
            zone,
            units,
            reported,
        }))
    }

    fn placed(
        &self,
        order: OrderId,
        number: String,
        placed_at: Instant,
    ) -> Result<(OrderCommand, Option<Contact>), Unusable> {
        let Placed { buyer, contact, country, region, city, shop, language, time_zone, lines } =
            self.parse()?;
        let buyer = buyer.id().ok_or_else(|| Unusable::value("buyer"))?;
        let lines = lines.into_iter().zip(1..).map(|(line, number)| {
            Ok(OrderLine {
                line: line.number.unwrap_or(number),
                title: short(&line.title),
                quantity: line.quantity,
                unit_price: line.unit_price,
                unit_tax: None,
                device: line.device.map(|device| DeviceKind {
                    brand: short(&device.brand),
                    model: short(&device.model),
                    ..device
                }),
                requires_shipping: line.requires_shipping.unwrap_or(true),
                warranty: line.warranty,
                seller: line.seller.as_deref().and_then(some_text),
                serials: serials(&line.serials, line.quantity),
                reference: id(line.reference.as_ref(), "lines.reference")?,
            })
        });
        let lines = lines.collect::<Result<Vec<_>, Unusable>>()?;
        let place = Place {
            order,
            marketplace: self.marketplace.clone(),
            number,
            placed_at,
            buyer: self.identities.buyer(&self.marketplace, buyer),
            contact: None,
            contact_mark: None,
            country,
            region: region.as_deref().and_then(some_text),
            city: city.as_deref().map(short).filter(|city| !city.is_empty()),
            shop: shop.as_deref().and_then(some_text),
            language: language.as_deref().and_then(language_tag),
            // An order is not refused for a time zone that is only for display.
            time_zone: time_zone.and_then(|zone| zone.parse().ok()),
            lines,
            complete_after_days: None,
            as_of: None,
            gone: Vec::new(),
            paid: None,
            history: false,
            reported: Some(self.reported.clone()),
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

/// The text of an id that may be missing.
fn id(given: Option<&Text>, field: &str) -> Result<Option<String>, Unusable> {
    let text = |text: &Text| text.id().map(str::to_owned).ok_or_else(|| Unusable::value(field));
    given.map(text).transpose()
}

/// The serials of the units that were sent, one for each. Of two IMEIs of a unit, the first; an
/// invalid serial is omitted: the order is valid without it.
fn serials(given: &[String], quantity: u32) -> Vec<Serial> {
    let most = usize::try_from(quantity).unwrap_or(usize::MAX).min(MOST_SERIALS);
    let first = |text: &String| Serial::one_or_two(text).ok().map(|(serial, _)| serial);
    given.iter().filter_map(first).take(most).collect()
}

/// A unit by device id, `K-1.2`, or by line and unit only, `1.2`.
fn unit(order: OrderId, text: &str) -> Option<DeviceId> {
    if let Ok(device) = text.parse::<DeviceId>() {
        return (device.order() == order).then_some(device);
    }
    let (line, unit) = text.split_once('.')?;
    Some(order.device(line.parse().ok()?, unit.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_of_a_line_are_read_as_sellers_write_them() {
        let given = [
            "IMEI: 352099/00/176148/1",
            "490154203237518, 356938035643809",
            "352099001761482 / 01",
            "S/N R58N30ABCDE",
        ];
        let given = given.map(str::to_owned);
        let read: Vec<_> = serials(&given, 4).iter().map(Serial::to_string).collect();
        assert_eq!(read, ["352099001761481", "490154203237518", "R58N30ABCDE"]);
        assert_eq!(serials(&given, 1).len(), 1, "one for each unit");
    }
}
