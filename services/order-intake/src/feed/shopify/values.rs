//! How single values of a body are read: amounts, currencies, countries and times.

use std::borrow::Cow;

use recourse_kernel::{Currency, Instant, Money};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bodies::{Address, MoneySet, ShopMoney, Text};
use crate::feed::amounts::decimal;
use crate::feed::shop;
use crate::feed::unusable::Unusable;
use crate::feed::values::sensible;

/// Parses a body that must be one JSON value without duplicate keys. U+0000, which buyers paste
/// into notes and nothing can store, is dropped.
pub(crate) fn whole(body: &[u8]) -> Result<Value, Unusable> {
    let body = &without_nul(body)[..];
    recourse_kernel::json::check(body).map_err(|error| Unusable::shape(&error))?;
    serde_json::from_slice(body).map_err(|error| Unusable::shape(&error))
}

/// The body without the escapes of U+0000.
fn without_nul(body: &[u8]) -> Cow<'_, [u8]> {
    const NUL: &[u8] = b"\\u0000";
    if !body.windows(NUL.len()).any(|part| part == NUL) {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&first, after)) = rest.split_first() {
        if rest.starts_with(NUL) {
            rest = &rest[NUL.len()..];
        } else if let (b'\\', Some((&escaped, after))) = (first, after.split_first()) {
            // The second of two backslashes begins no escape.
            clean.extend([first, escaped]);
            rest = after;
        } else {
            clean.push(first);
            rest = after;
        }
    }
    Cow::Owned(clean)
}

pub(super) fn parse<T: DeserializeOwned>(body: &Value) -> Result<T, Unusable> {
    T::deserialize(body).map_err(|error| Unusable::shape(&error))
}

/// An amount in the shop's currency: from the money set if there is one, else from the plain field.
pub(super) fn amount(
    set: Option<&MoneySet>,
    plain: Option<&Text>,
    currency: Currency,
) -> Option<Money> {
    let shop_money = set.and_then(|set| set.shop_money.as_ref());
    let same = |money: &&ShopMoney| {
        money.currency_code.as_deref().is_none_or(|code| code == currency.code())
    };
    let text = match shop_money.filter(same).and_then(|money| money.amount.as_ref()) {
        Some(text) => text,
        None => plain?,
    };
    decimal(&text.0, currency)
}

pub(super) fn currency(code: Option<&str>) -> Result<Currency, Unusable> {
    let code = code.ok_or_else(|| Unusable::missing("currency"))?;
    code.parse().map_err(|_| Unusable::value("currency"))
}

pub(super) fn address(address: &Address) -> shop::Address {
    let text = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    shop::Address {
        country: text(&address.country_code),
        region: text(&address.province_code),
        city: text(&address.city),
    }
}

/// The text of a required id.
pub(super) fn needed(id: Option<&Text>, field: &str) -> Result<String, Unusable> {
    id.map(|id| id.0.clone()).ok_or_else(|| Unusable::missing(field))
}

/// The first of these times that is present.
pub(super) fn instant(instants: [Option<Instant>; 2], field: &str) -> Result<Instant, Unusable> {
    let instant = instants.into_iter().flatten().next();
    sensible(instant.ok_or_else(|| Unusable::missing(field))?)
}
