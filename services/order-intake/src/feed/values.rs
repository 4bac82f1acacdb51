//! How single values of a feed are read: names, codes, texts, times and numbers.

use chrono::Datelike as _;
use recourse_kernel::Instant;
use serde::{Deserialize, Deserializer};

use crate::feed::unusable::Unusable;

/// A marketplace's name appears in every record, so it must be short and without spaces: `market`,
/// `shop.myshopify.com`.
pub(crate) fn is_marketplace(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

pub(super) fn marketplace_of(name: &str) -> Result<String, Unusable> {
    if is_marketplace(name) { Ok(name.to_owned()) } else { Err(Unusable::Marketplace) }
}

/// A reason is a code, never free text, which might be personal data. Anything else becomes
/// `other`.
pub(super) fn reason_code(text: Option<&str>) -> String {
    let code = text.unwrap_or_default().trim().to_lowercase().replace([' ', '-'], "_");
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=40).contains(&code.len()) && code.bytes().all(plain) {
        code
    } else {
        "other".to_owned()
    }
}

/// Shortens a title, brand or model for display in a list.
pub(super) fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A short text; none if it is empty.
pub(super) fn some_text(text: &str) -> Option<String> {
    Some(short(text)).filter(|text| !text.is_empty())
}

/// A language tag in the form of BCP 47, such as `de-AT`; none for any other text.
pub(super) fn language_tag(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-");
    let fits = (2..=35).contains(&tag.len())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    fits.then_some(tag)
}

/// Accepts a time between the years 2000 and 2199, so that calendar calculations cannot overflow.
pub(super) fn sensible(at: Instant) -> Result<Instant, Unusable> {
    let at = recourse_kernel::record::to_micros(at);
    if (2000..2200).contains(&at.year()) { Ok(at) } else { Err(Unusable::value("at")) }
}

/// Accepts an order or buyer number as a string or as a JSON number; marketplaces write both.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}
