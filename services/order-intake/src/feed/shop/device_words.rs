//! What the words of a title or product type say about a device, whatever its brand.

use recourse_terms::Category;

/// Endings of the words for a phone, in the languages that shops write.
const PHONE: [&str; 12] = [
    "phone",
    "smartfon",
    "telefon",
    "teléfono",
    "telefono",
    "telefone",
    "handy",
    "celular",
    "móvil",
    "смартфон",
    "телефон",
    "手机",
];
/// Words that only end like one.
const NO_PHONE: [&str; 5] = ["headphone", "earphone", "microphone", "megaphone", "saxophone"];
/// Beginnings of the words for a tablet.
const TABLET: [&str; 4] = ["tablet", "ipad", "планшет", "平板"];
/// Series whose titles often have no such word.
const PHONE_SERIES: [&str; 5] = ["galaxy s", "galaxy a", "galaxy z", "pixel", "redmi"];
/// What is bought with a device.
const ACCESSORY: [&str; 34] = [
    "accessory",
    "accessorie",
    "adapter",
    "adaptor",
    "airpod",
    "band",
    "bud",
    "bumper",
    "cable",
    "cargador",
    "case",
    "charger",
    "chargeur",
    "coque",
    "cover",
    "dock",
    "earbud",
    "earphone",
    "etui",
    "film",
    "funda",
    "headphone",
    "headset",
    "holder",
    "keyboard",
    "microphone",
    "mount",
    "powerbank",
    "protector",
    "sleeve",
    "speaker",
    "stand",
    "strap",
    "stylus",
];
/// The same in languages that write it as one word with the device.
const ACCESSORY_ENDING: [&str; 6] = ["folie", "hülle", "kabel", "ladegerät", "чехол", "зарядка"];
/// Where a title continues with what is in the box, or what it is for.
const AFTER_THE_NAME: [&str; 6] = [" with ", " incl", " + ", " & ", ",", "("];

/// The category that some words name.
pub(super) fn category(text: &str) -> Category {
    let text = text.to_lowercase();
    let words = words(&text);
    let has = |wanted: &dyn Fn(&str) -> bool| words.iter().any(|word| wanted(singular(word)));
    let is_phone =
        |word: &str| PHONE.iter().any(|phone| word.ends_with(phone)) && !NO_PHONE.contains(&word);
    let is_tablet = |word: &str| TABLET.iter().any(|tablet| word.starts_with(tablet));
    if has(&is_tablet) || is_numbered_tablet(&words) {
        Category::Tablet
    } else if text.contains("feature phone") || has(&|word| word.starts_with("кнопочн")) {
        Category::PushButtonPhone
    } else if has(&is_phone)
        || PHONE_SERIES.iter().any(|series| text.contains(series))
        || has_a_radio_and_storage(&words)
    {
        Category::Smartphone
    } else {
        Category::Other
    }
}

/// Whether a title is that of an accessory: `Case for iPhone 15`, but not `iPhone 15 with case`.
pub(super) fn is_accessory(title: &str) -> bool {
    let title = title.to_lowercase();
    let ends = AFTER_THE_NAME.iter().filter_map(|mark| title.find(mark)).filter(|end| *end > 0);
    let name = title.get(..ends.min().unwrap_or(title.len())).unwrap_or_default();
    let is_one = |word: &&str| {
        ACCESSORY.contains(&singular(word))
            || ACCESSORY_ENDING.iter().any(|ending| word.ends_with(ending))
    };
    words(name).iter().any(is_one)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// `Tab S9`, `Pad 6`, `Pad Pro`, but not a mouse pad.
fn is_numbered_tablet(words: &[&str]) -> bool {
    let models = ["air", "go", "lite", "mini", "plus", "pro", "se"];
    let is_model =
        |word: &str| word.bytes().any(|byte| byte.is_ascii_digit()) || models.contains(&word);
    words.windows(2).any(|pair| matches!(pair[0], "tab" | "pad") && is_model(pair[1]))
}

/// `Edge 50 Pro 5G 256 GB`: what has both is a phone, unless another word names it.
fn has_a_radio_and_storage(words: &[&str]) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let units = ["gb", "tb", "гб", "go"];
    let is_storage = |(at, word): (usize, &&str)| {
        let follows = || words.get(at + 1).is_some_and(|next| units.contains(next));
        units.iter().any(|unit| word.strip_suffix(unit).is_some_and(is_number))
            || (is_number(word) && follows())
    };
    let other = ["laptop", "notebook", "router", "modem", "hotspot", "watch", "console"];
    words.iter().any(|word| matches!(*word, "5g" | "4g" | "lte" | "esim" | "sim"))
        && words.iter().enumerate().any(is_storage)
        && !words.iter().any(|word| other.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_recognised_whatever_its_brand() {
        for phone in [
            "Motorola Edge 50 Pro 5G 256GB",
            "OPPO Reno12 5G Dual SIM 256 GB",
            "Nothing Phone (2a)",
            "Fairphone 5",
            "Smartphones",
            "Cell Phones",
            "Смартфон Honor 200",
            "Galaxy S24",
            "Galaxy XCover7 5G 128GB",
            "iPhone 15",
        ] {
            assert_eq!(category(phone), Category::Smartphone, "{phone}");
            assert!(!is_accessory(phone), "{phone}");
        }
        for tablet in ["Xiaomi Pad 6", "OnePlus Pad Pro", "Lenovo Tab M10", "iPad Air", "Tablets"] {
            assert_eq!(category(tablet), Category::Tablet, "{tablet}");
        }
        assert_eq!(category("Nokia 105 feature phone"), Category::PushButtonPhone);
    }

    #[test]
    fn what_only_sounds_like_a_device_is_none() {
        for other in ["Headphones", "Mouse pad", "Laptop 5G 512GB", "T-shirt", "Phonebook"] {
            assert_eq!(category(other), Category::Other, "{other}");
        }
        for accessory in [
            "Case for iPhone 15",
            "iPhone 15 Silicone Case with MagSafe",
            "Screen protectors, Galaxy S24",
            "Schutzhülle Pixel 9",
            "USB-C Ladegerät",
            "Phone Accessories",
        ] {
            assert!(is_accessory(accessory), "{accessory}");
        }
        assert!(!is_accessory("iPhone 15 128GB with charger"));
        assert!(!is_accessory("Galaxy S24 (case included)"));
    }
}
