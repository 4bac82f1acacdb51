//! The device of a line: as its properties say, or by the words of vendor, title and product type.
//!
//! What remains unknown is `other`, which no terms cover: the sale is then refused with that reason
//! instead of relying on a guess.

use recourse_terms::{Category, DeviceKind, OperatingSystem};

use super::device_words;
use super::form::{Line, Order};
use crate::feed::values::short;

/// The device of a line, if its properties name one or it is known to be one.
pub(super) fn device(line: &Line, is_one: bool) -> Option<DeviceKind> {
    let whole = line.property("recourse_device");
    let reported = |name: &str, position: usize| {
        let part = whole.and_then(|whole| whole.splitn(4, '/').nth(position));
        line.property(name).or(part).map(str::trim).filter(|text| !text.is_empty())
    };
    let category = reported("recourse_device_category", 0);
    let system = reported("recourse_device_os", 1)
        .or_else(|| line.property("recourse_device_operating_system"));
    let (brand, model) =
        (reported("recourse_device_brand", 2), reported("recourse_device_model", 3));
    let says_so = [category, system, brand, model].into_iter().any(|part| part.is_some());
    if !says_so && !is_one {
        return None;
    }
    let brand = brand.unwrap_or_else(|| line.vendor.as_deref().unwrap_or_default());
    let words = format!("{brand} {} {}", line.title, model.unwrap_or_default()).to_lowercase();
    let kind = line.product_type.as_deref().unwrap_or_default();
    let by_words = || device_words::category(&format!("{words} {kind}"));
    Some(DeviceKind {
        category: category.map_or_else(by_words, category_of),
        operating_system: system.map_or_else(|| system_in(&words), system_of),
        brand: short(brand),
        model: short(model.unwrap_or(&line.title)),
    })
}

/// Which of these lines a plan can be for that names none. They are those that are known to be
/// devices or, of any brand, the only one that can be.
pub(super) fn devices_among(order: &Order, lines: impl Iterator<Item = usize>) -> Vec<usize> {
    let lines: Vec<usize> = lines.collect();
    let those = |wanted: fn(&Line) -> bool| {
        lines.iter().copied().filter(|&at| wanted(&order.lines[at])).collect::<Vec<_>>()
    };
    let known = those(looks_like_one);
    if !known.is_empty() {
        return known;
    }
    Some(those(may_be_one)).filter(|all| all.len() == 1).unwrap_or_default()
}

/// Why a plan finds none of these devices.
pub(super) fn why_no_device(devices: &[usize]) -> &'static str {
    if devices.is_empty() {
        "it is not known which line is its device: name it with `recourse_warranty_for` on the \
         plan's line, or say what the device is with `recourse_device` on its own"
    } else {
        "there are more plans than devices"
    }
}

/// Whether a line is a device: it says so, it wants a warranty, or its words name one.
fn looks_like_one(line: &Line) -> bool {
    let says_so = device(line, false).is_some() || line.property("recourse_warranty").is_some();
    let by_words = || device(line, true).is_some_and(|device| device.category != Category::Other);
    says_so || (by_words() && !is_accessory(line))
}

/// Whether a line without a warranty is taken for a device, in an order whose cheapest warranty
/// costs this much: it looks like one, or it may be one and costs more than that. Money that names
/// no line would otherwise be counted for another device, although it may be for this one.
pub(super) fn is_taken_for_one(order: &Order, line: &Line, warranty: Option<i64>) -> bool {
    let is_with_the_buyer = line.requires_shipping || order.is_of_a_counter;
    let each = line.paid.amount / i64::from(line.quantity.max(1));
    let is_worth_it = warranty.is_some_and(|price| each > price);
    is_with_the_buyer && (looks_like_one(line) || (is_worth_it && !is_accessory(line)))
}

/// Whether a line can be a device at all.
fn may_be_one(line: &Line) -> bool {
    line.requires_shipping && !is_accessory(line)
}

fn is_accessory(line: &Line) -> bool {
    let kind = line.product_type.as_deref().unwrap_or_default();
    device_words::is_accessory(&line.title) || device_words::is_accessory(kind)
}

fn category_of(text: &str) -> Category {
    match text.to_lowercase().replace(['-', ' '], "_").as_str() {
        "smartphone" | "phone" => Category::Smartphone,
        "tablet" => Category::Tablet,
        "push_button_phone" | "feature_phone" => Category::PushButtonPhone,
        _ => Category::Other,
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
