//! S3, M1, M6.

use chrono::Months;
use proptest::prelude::*;
use recourse_kernel::Money;
use recourse_terms::cash::month_of_warranty;
use recourse_terms::terms::DayThatCounts;
use recourse_terms::{Outcome, SettlementFacts, cash_percent, day_that_counts, price_of};

use crate::{day, rub, terms};

#[test]
fn s3_the_price_is_a_share_of_the_devices_price_rounded_half_even() {
    let repair = terms("wisetech-repair", 1);
    assert_eq!(price_of(&repair, rub(10_000)), Ok(rub(400)));
    // 4 % of 12.50, 37.50 and 12.51: 0.50, 1.50, 0.5004.
    let minor = |amount| price_of(&repair, Money::new(amount, "RUB".parse().unwrap()));
    assert_eq!(minor(1250).unwrap().amount, 50);
    assert_eq!(minor(13).unwrap().amount, 1);
    assert_eq!(minor(12).unwrap().amount, 0);
    assert_eq!(price_of(&terms("wisetech-exchange", 1), rub(10_000)), Ok(rub(600)));
}

#[test]
fn m1_cash_falls_with_the_month_of_the_warranty() {
    let terms = terms("wisetech-repair", 1);
    let anchor = day("2025-01-31");
    let percent = |filed| cash_percent(&terms, anchor, day(filed));
    assert_eq!(percent("2025-02-16"), 100);
    assert_eq!(percent("2025-07-30"), 100);
    // Six months after 31 January is 31 July, where month 7 begins.
    assert_eq!(percent("2025-07-31"), 90);
    assert_eq!(percent("2025-08-30"), 90);
    assert_eq!(percent("2025-08-31"), 80);
    // Eight months after it is 30 September, since there is no 31 September.
    assert_eq!(percent("2025-09-29"), 80);
    assert_eq!(percent("2025-09-30"), 70);
    assert_eq!(percent("2025-10-31"), 60);
    assert_eq!(percent("2025-11-30"), 50);
    assert_eq!(percent("2025-12-31"), 40);
    assert_eq!(percent("2026-01-30"), 40);
    assert_eq!(percent("2026-01-31"), 0);
}

#[test]
fn m1_one_provider_pays_in_full_all_year() {
    let terms = terms("tomrepair-repair", 1);
    assert_eq!(cash_percent(&terms, day("2025-01-31"), day("2026-01-30")), 100);
}

#[test]
fn m1_the_filing_of_the_first_claim_counts_unless_the_terms_name_another_day() {
    let mut terms = terms("wisetech-repair", 1);
    let price = recourse_kernel::Money::new(1_000_000, "RUB".parse().unwrap());
    let (counted_from, filed) = (day("2025-01-01"), day("2025-12-01"));
    let facts = SettlementFacts {
        first_filed: day("2025-05-01"),
        found: Some(day("2025-12-05")),
        settled: Some(day("2025-12-20")),
        ..SettlementFacts::new(Outcome::Refunded, price, counted_from, filed)
    };
    assert_eq!(day_that_counts(&terms, &facts), day("2025-05-01"));
    for (counts, on) in [
        (DayThatCounts::ThisFiling, "2025-12-01"),
        (DayThatCounts::Verdict, "2025-12-05"),
        (DayThatCounts::Payout, "2025-12-20"),
    ] {
        terms.cash.day_that_counts = counts;
        assert_eq!(day_that_counts(&terms, &facts), day(on));
    }
    let unseen = SettlementFacts { found: None, ..facts };
    terms.cash.day_that_counts = DayThatCounts::Verdict;
    assert_eq!(day_that_counts(&terms, &unseen), filed, "lost before it was inspected");
}

proptest! {
    #[test]
    fn m1_the_month_is_the_smallest_that_ends_after_the_filing(
        anchor in 0_u64..20_000,
        after in 0_u64..400,
    ) {
        let anchor = day("1990-01-01") + chrono::Days::new(anchor);
        let filed = anchor + chrono::Days::new(after);
        let month = month_of_warranty(anchor, filed);
        prop_assert!(month >= 1);
        prop_assert!(filed < anchor + Months::new(month));
        prop_assert!(month == 1 || filed >= anchor + Months::new(month - 1));
    }

    #[test]
    fn m1_cash_never_rises_with_time(first in 0_u64..366, later in 0_u64..366) {
        let terms = terms("warranty-group-exchange", 1);
        let anchor = day("2025-01-31");
        let percent = |after| cash_percent(&terms, anchor, anchor + chrono::Days::new(after));
        prop_assert!(percent(first.max(later)) <= percent(first.min(later)));
    }
}
