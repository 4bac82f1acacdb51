//! How single values of a body are read: amounts, currencies, countries and times.

use recourse_kernel::{Currency, Instant, Money};
use recourse_terms::Country;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bodies::{Address, MoneySet, ShopMoney, Text};
use crate::feed::amounts::decimal;
use crate::feed::unusable::Unusable;
use crate::feed::values::sensible;

/// Parses a body that must be one JSON value without duplicate keys.
pub(super) fn whole(body: &[u8]) -> Result<Value, Unusable> {
    recourse_kernel::json::check(body).map_err(|error| Unusable::shape(&error))?;
    serde_json::from_slice(body).map_err(|error| Unusable::shape(&error))
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

pub(super) fn country(address: &Address) -> Result<Country, Unusable> {
    let code = address.country_code.as_deref().ok_or_else(|| Unusable::missing("country_code"))?;
    code.trim().to_uppercase().parse().map_err(|_| Unusable::value("country_code"))
}

/// The first of these times that is present.
pub(super) fn instant(instants: [Option<Instant>; 2], field: &str) -> Result<Instant, Unusable> {
    let instant = instants.into_iter().flatten().next();
    sensible(instant.ok_or_else(|| Unusable::missing(field))?)
}
