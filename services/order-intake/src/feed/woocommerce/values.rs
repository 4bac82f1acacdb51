//! How single values of a body are read: amounts, quantities, ids, times and addresses.

use chrono::{DateTime, NaiveDateTime, Utc};
use recourse_kernel::{Currency, Instant, Money};
use serde::Deserialize as _;
use serde_json::Value;

use super::bodies::{Address, Meta, Text};
use crate::feed::shop;
use crate::feed::unusable::Unusable;
use crate::feed::values::sensible;

/// How many digits of a fraction count in a sum.
const PLACES: usize = 9;

/// The sum of amounts, those that are missing being zero. Parts may have more digits than the
/// currency (a price without its tax, `41.9328`), but their sum must not: nothing is rounded.
pub(super) fn sum<'a>(
    parts: impl IntoIterator<Item = &'a Option<Text>>,
    currency: Currency,
) -> Option<Money> {
    let mut whole = 0_i128;
    for part in parts.into_iter().flatten() {
        whole = whole.checked_add(scaled(part.text.trim())?)?;
    }
    let beyond = PLACES.checked_sub(usize::try_from(currency.minor_digits()).ok()?)?;
    let unit = 10_i128.pow(u32::try_from(beyond).ok()?);
    if whole % unit != 0 {
        return None;
    }
    Money::new(i64::try_from(whole / unit).ok()?, currency).bounded().ok()
}

/// A decimal number, times 10 to the power of [`PLACES`]. An empty text is zero.
fn scaled(text: &str) -> Option<i128> {
    if text.is_empty() {
        return Some(0);
    }
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // Amounts are bounded far below 20 digits.
    if whole.is_empty() || whole.len() > 20 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let (counted, beyond) = fraction.split_at(PLACES.min(fraction.len()));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let amount: i128 = format!("{whole}{counted:0<PLACES$}").parse().ok()?;
    Some(if is_negative { -amount } else { amount })
}

/// How many units, whatever the sign; refunds count downwards. `1.0` is 1.
pub(super) fn quantity(text: Option<&Text>) -> Option<u32> {
    let Some(text) = text else { return Some(0) };
    let digits = text.text.trim().trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    fraction.bytes().all(|byte| byte == b'0').then(|| whole.parse().ok())?
}

pub(super) fn currency(code: Option<&str>) -> Result<Currency, Unusable> {
    let code = code.ok_or_else(|| Unusable::missing("currency"))?;
    code.parse().map_err(|_| Unusable::value("currency"))
}

/// A text that says something.
pub(super) fn said(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An id. `0` and an empty text mean none.
pub(super) fn id(text: Option<&Text>, field: &str) -> Result<Option<String>, Unusable> {
    let Some(text) = text else { return Ok(None) };
    let id = text.id().ok_or_else(|| Unusable::value(field))?;
    Ok(said(id).filter(|id| id != "0"))
}

pub(super) fn needed(text: Option<&Text>, field: &str) -> Result<String, Unusable> {
    id(text, field)?.ok_or_else(|| Unusable::missing(field))
}

/// The text of a value that is an id.
pub(super) fn id_of(value: &Value, field: &str) -> Result<Option<String>, Unusable> {
    let text: Option<Text> = Text::deserialize(value).ok();
    id(text.as_ref(), field)
}

/// A time in UTC, which WooCommerce writes without saying so: `2025-03-05T16:00:00`.
pub(super) fn time(text: Option<&str>, field: &str) -> Result<Option<Instant>, Unusable> {
    let Some(text) = text.and_then(said) else { return Ok(None) };
    let with_zone = DateTime::parse_from_rfc3339(&text).map(|at| at.with_timezone(&Utc));
    let at = with_zone.or_else(|_| {
        NaiveDateTime::parse_from_str(&text.replace(' ', "T"), "%Y-%m-%dT%H:%M:%S%.f")
            .map(|at| at.and_utc())
    });
    let at = at.ok().and_then(|at| sensible(at).ok());
    at.map(Some).ok_or_else(|| Unusable::value(field))
}

pub(super) fn needed_time(text: Option<&str>, field: &str) -> Result<Instant, Unusable> {
    time(text, field)?.ok_or_else(|| Unusable::missing(field))
}

/// The value with this key.
pub(super) fn meta<'a>(all: Option<&'a Vec<Meta>>, wanted: &str) -> Option<&'a Value> {
    all?.iter().find(|one| one.key.as_deref() == Some(wanted))?.value.as_ref()
}

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => said(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Some countries' states are written with the country: `DE-BE`.
pub(super) fn address(address: &Address) -> shop::Address {
    let country = address.country.as_deref().and_then(said);
    let region = address.state.as_ref().and_then(|state| said(&state.text)).map(|state| {
        let prefix = country.as_deref().map(|country| format!("{country}-")).unwrap_or_default();
        let code = state.strip_prefix(&prefix).map(str::to_owned);
        code.unwrap_or(state)
    });
    shop::Address { country, region, city: address.city.as_deref().and_then(said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(parts: &[&str], currency: &str) -> Option<i64> {
        let parts: Vec<_> = parts.iter().map(|part| Some(Text::of(part))).collect();
        sum(&parts, currency.parse().unwrap()).map(|money| money.amount)
    }

    #[test]
    fn m6_amounts_add_up_exactly_or_are_refused() {
        assert_eq!(total(&["251.26", "47.74"], "EUR"), Some(29_900));
        assert_eq!(total(&["41.9328", "8.0672"], "EUR"), Some(5_000));
        assert_eq!(total(&["-20.00", "-1.00"], "USD"), Some(-2_100));
        assert_eq!(total(&["500", ""], "JPY"), Some(500));
        for bad in ["41.9328", "1,5", ".5", "1e3", "0.0000000001", "999999999999999999999"] {
            assert_eq!(total(&[bad], "EUR"), None, "{bad}");
        }
    }

    #[test]
    fn a_quantity_has_no_sign_and_no_fraction() {
        let units = |text: &str| quantity(Some(&Text::of(text)));
        assert_eq!(
            (units("2"), units("-1"), units("1.0"), units("0")),
            (Some(2), Some(1), Some(1), Some(0))
        );
        assert_eq!((units("1.5"), units("x"), units("")), (None, None, None));
    }

    #[test]
    fn a_time_is_in_utc() {
        let at =
            |text: &str| time(Some(text), "date_paid_gmt").map(|at| at.map(|at| at.to_rfc3339()));
        let expected = Ok(Some("2025-03-05T16:00:00+00:00".to_owned()));
        assert_eq!(at("2025-03-05T16:00:00"), expected);
        assert_eq!(at("2025-03-05 16:00:00"), expected);
        assert_eq!(at("2025-03-05T11:00:00-05:00"), expected);
        assert_eq!(at(""), Ok(None));
        assert_eq!(at("0000-00-00T00:00:00"), Err(Unusable::value("date_paid_gmt")));
    }
}
