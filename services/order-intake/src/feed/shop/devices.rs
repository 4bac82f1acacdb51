//! The device of a line: as its properties say, or by well-known words in vendor and title.
//!
//! What remains unknown is `other`, which no terms cover: the sale is then refused with that reason
//! instead of relying on a guess.

use recourse_terms::{Category, DeviceKind, OperatingSystem};

use super::form::Line;
use crate::feed::values::short;

/// The device of a line, if its properties name one or it has a warranty.
pub(super) fn device(line: &Line, has_warranty: bool) -> Option<DeviceKind> {
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
    if !says_so && !has_warranty {
        return None;
    }
    let brand = brand.unwrap_or_else(|| line.vendor.as_deref().unwrap_or_default());
    let words = format!("{brand} {} {}", line.title, model.unwrap_or_default()).to_lowercase();
    Some(DeviceKind {
        category: category.map_or_else(|| category_in(&words), category_of),
        operating_system: system.map_or_else(|| system_in(&words), system_of),
        brand: short(brand),
        model: short(model.unwrap_or(&line.title)),
    })
}

/// Whether a line looks like a device, although nothing on it says so.
pub(super) fn looks_like_one(line: &Line) -> bool {
    device(line, true).is_some_and(|device| device.category != Category::Other)
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
