//! Which fields a GraphQL query must ask for.
//!
//! An answer has only what its query asks for, and a field that is left out looks like a list that
//! is empty or an amount that is zero. Whatever decides about money, quantities or warranties must
//! therefore be there. A field that was asked for may be `null`.

use serde_json::{Value, json};

use super::totals::{attributes, is_zero, lines, total_adds_up};
use crate::feed::shop::{Plan, ShopSettings};
use crate::feed::unusable::Unusable;

/// The statuses in which money was paid.
pub(super) const PAID: [&str; 3] = ["paid", "partially_refunded", "refunded"];
/// Those in which some of it was paid back.
pub(super) const REFUNDED: [&str; 2] = ["partially_refunded", "refunded"];

/// The field in which a part of an order says what it lacks: the order is read without it.
const MISSING: &str = "graphql_missing";

/// The fields that a query did not ask for, by their names there.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    /// One of these fields is needed; each may be a path such as `lineItem.id`.
    fn needs(&mut self, object: &Value, within: &str, any_of: &[&str]) {
        if !any_of.iter().any(|path| was_asked(object, path)) {
            self.add(within, any_of[0]);
        }
    }

    fn add(&mut self, within: &str, path: &str) {
        let name = format!("{within}{path}");
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// The items of a list that is needed.
    fn items<'a>(&mut self, object: &'a Value, within: &str, list: &str) -> &'a [Value] {
        if let Some(Value::Array(items)) = object.get(snake(list)) {
            return items;
        }
        self.add(within, list);
        &[]
    }

    fn none(self) -> Result<(), Unusable> {
        if self.0.is_empty() { Ok(()) } else { Err(Unusable::NotQueried(self.0)) }
    }
}

/// Whether the query asked for a field. Below a `null`, nothing can be seen, and nothing is needed.
fn was_asked(object: &Value, path: &str) -> bool {
    let mut value = object;
    for name in path.split('.') {
        match value.get(snake(name)) {
            Some(field) => value = field,
            None => return value.is_null(),
        }
    }
    true
}

/// The name that a field has in a REST body: `taxLines` is `tax_lines`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The reason in terms of the query: `created_at` is `createdAt` there.
pub(super) fn in_the_query(reason: Unusable) -> Unusable {
    let Unusable::Missing { field } = reason else { return reason };
    let mut camel = String::with_capacity(field.len());
    let mut is_next = false;
    for letter in field.chars() {
        match letter {
            '_' => is_next = true,
            _ if std::mem::take(&mut is_next) => camel.push(letter.to_ascii_uppercase()),
            _ => camel.push(letter),
        }
    }
    Unusable::NotQueried(vec![camel])
}

/// An order: its lines, its payment, and what decides which warranties it has. `unpaged` are lists
/// that may have a further page.
///
/// An order that buys no warranty is read without what is only needed for one: the fields that are
/// missing are then noted in it. So is one whose total shows that nothing is missing.
pub(super) fn order(
    order: &mut Value,
    settings: &ShopSettings,
    unpaged: &[String],
) -> Result<(), Unusable> {
    let (mut missing, essential) = (missing_of(order, settings), essential(order));
    for name in unpaged {
        missing.add("", name);
    }
    if total_adds_up(order) {
        missing.0.retain(|name| !SHOWN_BY_TOTAL.contains(&name.as_str()));
    }
    if !essential.0.is_empty() || buys_warranty(order, settings) {
        return missing.none();
    }
    note(order, missing.none());
    Ok(())
}

/// What an order without taxes and discounts, with all its lines, need not be asked for.
const SHOWN_BY_TOTAL: [&str; 7] = [
    "taxesIncluded",
    "lineItems.taxLines",
    "lineItems.discountAllocations",
    "lineItems.currentQuantity",
    "lineItems.pageInfo.hasNextPage",
    "updatedAt",
    "cancelledAt",
];

/// Without these there is nothing to record.
fn essential(order: &Value) -> Missing {
    let mut missing = Missing::default();
    missing.needs(order, "", &["createdAt"]);
    missing.needs(order, "", &["currencyCode", "totalPriceSet.shopMoney.currencyCode"]);
    for line in missing.items(order, "", "lineItems") {
        for field in ["id", "quantity"] {
            missing.needs(line, "lineItems.", &[field]);
        }
        missing.needs(line, "lineItems.", &UNIT_PRICE);
    }
    missing
}

const UNIT_PRICE: [&str; 2] = ["originalUnitPriceSet.shopMoney.amount", "originalUnitPrice"];

/// Whether a line names a warranty, or could be one of the plans of the shop.
fn buys_warranty(order: &Value, settings: &ShopSettings) -> bool {
    let names_one = |line: &Value| {
        attributes(line)
            .any(|(key, _)| key == "recourse_warranty" || key == "recourse_warranty_for")
    };
    !settings.plans.is_empty() || lines(order).any(names_one)
}

