//! Shipments: what they contain, and whether they reached the buyer.

use super::{Translator, code_of};
use crate::domain::OrderCommand;
use crate::domain::commands::{Deliver, LineUnits, NoteShipment, Units, WithdrawDelivery};
use crate::domain::rules::zones;
use crate::feed::fact::Fact;
use crate::feed::shop::form::{Contents, Delivery, Misdelivery, Shipment};
use crate::feed::unusable::Unusable;

impl Translator<'_> {
    /// Its id does not depend on when this is reported.
    pub(super) fn shipped(&self, shipment: &Shipment) -> Result<Fact, Unusable> {
        let note = NoteShipment {
            order: self.order(&shipment.order)?,
            shipment: shipment.shipment.clone(),
            lines: line_units(&shipment.lines),
            reported: None,
        };
        self.fact(&format!("shipment:{}", shipment.shipment), |reported| {
            OrderCommand::NoteShipment(NoteShipment { reported, ..note.clone() })
        })
    }

    /// T2: the zone is that of the place where it was delivered only if what is said of the place
    /// decides it. Otherwise it is that of the order's address, which says more.
    pub(super) fn delivered(&self, delivery: &Delivery) -> Result<Fact, Unusable> {
        let order = self.order(&delivery.order)?;
        let zone = delivery.address.as_ref().and_then(|address| {
            let country = code_of(address.country.as_deref()?)?;
            zones::zone_if_certain(country, address.region.as_deref(), address.city.as_deref())
        });
        let lines = match &delivery.contents {
            Contents::Lines(lines) => line_units(lines),
            Contents::WholeOrder | Contents::NotSaid => Vec::new(),
        };
        let deliver = Deliver {
            order,
            delivered_at: delivery.delivered_at,
            exact: delivery.is_exact,
            zone,
            units: Units { devices: Vec::new(), lines },
            by_shipment: delivery.contents == Contents::NotSaid,
            reference: Some(delivery.shipment.clone()),
            reported: None,
        };
        self.fact(&format!("shipment:{}", delivery.shipment), |reported| {
            OrderCommand::Deliver(Deliver { reported, ..deliver.clone() })
        })
    }

    pub(super) fn not_delivered(&self, failed: &Misdelivery) -> Result<Fact, Unusable> {
        let order = self.order(&failed.order)?;
        self.fact(&format!("shipment:{}", failed.shipment), |reported| {
            OrderCommand::WithdrawDelivery(WithdrawDelivery {
                order,
                shipment: failed.shipment.clone(),
                withdrawn_at: failed.reported_at,
                reported,
            })
        })
    }
}

fn line_units(lines: &[(String, u32)]) -> Vec<LineUnits> {
    let lines = lines.iter().filter(|(_, quantity)| *quantity > 0);
    let units = lines.map(|(reference, quantity)| LineUnits {
        reference: reference.clone(),
        quantity: *quantity,
    });
    units.collect()
}
