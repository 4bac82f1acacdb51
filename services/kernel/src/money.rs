//! Amounts of money: whole minor units with an ISO 4217 code (M6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::whole_number;

/// An ISO 4217 currency code, such as `RUB`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Three capital letters, as in JSON: `RUB`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits the minor unit has: 2 for RUB, 0 for JPY, 3 for KWD.
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// The first currency of a country, by its ISO 3166 alpha-2 code: `RU`. None if the country is
    /// unknown.
    pub fn of_country(country: &str) -> Option<Self> {
        let country = country.parse().ok()?;
        iso_currency::Currency::from_country(country).first().copied().map(Self)
    }

    /// Whether it is a currency of a country, by its ISO 3166 alpha-2 code: `RU`.
    pub fn is_used_in(self, country: &str) -> bool {
        let country = country.parse::<iso_currency::Country>();
        country.is_ok_and(|country| self.0.used_by().contains(&country))
    }
}

/// A string that is not an ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ISO 4217 currency code in capital letters")]
pub struct UnknownCurrency(String);

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.chars().take(16).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// The largest amount, 2^53 - 1 minor units: readers in JavaScript have no larger exact integers.
pub const MAX_AMOUNT: i64 = 9_007_199_254_740_991;

fn within_bounds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let amount = whole_number(deserializer)?;
    if (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount) {
        Ok(amount)
    } else {
        Err(serde::de::Error::custom(format!(
            "the amount {amount} is beyond {MAX_AMOUNT} minor units"
        )))
    }
}

/// An amount in whole minor units of its currency: `{"amount": 129900, "currency": "RUB"}` is
/// 1,299.00 RUB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in whole minor units; may be negative, and is at most [`MAX_AMOUNT`] in
    /// either direction.
    #[serde(deserialize_with = "within_bounds")]
    pub amount: i64,
    /// The currency, which also determines the minor unit.
    pub currency: Currency,
}