fn missing_of(order: &Value, settings: &ShopSettings) -> Missing {
    let mut missing = Missing::default();
    for field in ["createdAt", "updatedAt", "cancelledAt", "test", "taxesIncluded"] {
        missing.needs(order, "", &[field]);
    }
    missing.needs(order, "", &["currencyCode", "totalPriceSet.shopMoney.currencyCode"]);
    missing.needs(order, "", &["displayFinancialStatus"]);
    let status = order.get("display_financial_status").and_then(Value::as_str);
    let status = status.unwrap_or_default().to_lowercase();
    if PAID.contains(&status.as_str()) {
        missing.needs(order, "", &["totalPriceSet.shopMoney.amount", "totalPrice"]);
    }
    place(&mut missing, order, settings);
    let adds_tax = order.get("taxes_included") != Some(&Value::Bool(true));
    let lines = missing.items(order, "", "lineItems");
    for item in lines {
        line(&mut missing, item, adds_tax, settings);
    }
    // Units are gone because they were refunded, or because the order was edited.
    if lines.iter().any(has_fewer_units) {
        for refund in missing.items(order, "", "refunds") {
            refunded_units(&mut missing, refund, "refunds.");
        }
    } else if REFUNDED.contains(&status.as_str()) {
        missing.items(order, "", "refunds");
    }
    missing
}

/// Where an order goes. The country decides which terms there are; region and city, in which zone
/// days are counted.
fn place(missing: &mut Missing, order: &Value, settings: &ShopSettings) {
    missing.needs(order, "", &["shippingAddress"]);
    let Some(shipping) = order.get("shipping_address") else { return };
    if !shipping.is_null() {
        let within = "shippingAddress.";
        missing.needs(shipping, within, &["countryCodeV2", "countryCode"]);
        missing.needs(shipping, within, &["provinceCode", "province"]);
        missing.needs(shipping, within, &["city"]);
        return;
    }
    // It may have been sold at a counter, where no carrier ever reports a delivery.
    missing.needs(order, "", &["sourceName"]);
    let is_of_a_counter = order.get("source_name").and_then(Value::as_str) == Some("pos");
    let is_known = |address: &str| order.pointer(address).is_some_and(Value::is_object);
    let has_address = ["/billing_address", "/customer/default_address"].into_iter().any(is_known);
    if !settings.locations.is_empty() && (is_of_a_counter || !has_address) {
        missing.needs(order, "", &["retailLocation.id"]);
    }
}

/// What an answer does not say because its query did not ask for it.
pub(super) fn unsaid(order: &Value) -> Value {
    let is_sent = order.get("shipping_address").is_some_and(|address| !address.is_null());
    let address = if is_sent { "shippingAddress" } else { "billingAddress" };
    let of_it = |field: &str| format!("{address}.{field}");
    let asked = |any_of: &[&str]| any_of.iter().any(|path| was_asked(order, path));
    let says_contact =
        asked(&["email", "customer.email", "customer.defaultEmailAddress.emailAddress"])
            && asked(&[
                "phone",
                &of_it("phone"),
                "customer.phone",
                "customer.defaultPhoneNumber.phoneNumber",
            ])
            && asked(&[&of_it("name")])
            && asked(&[&of_it("address1")]);
    json!({"contact": !says_contact, "place": !was_asked(order, "shippingAddress")})
}

fn line(missing: &mut Missing, line: &Value, adds_tax: bool, settings: &ShopSettings) {
    let within = "lineItems.";
    for field in ["id", "quantity", "currentQuantity"] {
        missing.needs(line, within, &[field]);
    }
    missing.needs(line, within, &UNIT_PRICE);
    if adds_tax {
        for tax in missing.items(line, within, "taxLines") {
            let amount = ["priceSet.shopMoney.amount", "price"];
            missing.needs(tax, "lineItems.taxLines.", &amount);
        }
    }
    for discount in missing.items(line, within, "discountAllocations") {
        let amount = ["allocatedAmountSet.shopMoney.amount", "allocatedAmount.amount"];
        missing.needs(discount, "lineItems.discountAllocations.", &amount);
    }
    for property in missing.items(line, within, "customAttributes") {
        for field in ["key", "value"] {
            missing.needs(property, "lineItems.customAttributes.", &[field]);
        }
    }
    let is_listed = |by: fn(&Plan) -> bool| settings.plans.iter().any(by);
    if is_listed(|plan| plan.sku.is_some()) {
        missing.needs(line, within, &["sku"]);
    }
    if is_listed(|plan| plan.product_id.is_some()) {
        missing.needs(line, within, &["product.id"]);
    }
    if is_listed(|plan| plan.product_type.is_some()) {
        missing.needs(line, within, &["product.productType"]);
    }
}

fn has_fewer_units(line: &Value) -> bool {
    let units = |field: &str| line.get(field).and_then(Value::as_u64);
    units("current_quantity") < units("quantity")
}

