//! S3, M1, M6: shares of amounts, by month and by percent.

use recourse_kernel::{Currency, Money};
use recourse_terms::{
    Outcome, Party, PaymentKind, SettlementFacts, Verdict, cash_percent, payments, price_of,
};

use crate::calendar::{Civil, length};
use crate::{Dice, INPUTS, terms};

/// The month of the warranty, from the calendar: the number of full months that have passed, plus
/// one.
fn month(anchor: Civil, filed: Civil) -> i64 {
    let turned = (filed.year - anchor.year) * 12 + filed.month - anchor.month;
    let monthly_day = anchor.day.min(length(filed.year, filed.month));
    if filed.day >= monthly_day { turned + 1 } else { turned }
}

/// M1, as stated in the rulebook.
fn percent(month: i64) -> i64 {
    match month {
        ..=6 => 100,
        7 => 90,
        8 => 80,
        9 => 70,
        10 => 60,
        11 => 50,
        12 => 40,
        _ => 0,
    }
}

/// `amount * parts / of`, rounded half-even: by long division of the decimal digits.
pub(crate) fn share(amount: i64, parts: i64, of: i64) -> i64 {
    let (mut quotient, mut rest) = (0_i128, 0_i128);
    let of = i128::from(of);
    for digit in (i128::from(amount) * i128::from(parts)).to_string().bytes() {
        rest = rest * 10 + i128::from(digit - b'0');
        quotient = quotient * 10 + rest / of;
        rest %= of;
    }
    let is_odd = quotient % 2 == 1;
    if rest + rest > of || (rest + rest == of && is_odd) {
        quotient += 1;
    }
    i64::try_from(quotient).unwrap()
}

fn currencies() -> [Currency; 4] {
    ["RUB", "EUR", "JPY", "KWD"].map(|code| code.parse().unwrap())
}

#[test]
fn m1_the_percentage_matches_the_model() {
    let mut dice = Dice(3);
    let terms = terms("wisetech-repair-1.json");
    for input in 0..INPUTS {
        let mut anchor = Civil::of_epoch_day(dice.between(15_000, 30_000));
        if dice.between(0, 3) == 0 {
            anchor.day = length(anchor.year, anchor.month);
        }
        // Up to a year and a half later; in one case of four at the start of a warranty month.
        let mut filed = Civil::of_epoch_day(anchor.epoch_day() + dice.between(0, 550));
        if dice.between(0, 3) == 0 {
            let turn = anchor.months_on(dice.between(1, 13)).epoch_day();
            filed = Civil::of_epoch_day(turn + dice.between(-1, 1));
        }
        let expected = percent(month(anchor, filed));
        let said = cash_percent(&terms, anchor.as_date(), filed.as_date());
        assert_eq!(i64::from(said), expected, "input {input}: {anchor:?} {filed:?}");
    }
}

#[test]
fn s3_m1_m6_amounts_match_the_model() {
    let mut dice = Dice(4);
    let terms = terms("wisetech-repair-1.json");
    let mut rounded = 0;
    for input in 0..INPUTS {
        let currency = dice.one_of(&currencies());
        // Realistic device prices, and occasionally unrealistically high ones.
        let most = if dice.between(0, 15) == 0 { 1_000_000_000_000_000 } else { 30_000_000 };
        let price = dice.between(0, most);
        let refunded = dice.between(0, price);
        let reported = format!("input {input}: {price} less {refunded} {currency}");

        let said = price_of(&terms, Money::new(price, currency)).unwrap();
        assert_eq!(said, Money::new(share(price, 4, 100), currency), "{reported}");

        let anchor = Civil::of_epoch_day(dice.between(15_000, 30_000));
        let first = Civil::of_epoch_day(anchor.epoch_day() + dice.between(16, 364));
        let filed = Civil::of_epoch_day(first.epoch_day() + dice.between(0, 200));
        let facts = SettlementFacts {
            verdict: Some(Verdict::Covered),
            refunded_by_seller: Some(Money::new(refunded, currency)),
            first_filed: first.as_date(),
            ..SettlementFacts::new(
                Outcome::Refunded,
                Money::new(price, currency),
                anchor.as_date(),
                filed.as_date(),
            )
        };
        let percent = percent(month(anchor, first));
        let cash = share(price - refunded, percent, 100);
        rounded += u32::from((price - refunded) * percent % 100 != 0);
        let payments = payments(&terms, &facts).unwrap();
        match payments.as_slice() {
            [] => assert_eq!(cash, 0, "{reported}"),
            [payment] => {
                assert_eq!(
                    (payment.kind, payment.from, payment.to),
                    (PaymentKind::DeviceCash, Party::Provider, Party::Buyer)
                );
                assert_eq!(payment.amount, Money::new(cash, currency), "{reported}");
            }
            more => panic!("{reported}: {more:?}"),
        }
    }
    assert!(rounded > 1_000, "too few amounts need rounding");
}

#[test]
fn the_models_money_rounds_half_even() {
    let shares = [(25, 10), (35, 10), (26, 10), (24, 10), (0, 7), (50, 100), (150, 100)];
    assert_eq!(shares.map(|(amount, of)| share(amount, 1, of)), [2, 4, 3, 2, 0, 0, 2]);
}
