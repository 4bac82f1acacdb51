//! How single values of a body are read: amounts, currencies, countries and times.

use recourse_kernel::{Currency, Instant, Money};

use super::bodies::{Address, MoneySet, ShopMoney, Text};
use crate::feed::amounts::decimal;
pub(super) use crate::feed::json::{parse, whole};
use crate::feed::shop;
use crate::feed::unusable::Unusable;
use crate::feed::values::sensible;

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
    decimal(&text.text, currency)
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
        region: text(&address.province_code).or_else(|| text(&address.province)),
        city: text(&address.city),
    }
}

/// The text of an id that may be missing.
pub(super) fn id(id: Option<&Text>, field: &str) -> Result<Option<String>, Unusable> {
    id.map(|id| needed(Some(id), field)).transpose()
}

/// The text of a required id.
pub(super) fn needed(id: Option<&Text>, field: &str) -> Result<String, Unusable> {
    let id = id.ok_or_else(|| Unusable::missing(field))?;
    id.id().map(str::to_owned).ok_or_else(|| Unusable::value(field))
}

/// The first of these times that is present.
pub(super) fn instant(instants: [Option<Instant>; 2], field: &str) -> Result<Instant, Unusable> {
    let instant = instants.into_iter().flatten().next();
    sensible(instant.ok_or_else(|| Unusable::missing(field))?)
}

/// The domain of a shop; its address in a browser may have a path.
pub fn domain_of(address: &str) -> String {
    let domain = shop::domain_of(address);
    domain.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}