/// A refund: what was paid back, for which units.
pub(super) fn refund(refund: &Value, within: &str) -> Result<(), Unusable> {
    let mut missing = Missing::default();
    let field = |name: &str| format!("{within}{name}.");
    if within.is_empty() {
        missing.needs(refund, within, &["order.id"]);
    }
    for name in ["id", "createdAt"] {
        missing.needs(refund, within, &[name]);
    }
    refunded_units(&mut missing, refund, within);
    let of_line = field("refundLineItems");
    for item in missing.items(refund, within, "refundLineItems") {
        missing.needs(item, &of_line, &["restockType"]);
        missing.needs(item, &of_line, &["subtotalSet.shopMoney.amount", "subtotal"]);
        missing.needs(item, &of_line, &["totalTaxSet.shopMoney.amount", "totalTax"]);
    }
    for one in missing.items(refund, within, "transactions") {
        payment(&mut missing, one, &field("transactions"));
    }
    // Without them, what was paid for shipping would be paid for a device.
    for one in missing.items(refund, within, "refundShippingLines") {
        let of_it = field("refundShippingLines");
        missing.needs(one, &of_it, &["subtotalAmountSet.shopMoney.amount"]);
        if !is_zero(one.pointer("/subtotal_amount_set/shop_money/amount")) {
            missing.needs(one, &of_it, &["taxAmountSet.shopMoney.amount"]);
        }
    }
    for one in missing.items(refund, within, "orderAdjustments") {
        let of_it = field("orderAdjustments");
        missing.needs(one, &of_it, &["amountSet.shopMoney.amount", "amount"]);
        missing.needs(one, &of_it, &["taxAmountSet.shopMoney.amount", "taxAmount"]);
    }
    missing.none()
}

/// The lines of a refund, and how many units of each.
fn refunded_units(missing: &mut Missing, refund: &Value, within: &str) {
    let of_line = format!("{within}refundLineItems.");
    for item in missing.items(refund, within, "refundLineItems") {
        for field in ["quantity", "lineItem.id"] {
            missing.needs(item, &of_line, &[field]);
        }
    }
}

/// A payment by itself.
pub(super) fn transaction(transaction: &Value) -> Result<(), Unusable> {
    let mut missing = Missing::default();
    missing.needs(transaction, "", &["order.id"]);
    payment(&mut missing, transaction, "");
    missing.none()
}

fn payment(missing: &mut Missing, one: &Value, within: &str) {
    for field in ["id", "kind", "status"] {
        missing.needs(one, within, &[field]);
    }
    for field in ["amountSet.shopMoney.amount", "amountSet.shopMoney.currencyCode"] {
        missing.needs(one, within, &[field]);
    }
}

/// A shipment: whether it arrived, and with which units. `is_whole`: it is known to be all of the
/// order.
pub(super) fn fulfillment(shipment: &Value, within: &str, is_whole: bool) -> Result<(), Unusable> {
    let mut missing = Missing::default();
    if within.is_empty() {
        missing.needs(shipment, within, &["order.id"]);
    }
    for field in ["id", "displayStatus"] {
        missing.needs(shipment, within, &[field]);
    }
    // It was created days before it arrived.
    let status = shipment.get("display_status").and_then(Value::as_str);
    if status.is_some_and(is_arrival) && arrived_at(shipment).is_none() {
        missing.needs(shipment, within, &["deliveredAt", "updatedAt"]);
    }
    if !is_whole {
        let of_line = format!("{within}fulfillmentLineItems.");
        for item in missing.items(shipment, within, "fulfillmentLineItems") {
            for field in ["quantity", "lineItem.id"] {
                missing.needs(item, &of_line, &[field]);
            }
        }
    }
    missing.none()
}

fn is_arrival(status: &str) -> bool {
    matches!(status, "DELIVERED" | "PICKED_UP")
}

/// When the carrier says that a shipment arrived.
pub(super) fn arrived_at(shipment: &Value) -> Option<&Value> {
    let events = shipment.get("events").and_then(Value::as_array);
    let mut events = events.into_iter().flatten();
    let arrival = events.find(|event| {
        let status = event.get("status").and_then(Value::as_str);
        status.is_some_and(is_arrival)
    })?;
    arrival.get("happened_at").filter(|at| !at.is_null())
}

/// These fields are missing as well.
pub(super) fn and(checked: Result<(), Unusable>, more: &[String]) -> Result<(), Unusable> {
    let mut missing = Missing::default();
    match checked {
        Err(Unusable::NotQueried(names)) => missing.0 = names,
        Err(other) => return Err(other),
        Ok(()) => {}
    }
    for name in more {
        missing.add("", name);
    }
    missing.none()
}

/// Notes in a part of an order what its query did not ask for.
pub(super) fn note(part: &mut Value, checked: Result<(), Unusable>) {
    if let (Err(Unusable::NotQueried(names)), Some(fields)) = (checked, part.as_object_mut()) {
        fields.insert(MISSING.to_owned(), Value::from(names));
    }
}

/// What a part of an order lacks, if that was noted.
pub(super) fn noted(part: &Value) -> Result<(), Unusable> {
    let names = part.get(MISSING).and_then(Value::as_array).into_iter().flatten();
    Missing(names.filter_map(Value::as_str).map(str::to_owned).collect()).none()
}
