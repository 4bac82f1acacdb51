//! How single values of a feed are read: names, codes, texts, times and numbers.

use chrono::Datelike as _;
use recourse_kernel::{Instant, is_marketplace};
use serde::{Deserialize, Deserializer};

use crate::feed::unusable::Unusable;

/// A marketplace's name is any URI reference, which a `CloudEvents` source is.
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

/// A string, or a number as a string; marketplaces write both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// It is a number with a point or an exponent, or such a number as a text. As an amount it is
    /// good. A library that writes an id so has lost its last digits, or would if the id were
    /// longer.
    is_float: bool,
}

impl Text {
    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), is_float: is_a_float(text) }
    }

    /// The text of an id; none if it is a number with a point or an exponent. `7.0` would be
    /// another buyer than `7`.
    pub(super) fn id(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|_| !self.is_float)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(serde_json::Number),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) => Self { is_float: is_a_float(&text), text },
            Either::Number(number) => Self { text: number.to_string(), is_float: number.is_f64() },
        })
    }
}

/// Whether a text is what a library writes for a float that holds a whole number: `1001.0`,
/// `8.2e17`, `5e+21`. Other texts with a point or an `e` are ids: `2025.117`, `12e5`.
fn is_a_float(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix('-').unwrap_or(text);
    let all = |part: &str, is: fn(u8) -> bool| !part.is_empty() && part.bytes().all(is);
    let digits = |part: &str| all(part, |byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return text
            .split_once('.')
            .is_some_and(|(whole, rest)| digits(whole) && all(rest, |byte| byte == b'0'));
    };
    let (whole, rest) = match mantissa.split_once('.') {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (mantissa, None),
    };
    let unsigned = exponent.strip_prefix(['+', '-']);
    whole.len() == 1
        && digits(whole)
        && rest.is_none_or(digits)
        && digits(unsigned.unwrap_or(exponent))
        && (rest.is_some() || unsigned.is_some())
}
