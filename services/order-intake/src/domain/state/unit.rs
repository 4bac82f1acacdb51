//! One unit of a line, which is one device.

use recourse_kernel::{Instant, Money};
use serde::{Deserialize, Serialize};

use super::Dispute;
use crate::domain::events::{Delivery, OrderLine, Presumed, WarrantyBought};

/// One unit of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Unit {
    /// The price paid for the unit, without the warranty.
    pub price: Money,
    /// Whether the price has tax that was added to the shop's price.
    pub has_tax: bool,
    /// The marketplace's own id of the unit's line.
    pub reference: Option<String>,
    /// Whether it is a device, and not a case or a service.
    pub is_device: bool,
    /// Whether it is sent to the buyer.
    pub requires_shipping: bool,
    /// Its warranty, if the order has one for it now.
    pub warranty: Option<WarrantyBought>,
    /// The line that charges for its warranty, if that is a line of its own. It stays when an edit
    /// removes the warranty, so that a refund of the line is still one of this warranty. It goes
    /// when another device has the warranty instead.
    pub plan: Option<Plan>,
    /// When and where it was delivered.
    pub delivery: Option<Delivery>,
    /// Why its delivery is presumed, if it was not reported.
    pub presumed: Option<Presumed>,
    /// The marketplace's own id of the shipment that delivered it, also if that was withdrawn.
    pub shipment: Option<String>,
    /// The delivery that was reported and then withdrawn.
    pub withdrawn: Option<Delivery>,
    /// When it was returned to the shop.
    pub returned: Option<Instant>,
    /// When it joined the order, if an edit added it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Instant>,
    /// How it left the order, if it did before it was delivered.
    pub removed: Option<Removal>,
    /// Whether the order was paid when it left.
    pub was_paid: bool,
    /// What the seller has refunded of the price so far, in whole minor units.
    pub refunded: i64,
    /// Every dispute about the unit; the n-th has number n.
    pub disputes: Vec<Dispute>,
}

/// The line that charges for a unit's warranty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The marketplace's own id of that line.
    pub reference: String,
    /// The price of the warranty, in whole minor units.
    pub price: i64,
    /// What the shop has refunded of it so far, in whole minor units.
    pub refunded: i64,
}

impl Plan {
    /// The line that charges for a warranty that was just bought, if that is a line of its own.
    pub fn of(warranty: &WarrantyBought) -> Option<Self> {
        let (reference, price) = (warranty.reference.clone()?, warranty.price.amount);
        Some(Self { reference, price, refunded: 0 })
    }

    /// Whether the shop has refunded all of it.
    pub fn is_paid_back(&self) -> bool {
        self.refunded > 0 && self.refunded >= self.price
    }
}

/// How a unit left its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// The order was edited.
    Edited,
    /// It was cancelled before shipping.
    Cancelled,
}

impl Unit {
    /// A unit of a line that was just ordered.
    pub fn new(line: &OrderLine) -> Self {
        Self {
            price: line.unit_price,
            has_tax: line.unit_tax.is_some(),
            reference: line.reference.clone(),
            is_device: line.device.is_some(),
            requires_shipping: line.requires_shipping,
            plan: line.warranty.as_ref().and_then(Plan::of),
            warranty: line.warranty.clone(),
            delivery: None,
            presumed: None,
            shipment: None,
            withdrawn: None,
            returned: None,
            joined: None,
            removed: None,
            was_paid: false,
            refunded: 0,
            disputes: Vec::new(),
        }
    }

    /// What remains of the price after refunds.
    pub fn remaining(&self) -> Money {
        Money { amount: self.price.amount.saturating_sub(self.refunded).max(0), ..self.price }
    }

    /// Whether the seller has refunded the full price.
    pub fn is_refunded_in_full(&self) -> bool {
        self.refunded > 0 && self.refunded >= self.price.amount
    }

    /// Whether its delivery is still to be reported.
    pub fn is_unreported(&self) -> bool {
        self.presumed.is_some() || self.is_awaited()
    }

    /// Whether the buyer keeps it: it did not leave the order, and is not refunded in full.
    pub fn is_kept(&self) -> bool {
        self.removed.is_none() && self.returned.is_none() && !self.is_refunded_in_full()
    }

    /// Whether it is sent, and not here yet.
    pub fn is_expected(&self) -> bool {
        self.requires_shipping && self.is_awaited() && self.is_kept()
    }

    /// Whether its delivery is still expected.
    pub fn is_awaited(&self) -> bool {
        self.delivery.is_none() && self.removed.is_none()
    }

    /// Whether the buyer gets it in their hands, unlike a plan, a service or a gift card.
    pub fn is_handed_over(&self) -> bool {
        self.requires_shipping || self.is_device
    }

    /// Whether the shop can take it out of the order: what the buyer has is returned instead.
    pub fn can_be_taken_out(&self) -> bool {
        self.removed.is_none() && (self.delivery.is_none() || !self.is_handed_over())
    }

    /// Whether it has a warranty that would end with it.
    pub fn is_covered(&self) -> bool {
        let is_paid_back = self.plan.as_ref().is_some_and(Plan::is_paid_back);
        self.warranty.is_some() && self.is_kept() && !is_paid_back
    }
}
