//! Amounts of a line, unit by unit.

use recourse_kernel::Money;

/// M6: an amount for each of this many units. They sum up to the whole exactly, and none is more
/// than one minor unit above another: the remainder would otherwise fall on one unit alone.
pub(super) fn per_unit(whole: Money, quantity: u32) -> Vec<Money> {
    let units = i64::from(quantity.max(1));
    let (each, above) = (whole.amount.div_euclid(units), whole.amount.rem_euclid(units));
    let amount = |unit: i64| if unit < units - above { each } else { each + 1 };
    (0..units).map(|unit| Money { amount: amount(unit), ..whole }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    #[test]
    fn m6_the_units_of_a_line_sum_up_to_it() {
        let amounts = |whole, quantity| {
            per_unit(usd(whole), quantity).iter().map(|money| money.amount).collect::<Vec<_>>()
        };
        assert_eq!(amounts(14_397, 4), [3_599, 3_599, 3_599, 3_600]);
        assert_eq!(amounts(8_113, 3), [2_704, 2_704, 2_705]);
        assert_eq!(amounts(124_071, 2), [62_035, 62_036]);
        assert_eq!(amounts(0, 3), [0, 0, 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn m6_no_unit_is_more_than_one_minor_unit_above_another(
            whole in 0_i64..1_000_000_000,
            quantity in 1_u32..1_000,
        ) {
            let amounts = per_unit(usd(whole), quantity);
            let each = || amounts.iter().map(|money| money.amount);
            prop_assert_eq!(each().sum::<i64>(), whole);
            prop_assert!(each().max().unwrap() - each().min().unwrap() <= 1);
        }
    }
}