/// Why a calculation with amounts is impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Currencies are never converted implicitly.
    #[error("cannot calculate with amounts in different currencies: {0} and {1}")]
    CurrenciesDiffer(Currency, Currency),
    /// The result is beyond [`MAX_AMOUNT`].
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// `amount` whole minor units of `currency`.
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Zero still has a currency: 0 RUB and 0 EUR are not equal.
    pub fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// The sum; an error if the currencies differ or the result is beyond [`MAX_AMOUNT`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_add)
    }

    /// The difference, which may be negative; an error as for [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_sub)
    }

    /// `numerator / denominator` of the amount, rounded half-even to the minor unit (M6).
    ///
    /// The denominator must be positive; 0 is treated as 1.
    pub fn share(self, numerator: u32, denominator: u32) -> Result<Self, MoneyError> {
        let denominator = i128::from(denominator.max(1));
        let product = i128::from(self.amount) * i128::from(numerator);
        let (floor, rest) = (product.div_euclid(denominator), product.rem_euclid(denominator));
        let up = match (rest * 2).cmp(&denominator) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => floor.rem_euclid(2),
        };
        let amount = i64::try_from(floor + up).map_err(|_| MoneyError::TooLarge)?;
        Self { amount, ..self }.bounded()
    }

    /// Splits the amount by weight, in the order of the weights, into parts that sum up to it
    /// exactly (M6): each part is rounded half-even once, except the one at index `remainder_on`,
    /// which takes the remainder.
    ///
    /// If all weights are 0, that part takes the whole amount. If `remainder_on` is out of range,
    /// every part is rounded and the sum may differ from the amount.
    pub fn split(self, weights: &[u32], remainder_on: usize) -> Result<Vec<Self>, MoneyError> {
        let whole = weights.iter().try_fold(0_u32, |sum, weight| sum.checked_add(*weight));
        let whole = whole.ok_or(MoneyError::TooLarge)?;
        let mut parts = weights
            .iter()
            .map(|weight| self.share(*weight, whole))
            .collect::<Result<Vec<_>, _>>()?;
        let mut others = parts.iter().enumerate().filter(|(index, _)| *index != remainder_on);
        let rest = others.try_fold(self, |rest, (_, part)| rest.minus(*part))?;
        if let Some(part) = parts.get_mut(remainder_on) {
            *part = rest;
        }
        Ok(parts)
    }

    fn combined(
        self,
        other: Self,
        operation: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer(self.currency, other.currency));
        }
        let amount = operation(self.amount, other.amount).ok_or(MoneyError::TooLarge)?;
        Self { amount, ..self }.bounded()
    }

    /// The amount, if it is one that every reader keeps exact.
    pub fn bounded(self) -> Result<Self, MoneyError> {
        let fits = (-MAX_AMOUNT..=MAX_AMOUNT).contains(&self.amount);
        if fits { Ok(self) } else { Err(MoneyError::TooLarge) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.minor_digits();
        let unit = 10_u64.pow(digits);
        let (sign, absolute) = (if self.amount < 0 { "-" } else { "" }, self.amount.unsigned_abs());
        write!(f, "{sign}{}", absolute / unit)?;
        if digits > 0 {
            write!(f, ".{:0width$}", absolute % unit, width = digits as usize)?;
        }
        write!(f, " {}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_belongs_to_its_countries() {
        let ruble: Currency = "RUB".parse().unwrap();
        assert_eq!(Currency::of_country("RU"), Some(ruble));
        assert!(ruble.is_used_in("RU") && !ruble.is_used_in("US"));
        assert_eq!(Currency::of_country("??"), None);
    }

    #[test]
    fn m6_the_remainder_of_a_split_goes_to_the_named_part() {
        let rub = |amount| Money::new(amount, "RUB".parse().unwrap());
        assert_eq!(rub(100).split(&[1, 1, 1], 0).unwrap(), [rub(34), rub(33), rub(33)]);
        assert_eq!(rub(100).split(&[1, 1, 1], 2).unwrap(), [rub(33), rub(33), rub(34)]);
        // Half-even: half of 25 is 12, and half of 27 is 14; the other part takes the rest.
        assert_eq!(rub(25).split(&[50, 50], 1).unwrap(), [rub(12), rub(13)]);
        assert_eq!(rub(27).split(&[50, 50], 1).unwrap(), [rub(14), rub(13)]);
        assert_eq!(rub(27).split(&[50, 50], 0).unwrap(), [rub(13), rub(14)]);
    }

    #[test]
    fn m6_the_parts_of_a_split_always_sum_up_to_the_whole() {
        let rub = |amount| Money::new(amount, "RUB".parse().unwrap());
        for amount in (-1_000..1_000).step_by(7) {
            for weights in [&[1, 2][..], &[33, 67], &[1, 1, 1, 4], &[7], &[0, 0]] {
                for index in 0..weights.len() {
                    let parts = rub(amount).split(weights, index).unwrap();
                    let sum: i64 = parts.iter().map(|part| part.amount).sum();
                    assert_eq!(sum, amount, "{weights:?} {index}");
                }
            }
        }
        assert_eq!(rub(i64::MAX).split(&[u32::MAX, 1], 0), Err(MoneyError::TooLarge));
    }

    fn money(amount: i64, code: &str) -> Money {
        Money::new(amount, code.parse().unwrap())
    }

    #[test]
    fn m6_a_share_is_rounded_half_even_once() {
        assert_eq!(money(25, "RUB").share(1, 10).unwrap().amount, 2);
        assert_eq!(money(35, "RUB").share(1, 10).unwrap().amount, 4);
        assert_eq!(money(-25, "RUB").share(1, 10).unwrap().amount, -2);
        assert_eq!(money(26, "RUB").share(1, 10).unwrap().amount, 3);
        assert_eq!(money(i64::MAX, "RUB").share(2, 1), Err(MoneyError::TooLarge));
    }

    #[test]
    fn m6_minor_digits_are_the_currencys_own() {
        assert_eq!(money(129_900, "RUB").to_string(), "1299.00 RUB");
        assert_eq!(money(-5, "KWD").to_string(), "-0.005 KWD");
        assert_eq!(money(500, "JPY").to_string(), "500 JPY");
        assert!("rub".parse::<Currency>().is_err());
    }

    #[test]
    fn m6_currencies_are_never_mixed() {
        assert!(money(1, "RUB").plus(money(1, "EUR")).is_err());
    }
}
