//! How a shop names a warranty, and the device it covers, on a line of an order.
//!
//! A shop's own page can set the properties of a line item. Names are matched without a leading `_`
//! (which hides a property from the buyer) and ignoring case:
//!
//! | property | value |
//! | --- | --- |
//! | `recourse_warranty` | `program:provider` or `program:provider:price` |
//! | `recourse_warranty_price` | the price for one unit in the shop's currency, such as `519.60` |
//! | `recourse_warranty_for` | the SKU or number (from 1) of the line that it is for |
//! | `recourse_device` | `category/operating_system/brand/model` |
//! | `recourse_device_category`, `…_os`, `…_brand`, `…_model` | the same, one by one |
//!
//! Examples: `repair:wisetech-service`, `smartphone/android/Samsung/Galaxy S24`.
//!
//! `recourse_warranty_for` is set on a separate line that charges for the warranty; that line's
//! price is used if no other is given.
//!
//! What the properties do not say about the device is taken from the line: the brand from the
//! vendor, the model from the title, and category and operating system from well-known words in
//! them. What remains unknown is `other`, which no terms cover: the sale is then refused with that
//! reason instead of relying on a guess.

use recourse_kernel::{Currency, Money};
use recourse_terms::{Category, DeviceKind, OperatingSystem, Program};
use serde_json::Value;

use super::bodies::{LineItem, Properties};
use super::values::amount;
use crate::domain::events::WarrantyBought;
use crate::feed::amounts::decimal;
use crate::feed::unusable::Unusable;
use crate::feed::values::short;

/// The warranty named on a line, if any.
pub(super) fn bought(
    line: usize,
    item: &LineItem,
    items: &[LineItem],
    currency: Currency,
) -> Result<Option<WarrantyBought>, Unusable> {
    let Some(named) = property(item, "recourse_warranty") else { return Ok(None) };
    let wrong = |why| Unusable::Warranty { line, why };
    let mut parts = named.splitn(3, ':').map(str::trim);
    let program = match parts.next().unwrap_or_default().to_lowercase().as_str() {
        "repair" => Program::Repair,
        "exchange" => Program::Exchange,
        _ => return Err(wrong("the program is neither repair nor exchange")),
    };
    let provider = parts.next().unwrap_or_default().to_lowercase();
    let provider = provider.parse().map_err(|_| wrong("its provider name is invalid"))?;
    let reported =
        parts.next().map(str::to_owned).or_else(|| property(item, "recourse_warranty_price"));
    let price = match reported {
        Some(text) => decimal(&text, currency).ok_or_else(|| wrong("its price is invalid"))?,
        None => price_on_a_line_of_its_own(line, item, items, currency)
            .ok_or_else(|| wrong("its price is missing"))?,
    };
    Ok(Some(WarrantyBought { program, provider, price }))
}

/// The price of the separate line that charges this line's warranty.
fn price_on_a_line_of_its_own(
    line: usize,
    item: &LineItem,
    items: &[LineItem],
    currency: Currency,
) -> Option<Money> {
    let charges = items.iter().find(|other| {
        property(other, "recourse_warranty_for").is_some_and(|it| {
            it == line.to_string() || item.sku.as_deref().is_some_and(|sku| sku == it)
        })
    })?;
    amount(charges.price_set.as_ref(), charges.price.as_ref(), currency)
}

/// The device of a line, if its properties name one or it has a warranty.
pub(super) fn device(item: &LineItem, has_warranty: bool) -> Option<DeviceKind> {
    let whole = property(item, "recourse_device");
    let reported = |name: &str, position: usize| {
        let part = whole.as_deref().and_then(|whole| whole.splitn(4, '/').nth(position));
        let part = part.map(|part| part.trim().to_owned());
        property(item, name).or(part).filter(|text| !text.is_empty())
    };
    let category = reported("recourse_device_category", 0);
    let system = reported("recourse_device_os", 1)
        .or_else(|| property(item, "recourse_device_operating_system"));
    let (brand, model) =
        (reported("recourse_device_brand", 2), reported("recourse_device_model", 3));
    let says_so = [&category, &system, &brand, &model].into_iter().any(Option::is_some);
    if !says_so && !has_warranty {
        return None;
    }
    let title = item.title.as_deref().or(item.name.as_deref()).unwrap_or_default();
    let vendor = item.vendor.as_deref().unwrap_or_default();
    let brand = brand.unwrap_or_else(|| vendor.to_owned());
    let words = format!("{brand} {title} {}", model.as_deref().unwrap_or_default()).to_lowercase();
    Some(DeviceKind {
        category: category.map_or_else(|| category_in(&words), |text| category_of(&text)),
        operating_system: system.map_or_else(|| system_in(&words), |text| system_of(&text)),
        brand: short(&brand),
        model: short(model.as_deref().unwrap_or(title)),
    })
}

fn category_of(text: &str) -> Category {
    match text.to_lowercase().replace(['-', ' '], "_").as_str() {
        "smartphone" | "phone" => Category::Smartphone,
        "tablet" => Category::Tablet,
        "push_button_phone" | "feature_phone" => Category::PushButtonPhone,
        _ => Category::Other,
    }
}

fn category_in(words: &str) -> Category {
    let has = |of: &[&str]| of.iter().any(|word| words.contains(word));
    if has(&["tablet", "ipad", "galaxy tab"]) {
        Category::Tablet
    } else if has(&["smartphone", "iphone", "galaxy s", "galaxy a", "galaxy z", "pixel", "redmi"]) {
        Category::Smartphone
    } else {
        Category::Other
    }
}

fn system_of(text: &str) -> OperatingSystem {
    match text.to_lowercase().as_str() {
        "android" => OperatingSystem::Android,
        "ios" | "ipados" => OperatingSystem::Ios,
        "windows" | "windows phone" => OperatingSystem::Windows,
        "symbian" => OperatingSystem::Symbian,
        _ => OperatingSystem::Other,
    }
}

fn system_in(words: &str) -> OperatingSystem {
    let has = |of: &[&str]| of.iter().any(|word| words.contains(word));
    if has(&["apple", "iphone", "ipad"]) {
        OperatingSystem::Ios
    } else if has(&["windows", "lumia"]) {
        OperatingSystem::Windows
    } else if has(&["android", "samsung", "galaxy", "xiaomi", "redmi", "pixel", "oneplus"]) {
        OperatingSystem::Android
    } else {
        OperatingSystem::Other
    }
}

/// A property of the line, if it is present and not empty.
fn property(item: &LineItem, wanted: &str) -> Option<String> {
    let is_it = |name: &str| name.trim_start_matches('_').eq_ignore_ascii_case(wanted);
    let value = match item.properties.as_ref()? {
        Properties::List(list) => list
            .iter()
            .find(|property| property.name.as_deref().is_some_and(is_it))
            .and_then(|property| property.value.as_ref()),
        Properties::Object(object) => {
            object.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value)
        }
    };
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
