//! Parses decimal amounts, as shops write them, into whole minor units (M6).

use recourse_kernel::{Currency, Money};

/// `"1299.00"` in RUB is 129,900 minor units; `"500"` in JPY is 500. Nothing is rounded: digits
/// beyond the minor unit must be zeros, otherwise the amount is invalid in this currency.
///
/// ```
/// # use recourse_order_intake::feed::amounts::decimal;
/// let rub = "RUB".parse().unwrap();
/// assert_eq!(decimal("1299.5", rub).unwrap().amount, 129_950);
/// assert_eq!(decimal("0.001", rub), None);
/// ```
pub fn decimal(text: &str, currency: Currency) -> Option<Money> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let places = usize::try_from(currency.minor_digits()).ok()?;
    let (minor, beyond) = fraction.split_at(places.min(fraction.len()));
    if beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let amount: i64 = format!("{whole}{minor:0<places$}").parse().ok()?;
    Money::new(if negative { -amount } else { amount }, currency).bounded().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minor(text: &str, currency: &str) -> Option<i64> {
        decimal(text, currency.parse().unwrap()).map(|money| money.amount)
    }

    #[test]
    fn m6_decimals_become_minor_units_by_the_currencys_digits() {
        assert_eq!(minor("89.99", "USD"), Some(8_999));
        assert_eq!(minor("89", "USD"), Some(8_900));
        assert_eq!(minor("0.5", "USD"), Some(50));
        assert_eq!(minor("89.9900", "USD"), Some(8_999));
        assert_eq!(minor("500.00", "JPY"), Some(500));
        assert_eq!(minor("1.5", "KWD"), Some(1_500));
        assert_eq!(minor("-5.00", "EUR"), Some(-500));
    }

    #[test]
    fn m6_an_invalid_amount_is_refused_rather_than_rounded() {
        for bad in ["", ".5", "1e3", "1,5", "0.001", "1.2.3", "+1", "NaN", "99999999999999999999"] {
            assert_eq!(minor(bad, "USD"), None, "{bad}");
        }
        assert_eq!(minor("500.5", "JPY"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn m6_every_amount_reads_back(amount in -1_000_000_000_i64..1_000_000_000) {
            for code in ["RUB", "JPY", "KWD"] {
                let money = Money::new(amount, code.parse().unwrap());
                let written = money.to_string();
                let (number, _) = written.split_once(' ').unwrap();
                prop_assert_eq!(decimal(number, money.currency), Some(money));
            }
        }
    }
}
