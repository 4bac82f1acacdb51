//! The parts of order-intake's and claims' events that decide policies, as this service's own
//! types.
//!
//! They list only the fields that are read; unknown fields are ignored.

use recourse_kernel::{ClaimId, DeviceId, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Outcome, Program, Provider};
use serde::{Deserialize, Serialize};

/// `recourse.order.placed.v1` and `recourse.order.lines_added.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub order: OrderId,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// When the buyer placed the order.
    pub placed_at: Instant,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The country the order is shipped to.
    pub country: Country,
    /// The buyer's city, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    pub lines: Vec<PlacedLine>,
}

/// Another part of the same events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct OrderImport {
    /// Whether the order was imported only as history: no warranty is sold for it, or refused.
    #[serde(default)]
    pub history: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedLine {
    /// The line's number, from 1.
    pub line: u32,
    /// The number of units; each is one device.
    pub quantity: u32,
    /// The price of one unit, without the warranty.
    pub unit_price: Money,
    /// The part of the price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_tax: Option<Money>,
    /// The kind of device; absent if the line is not a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<ChosenWarranty>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
}

/// The warranty that a buyer chose on the product page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenWarranty {
    /// The program: repair or exchange (S2).
    pub program: Program,
    /// The provider of the warranty (S6).
    pub provider: Provider,
    /// The price of the warranty for one unit.
    pub price: Money,
    /// The part of the price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
}

/// `recourse.order.paid.v1` and `recourse.order.payment_added.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    pub order: OrderId,
    pub paid_at: Instant,
}

/// `recourse.order.cancelled.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    pub order: OrderId,
    pub cancelled_at: Instant,
}

/// `recourse.order.delivered.v1` and `recourse.order.delivery_corrected.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDelivered {
    pub order: OrderId,
    /// When the buyer received the devices.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub zone: String,
    /// The devices delivered; if none are named, all of the order.
    #[serde(default)]
    pub devices: Vec<DeviceId>,
}

/// `recourse.order.returned.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReturned {
    pub order: OrderId,
    /// The devices that went back to the shop.
    pub devices: Vec<DeviceId>,
    /// When the devices went back to the shop, as reported.
    pub returned_at: Instant,
}

/// `recourse.order.line_refunded.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRefunded {
    pub order: OrderId,
    pub devices: Vec<DeviceId>,
    /// The amount refunded for each device.
    pub amount: Money,
    /// Whether each device is now refunded in full.
    pub full: bool,
    /// When the seller paid the refund, as reported.
    pub refunded_at: Instant,
}

/// `recourse.order.units_removed.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitsRemoved {
    /// `ord_…`.
    pub order: OrderId,
    /// The devices that are no longer part of the order.
    pub devices: Vec<DeviceId>,
    /// When they were removed, as reported.
    pub removed_at: Instant,
}

/// `recourse.order.warranty_added.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyAdded {
    pub order: OrderId,
    /// The marketplace that the devices were bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// When the buyer placed the order.
    pub placed_at: Instant,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The country the order is shipped to.
    pub country: Country,
    /// The buyer's city, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The devices that each have it now.
    pub devices: Vec<DeviceId>,
    /// The kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// The price of one device, without the warranty.
    pub unit_price: Money,
    /// The part of the price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_tax: Option<Money>,
    /// The warranty of each device.
    pub warranty: ChosenWarranty,
    /// The seller of the devices, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// When and where the devices were delivered, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivered>,
    /// When the order was as reported.
    pub added_at: Instant,
}

/// When and where a device was delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// When the buyer received it.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub zone: String,
}

/// `recourse.order.warranty_removed.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyRemoved {
    pub order: OrderId,
    /// The devices without their warranty now.
    pub devices: Vec<DeviceId>,
    /// When it was removed, as reported.
    pub removed_at: Instant,
    /// Whether another device of the order has it instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

/// `recourse.order.warranty_refunded.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyRefunded {
    /// `ord_…`.
    pub order: OrderId,
    /// The devices whose warranty was refunded.
    pub devices: Vec<DeviceId>,
    /// The amount refunded for each of them.
    pub amount: Money,
    /// When the shop paid the refund, as reported.
    pub refunded_at: Instant,
}

/// `recourse.order.dispute_performed.v1`: the seller has carried out the outcome of a dispute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputePerformed {
    /// The device that the dispute was about.
    pub device: DeviceId,
    pub ending: DisputeEnding,
    /// The amount the seller paid; absent if the ending involves no money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// When it was carried out, as reported.
    pub at: Instant,
}

/// How a dispute with the seller ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The full remaining price is refunded.
    FullRefund,
    /// Part of the price is refunded, and the buyer keeps the device.
    PartialRefund,
    /// The seller exchanges the device.
    Exchange,
    /// The seller pays for a repair elsewhere.
    RepairReimbursed,
    /// The seller sends parts free of charge.
    FreeParts,
    /// The seller pays an amount, and the buyer keeps the device.
    Discount,
    Nothing,
}

/// `recourse.claim.closed.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimClosed {
    pub claim: ClaimId,
    /// Id of the policy that the claim was made under.
    pub policy: PolicyId,
    pub outcome: Outcome,
    /// When the claim was closed.
    pub closed_at: Instant,
}
