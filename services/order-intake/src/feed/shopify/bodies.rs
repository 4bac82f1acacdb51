//! The fields of Shopify's bodies that are read. All are optional here; where one is required, the
//! code that uses it checks.

use recourse_kernel::Instant;
use serde::Deserialize;
use serde_json::Value;

pub(super) use crate::feed::values::Text;

#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: Option<Text>,
    pub(super) currency: Option<String>,
    pub(super) source_name: Option<String>,
    pub(super) customer_locale: Option<String>,
    pub(super) created_at: Option<Instant>,
    pub(super) processed_at: Option<Instant>,
    pub(super) updated_at: Option<Instant>,
    pub(super) cancelled_at: Option<Instant>,
    pub(super) cancel_reason: Option<String>,
    pub(super) email: Option<String>,
    pub(super) contact_email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) customer: Option<Customer>,
    pub(super) shipping_address: Option<Address>,
    pub(super) billing_address: Option<Address>,
    pub(super) line_items: Option<Vec<LineItem>>,
    pub(super) total_price: Option<Text>,
    pub(super) total_price_set: Option<MoneySet>,
    pub(super) financial_status: Option<String>,
    pub(super) total_outstanding: Option<Text>,
    pub(super) fulfillment_status: Option<String>,
    pub(super) closed_at: Option<Instant>,
    pub(super) location_id: Option<Text>,
    pub(super) taxes_included: Option<bool>,
    pub(super) test: Option<bool>,
    pub(super) fulfillments: Option<Vec<Value>>,
    pub(super) refunds: Option<Vec<Value>>,
    /// Only in a body that was made of an answer of GraphQL.
    #[serde(rename = "graphql_unsaid")]
    pub(super) unsaid: Option<Unsaid>,
}

/// What a body does not say because it was not asked for.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Unsaid {
    /// All of the buyer's contact.
    pub(super) contact: bool,
    /// Whether, and where to, it is sent.
    pub(super) place: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Customer {
    pub(super) id: Option<Text>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) default_address: Option<Address>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    pub(super) name: Option<String>,
    pub(super) address1: Option<String>,
    pub(super) address2: Option<String>,
    pub(super) zip: Option<Text>,
    pub(super) city: Option<String>,
    pub(super) province: Option<String>,
    pub(super) province_code: Option<String>,
    pub(super) country: Option<String>,
    pub(super) country_code: Option<String>,
    pub(super) phone: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LineItem {
    pub(super) id: Option<Text>,
    pub(super) title: Option<String>,
    pub(super) name: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) product_id: Option<Text>,
    pub(super) sku: Option<Text>,
    pub(super) product_type: Option<String>,
    pub(super) requires_shipping: Option<bool>,
    pub(super) gift_card: Option<bool>,
    pub(super) parent_relationship: Option<Parent>,
    pub(super) quantity: Option<u32>,
    pub(super) current_quantity: Option<u32>,
    pub(super) price: Option<Text>,
    pub(super) price_set: Option<MoneySet>,
    pub(super) discount_allocations: Option<Vec<Discount>>,
    pub(super) tax_lines: Option<Vec<TaxLine>>,
    pub(super) properties: Option<Properties>,
}

/// The line that a nested line was added to.
#[derive(Debug, Deserialize)]
pub(super) struct Parent {
    pub(super) parent_id: Option<Text>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TaxLine {
    pub(super) price: Option<Text>,
    pub(super) price_set: Option<MoneySet>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Discount {
    pub(super) amount: Option<Text>,
    pub(super) amount_set: Option<MoneySet>,
}

/// A list of names and values, or (in older exports) an object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Properties {
    List(Vec<Property>),
    Object(serde_json::Map<String, Value>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Property {
    pub(super) name: Option<String>,
    pub(super) value: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MoneySet {
    pub(super) shop_money: Option<ShopMoney>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ShopMoney {
    pub(super) amount: Option<Text>,
    pub(super) currency_code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fulfillment {
    pub(super) id: Option<Text>,
    pub(super) order_id: Option<Text>,
    pub(super) status: Option<String>,
    pub(super) shipment_status: Option<String>,
    pub(super) created_at: Option<Instant>,
    pub(super) updated_at: Option<Instant>,
    /// Not in webhooks, but in exports made with other interfaces.
    pub(super) delivered_at: Option<Instant>,
    pub(super) destination: Option<Address>,
    pub(super) line_items: Option<Vec<Shipped>>,
}

/// A line of a shipment.
#[derive(Debug, Deserialize)]
pub(super) struct Shipped {
    pub(super) id: Option<Text>,
    pub(super) quantity: Option<u32>,
}

/// What a carrier reports about a shipment.
#[derive(Debug, Deserialize)]
pub(super) struct FulfillmentEvent {
    pub(super) order_id: Option<Text>,
    pub(super) fulfillment_id: Option<Text>,
    pub(super) status: Option<String>,
    pub(super) happened_at: Option<Instant>,
    pub(super) created_at: Option<Instant>,
    pub(super) country: Option<String>,
    pub(super) province: Option<String>,
    pub(super) city: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: Option<Text>,
    pub(super) order_id: Option<Text>,
    pub(super) created_at: Option<Instant>,
    pub(super) processed_at: Option<Instant>,
    #[serde(rename = "refund_line_items")]
    pub(super) line_items: Option<Vec<RefundLineItem>>,
    pub(super) transactions: Option<Vec<Transaction>>,
    pub(super) order_adjustments: Option<Vec<Adjustment>>,
    #[serde(rename = "refund_shipping_lines")]
    pub(super) shipping_lines: Option<Vec<RefundShipping>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundLineItem {
    pub(super) line_item_id: Option<Text>,
    pub(super) quantity: Option<u32>,
    pub(super) subtotal: Option<Text>,
    pub(super) subtotal_set: Option<MoneySet>,
    pub(super) total_tax: Option<Text>,
    pub(super) total_tax_set: Option<MoneySet>,
    pub(super) restock_type: Option<String>,
}

/// A payment. Of an order or of a refund: `kind` says it.
#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    pub(super) id: Option<Text>,
    pub(super) order_id: Option<Text>,
    pub(super) kind: Option<String>,
    pub(super) status: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<String>,
    pub(super) test: Option<bool>,
    pub(super) created_at: Option<Instant>,
    pub(super) processed_at: Option<Instant>,
}

/// A difference between what was refunded and what its lines are worth.
#[derive(Debug, Deserialize)]
pub(super) struct Adjustment {
    pub(super) kind: Option<String>,
    pub(super) amount: Option<Text>,
    pub(super) amount_set: Option<MoneySet>,
    pub(super) tax_amount: Option<Text>,
    pub(super) tax_amount_set: Option<MoneySet>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundShipping {
    pub(super) subtotal_amount_set: Option<MoneySet>,
    pub(super) tax_amount_set: Option<MoneySet>,
}

/// `customers/redact`, `customers/data_request` and `shop/redact`.
#[derive(Debug, Deserialize)]
pub(super) struct PrivacyBody {
    pub(super) customer: Option<PrivacyCustomer>,
    pub(super) orders_to_redact: Option<Vec<Text>>,
    pub(super) orders_requested: Option<Vec<Text>>,
    pub(super) data_request: Option<DataRequest>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PrivacyCustomer {
    pub(super) id: Option<Text>,
    pub(super) email: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DataRequest {
    pub(super) id: Option<Text>,
}
