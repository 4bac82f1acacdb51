//! A placed order is changed: lines, contact, payment, delivery. These are stable formats.

use recourse_kernel::{DeviceId, Instant, Money, OrderId, Sealed};
use recourse_terms::{Country, DeviceKind};
use serde::{Deserialize, Serialize};

use super::{Delivery, OrderLine, WarrantyBought};

/// Lines were added to a placed order: by an edit, or for an exchange. It has everything that the
/// sale of a warranty on them needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinesAdded {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name.
    pub marketplace: String,
    /// When the order was placed; the terms of that time apply (S5).
    pub placed_at: Instant,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The country the order is shipped to.
    pub country: Country,
    /// The city the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The lines added, numbered after those that the order had.
    pub lines: Vec<OrderLine>,
    /// When the order was as reported.
    pub added_at: Instant,
    /// Whether the order was imported only as history, as in `order.placed`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
}

/// Units are no longer part of the order: it was edited, or they were cancelled before shipping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitsRemoved {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// When they were removed, as reported.
    pub removed_at: Instant,
    /// The marketplace's own id of the removal; absent if the order was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A warranty was added to devices that the order had already. It has everything that the sale
/// needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyAdded {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name.
    pub marketplace: String,
    /// When the order was placed; the terms of that time apply (S5).
    pub placed_at: Instant,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The country the order is shipped to.
    pub country: Country,
    /// The city the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The devices that each have it now.
    pub devices: Vec<DeviceId>,
    /// What kind of device they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// The price paid for one device, after discounts, with tax and without the warranty.
    pub unit_price: Money,
    /// The part of the price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_tax: Option<Money>,
    /// The warranty bought with each device.
    pub warranty: WarrantyBought,
    /// The seller, by the marketplace's id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// When and where the devices were delivered, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// When the order was as reported.
    pub added_at: Instant,
    /// Whether the order was imported only as history, as in `order.placed`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
}

/// The warranty of devices is no longer part of the order. The shop settles its price with the
/// buyer, as it does with everything that an edit changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyRemoved {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The devices without it now.
    pub devices: Vec<DeviceId>,
    /// When it was removed, as reported.
    pub removed_at: Instant,
    /// The marketplace's own id of the removal; absent if the order was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Whether another device of the order has it instead: the devices were exchanged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

/// The buyer's contact or address was corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactCorrected {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// Name, e-mail, phone and address, sealed with the buyer's own key. Without one, the contact
    /// stays as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// A keyed hash of the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_mark: Option<String>,
    /// The country the order is shipped to.
    pub country: Country,
    /// The region the order is shipped to: its code within the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The city the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// When the order was as reported.
    pub corrected_at: Instant,
}

/// The order was reported again, and none of its parts had changed since: reports that are older
/// than this one are out of date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedAgain {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was as reported.
    pub as_of: Instant,
}

/// The buyer paid more for an order that was changed after its payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAdded {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the additional payment was made, as reported.
    pub paid_at: Instant,
    /// The whole amount paid, with the payments before.
    pub amount: Money,
}

/// A reported delivery did not happen: the shipment failed, or went back to its sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryWithdrawn {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The units concerned.
    pub devices: Vec<DeviceId>,
    /// The marketplace's own shipment id.
    pub shipment: String,
    /// When the carrier reported it.
    pub withdrawn_at: Instant,
    /// The delivery as reported before.
    pub was: Delivery,
}
