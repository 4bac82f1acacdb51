//! The fields of WooCommerce's bodies that are read. All are optional here; where one is required,
//! the code that uses it checks.

use serde::Deserialize;
use serde_json::Value;

pub(super) use crate::feed::values::Text;

#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: Option<Text>,
    pub(super) status: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) created_via: Option<String>,
    pub(super) prices_include_tax: Option<bool>,
    pub(super) date_created_gmt: Option<String>,
    pub(super) date_modified_gmt: Option<String>,
    pub(super) date_paid_gmt: Option<String>,
    pub(super) date_completed_gmt: Option<String>,
    pub(super) total: Option<Text>,
    pub(super) customer_id: Option<Text>,
    pub(super) billing: Option<Address>,
    pub(super) shipping: Option<Address>,
    pub(super) line_items: Option<Vec<LineItem>>,
    pub(super) fee_lines: Option<Vec<Charge>>,
    pub(super) meta_data: Option<Vec<Meta>>,
    /// In full, or only their ids, reasons and totals.
    pub(super) refunds: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) company: Option<String>,
    #[serde(rename = "address_1")]
    pub(super) street: Option<String>,
    #[serde(rename = "address_2")]
    pub(super) street_2: Option<String>,
    pub(super) city: Option<String>,
    pub(super) state: Option<Text>,
    pub(super) postcode: Option<Text>,
    pub(super) country: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<Text>,
}

/// A line of an order. Amounts of a refund's lines are negative, and so is their quantity.
#[derive(Debug, Deserialize)]
pub(super) struct LineItem {
    pub(super) id: Option<Text>,
    pub(super) name: Option<String>,
    pub(super) product_id: Option<Text>,
    pub(super) sku: Option<Text>,
    pub(super) quantity: Option<Text>,
    /// After discounts, always without tax.
    pub(super) total: Option<Text>,
    pub(super) total_tax: Option<Text>,
    pub(super) meta_data: Option<Vec<Meta>>,
    /// The line of the bundle that this one is part of (Product Bundles).
    pub(super) bundled_by: Option<Text>,
    /// The line of the composite that this one is part of (Composite Products).
    pub(super) composite_parent: Option<Text>,
}

/// What the shop or a plugin stored with an order or a line.
#[derive(Debug, Deserialize)]
pub(super) struct Meta {
    pub(super) key: Option<String>,
    pub(super) value: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: Option<Text>,
    /// The order's id. Older releases do not have it.
    pub(super) parent_id: Option<Text>,
    pub(super) currency: Option<String>,
    pub(super) date_created_gmt: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) line_items: Option<Vec<LineItem>>,
    pub(super) shipping_lines: Option<Vec<Charge>>,
    pub(super) fee_lines: Option<Vec<Charge>>,
    #[serde(rename = "_links")]
    pub(super) links: Option<Links>,
}

/// What is charged or refunded besides products. A fee below zero is a discount.
#[derive(Debug, Deserialize)]
pub(super) struct Charge {
    pub(super) total: Option<Text>,
    pub(super) total_tax: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Links {
    pub(super) up: Option<Vec<Link>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub(super) href: Option<String>,
}

/// A refund as an order's body has it: its total is negative.
#[derive(Debug, Deserialize)]
pub(super) struct ShortRefund {
    pub(super) id: Option<Text>,
    pub(super) total: Option<Text>,
}
