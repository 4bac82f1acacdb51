//! Whether the total of an order that was queried shows that no tax and no discount is missing.

use recourse_kernel::Currency;
use serde_json::Value;

use crate::feed::amounts::decimal;

/// Where the price of a unit is in a line.
const UNIT_PRICE: [&str; 2] =
    ["/original_unit_price_set/shop_money/amount", "/original_unit_price"];

/// The lines of an order.
pub(super) fn lines(order: &Value) -> impl Iterator<Item = &Value> {
    order.get("line_items").and_then(Value::as_array).into_iter().flatten()
}

/// The custom attributes of a line; those that a shop hides begin with an underscore.
pub(super) fn attributes(line: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all = line.get("custom_attributes").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|one| {
        let text = |field: &str| one.get(field).and_then(Value::as_str);
        Some((text("key")?.trim_start_matches('_'), text("value").unwrap_or_default()))
    })
}

/// Whether the order's total is exactly that of its lines and their warranties.
pub(super) fn total_adds_up(order: &Value) -> bool {
    let total = order.pointer("/total_price_set/shop_money");
    let currency = total.and_then(|total| total.get("currency_code"));
    let currency = currency.or_else(|| order.get("currency_code")).and_then(Value::as_str);
    let Some(currency) = currency.and_then(|code| code.parse::<Currency>().ok()) else {
        return false;
    };
    let money = |text: &str| decimal(text, currency).map(|money| money.amount);
    let of_line = |line: &Value| {
        let price = UNIT_PRICE.into_iter().find_map(|path| line.pointer(path)?.as_str());
        let mut of_unit = money(price?)?;
        for (key, value) in attributes(line) {
            let price = match key {
                "recourse_warranty" => value.splitn(3, ':').nth(2),
                "recourse_warranty_price" => Some(value),
                _ => None,
            };
            of_unit = of_unit.checked_add(price.map_or(Some(0), |price| money(price.trim()))?)?;
        }
        of_unit.checked_mul(line.get("quantity")?.as_i64()?)
    };
    let sum = lines(order).map(of_line).try_fold(0_i64, |sum, line| sum.checked_add(line?));
    let total = total.and_then(|total| total.get("amount")).and_then(Value::as_str);
    let part = |field: &str| {
        let set = order.pointer(&format!("/{field}_set/shop_money/amount"));
        money(set.or_else(|| order.get(field))?.as_str()?)
    };
    sum.is_some_and(|sum| {
        total.and_then(money) == Some(sum) && !hides_a_discount(order, sum, &part)
    })
}

/// Whether a discount may be exactly as much as shipping and added tax, so that the total is that
/// of the lines although they were not paid in full. If none of the fields that tell was asked for,
/// there is none.
fn hides_a_discount(order: &Value, lines: i64, part: &dyn Fn(&str) -> Option<i64>) -> bool {
    let names_one = ["discount_code", "discount_codes", "discount_applications"]
        .into_iter()
        .any(|field| is_there(order, field));
    if names_one || self::lines(order).any(|line| is_there(line, "discount_allocations")) {
        return true;
    }
    let discounts = part("total_discounts").map(|discounts| discounts != 0);
    let subtotal = part("subtotal_price").map(|subtotal| subtotal != lines);
    if let Some(is_discounted) = discounts.max(subtotal) {
        return is_discounted;
    }
    // Something was added, so as much was taken off.
    let is_added = |field: &str| part(field).is_some_and(|added| added != 0);
    let includes_tax = order.get("taxes_included") == Some(&Value::Bool(true));
    let shipping = order.get("shipping_lines").and_then(Value::as_array).into_iter().flatten();
    let mut shipping = shipping.chain(order.get("shipping_line"));
    is_added("total_shipping_price")
        || (!includes_tax && is_added("total_tax"))
        || shipping.any(costs_something)
}

/// Whether a field was asked for, and says something.
fn is_there(object: &Value, field: &str) -> bool {
    match object.get(field) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

/// Whether a line of shipping has a price.
fn costs_something(shipping: &Value) -> bool {
    let price = |set: &str| shipping.get(set)?.pointer("/shop_money/amount");
    let price = price("discounted_price_set").or_else(|| price("original_price_set"));
    price.is_some() && !is_zero(price)
}

/// Whether an amount is there and zero: it has no tax then.
pub(super) fn is_zero(amount: Option<&Value>) -> bool {
    let digits = amount.and_then(Value::as_str);
    digits.is_some_and(|digits| digits.bytes().all(|digit| digit == b'0' || digit == b'.'))
}
