//! The fields of Shopify's bodies that are read. All are optional here; where one is required, the
//! code that uses it checks.

use recourse_kernel::Instant;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::feed::fact::Contact;
use crate::feed::values::text_or_number;

/// A string that may be written as a number: an id or an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_number(deserializer).map(Self)
    }
}

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
    pub(super) sku: Option<String>,
    pub(super) quantity: Option<u32>,
    pub(super) price: Option<Text>,
    pub(super) price_set: Option<MoneySet>,
    pub(super) discount_allocations: Option<Vec<Discount>>,
    pub(super) properties: Option<Properties>,
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
    pub(super) destination: Option<Address>,
    pub(super) line_items: Option<Vec<LineItem>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: Option<Text>,
    pub(super) order_id: Option<Text>,
    pub(super) created_at: Option<Instant>,
    pub(super) processed_at: Option<Instant>,
    #[serde(rename = "refund_line_items")]
    pub(super) line_items: Option<Vec<RefundLineItem>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundLineItem {
    pub(super) line_item_id: Option<Text>,
    pub(super) quantity: Option<u32>,
    pub(super) subtotal: Option<Text>,
    pub(super) subtotal_set: Option<MoneySet>,
    pub(super) restock_type: Option<String>,
}

impl Order {
    /// The shipping address or, if nothing is shipped, the buyer's own address.
    pub(super) fn place(&self) -> Option<&Address> {
        let home = || self.customer.as_ref()?.default_address.as_ref();
        self.shipping_address.as_ref().or(self.billing_address.as_ref()).or_else(home)
    }

    /// What identifies the buyer at the shop: the customer id, the e-mail, or only this order.
    pub(super) fn buyer(&self, number: &str) -> String {
        if let Some(id) = self.customer.as_ref().and_then(|customer| customer.id.as_ref()) {
            return format!("customer/{}", id.0);
        }
        match self.email() {
            Some(email) => format!("email/{}", email.trim().to_lowercase()),
            None => format!("order/{number}"),
        }
    }

    pub(super) fn contact(&self, address: &Address) -> Contact {
        let customer = self.customer.as_ref();
        let name = address.name.clone().or_else(|| {
            let customer = customer?;
            let names = [&customer.first_name, &customer.last_name];
            let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
            (!names.is_empty()).then(|| names.join(" "))
        });
        let phones = [self.phone.as_ref(), address.phone.as_ref()];
        let customers = customer.and_then(|customer| customer.phone.as_ref());
        let phone = phones.into_iter().flatten().next().or(customers).cloned();
        let zip = address.zip.as_ref().map(|zip| zip.0.as_str());
        let parts = [
            address.address1.as_deref(),
            address.address2.as_deref(),
            address.city.as_deref(),
            zip,
            address.province.as_deref(),
            address.country.as_deref(),
        ];
        let parts: Vec<_> =
            parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        let address = (!parts.is_empty()).then(|| Value::from(parts.join(", ")));
        Contact { name, email: self.email().map(str::to_owned), phone, address }
    }

    fn email(&self) -> Option<&str> {
        let customers = || self.customer.as_ref()?.email.as_deref();
        let given = self.email.as_deref().or(self.contact_email.as_deref());
        given.or_else(customers).filter(|email| !email.is_empty())
    }
}
