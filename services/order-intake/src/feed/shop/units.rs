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

/// M6: an amount spread over parts by what each is worth. The shares sum up to it exactly, and none
/// is above its part. What is above all parts is for none.
pub(crate) fn by_worth(amount: i64, worths: &[i64]) -> Vec<i64> {
    let worth = |worth: &i64| i128::from((*worth).max(0));
    let whole: i128 = worths.iter().map(worth).sum();
    let amount = i128::from(amount.max(0)).min(whole);
    let (mut reached, mut given) = (0_i128, 0_i128);
    let share = |of_it: &i64| {
        reached += worth(of_it);
        let until = amount * reached / whole.max(1);
        let share = until - given;
        given = until;
        i64::try_from(share).unwrap_or(i64::MAX)
    };
    worths.iter().map(share).collect()
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

    #[test]
    fn m6_the_shares_of_an_amount_follow_the_worth_of_the_parts() {
        assert_eq!(by_worth(5_000, &[60_000, 40_000]), [3_000, 2_000]);
        assert_eq!(by_worth(100, &[1, 1, 1]), [1, 1, 1], "not above all of them");
        assert_eq!(by_worth(2, &[100, 100, 100]), [0, 1, 1]);
        assert_eq!(by_worth(50, &[0, 100, -7]), [0, 50, 0]);
        assert_eq!(by_worth(50, &[]), [0; 0]);
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

        #[test]
        fn m6_no_share_is_above_its_part(
            amount in 0_i64..1_000_000_000,
            worths in proptest::collection::vec(0_i64..1_000_000, 1..20),
        ) {
            let shares = by_worth(amount, &worths);
            prop_assert_eq!(shares.iter().sum::<i64>(), amount.min(worths.iter().sum()));
            prop_assert!(shares.iter().zip(&worths).all(|(share, worth)| share <= worth));
        }
    }
}
