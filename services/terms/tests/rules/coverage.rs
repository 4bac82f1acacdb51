//! T2, S9.

use proptest::prelude::*;
use recourse_kernel::Instant;
use recourse_terms::coverage::first_instant_of;
use recourse_terms::terms::MonthsBasis;
use recourse_terms::{Coverage, CoverageError, LocalTime, Terms, claims_from, coverage};

use crate::{at, day, terms};

fn delivered(instant: &str, zone: &str) -> LocalTime {
    LocalTime { at: at(instant), zone: zone.parse().unwrap() }
}

fn covered(terms: &Terms, instant: LocalTime) -> Coverage {
    let issued = instant.at - chrono::TimeDelta::days(5);
    coverage(terms, issued, &"RU".parse().unwrap(), Some(instant)).unwrap()
}

#[test]
fn t2_coverage_starts_on_day_16_at_local_midnight() {
    let terms = terms("wisetech-repair", 1);
    // 22:30 UTC is already the next day in Moscow, so day 0 is 2 March.
    let instant = delivered("2025-03-01T22:30:00Z", "Europe/Moscow");
    let dates = covered(&terms, instant);
    assert_eq!(dates.counted_from, day("2025-03-02"));
    assert_eq!(dates.starts, at("2025-03-17T21:00:00Z"));
    assert_eq!(dates.ends, at("2026-03-01T21:00:00Z"));
}

#[test]
fn s9_the_end_of_a_short_month_is_clipped() {
    let terms = terms("wisetech-repair", 1);
    let dates = covered(&terms, delivered("2024-02-29T09:00:00Z", "Europe/Moscow"));
    assert_eq!(dates.ends, at("2025-02-27T21:00:00Z"));
}

#[test]
fn s9_twelve_months_from_a_31st_end_on_a_31st_and_other_lengths_are_clipped_from_the_anchor() {
    let mut terms = terms("wisetech-repair", 1);
    let delivered = delivered("2025-01-31T09:00:00Z", "Europe/Berlin");
    let end_after = |terms: &mut Terms, months| {
        terms.coverage.months = months;
        covered(terms, delivered).ends
    };
    assert_eq!(end_after(&mut terms, 12), at("2026-01-30T23:00:00Z"));
    assert_eq!(end_after(&mut terms, 13), at("2026-02-27T23:00:00Z"));
    // Counted from the anchor: counted step by step, February would clip the day permanently.
    assert_eq!(end_after(&mut terms, 14), at("2026-03-30T22:00:00Z"));
}

#[test]
fn t2_day_16_across_daylight_saving_changes() {
    let terms = terms("wisetech-repair", 1);
    // Summer time begins on 30 March: 16 days, not 16 times 24 hours.
    let spring = covered(&terms, delivered("2025-03-20T12:00:00Z", "Europe/Berlin"));
    assert_eq!(spring.starts, at("2025-04-04T22:00:00Z"));
    let autumn = covered(&terms, delivered("2025-10-20T12:00:00Z", "Europe/Berlin"));
    assert_eq!(autumn.starts, at("2025-11-04T23:00:00Z"));
}

#[test]
fn s9_months_can_count_from_the_start_of_coverage() {
    let mut terms = terms("wisetech-repair", 1);
    terms.coverage.months_counted_from = MonthsBasis::Start;
    let dates = covered(&terms, delivered("2025-03-02T09:00:00Z", "Europe/Moscow"));
    assert_eq!(dates.counted_from, day("2025-03-18"));
    assert_eq!(dates.ends, at("2026-03-17T21:00:00Z"));
}

#[test]
fn t2_one_insurer_counts_from_the_issue_and_claims_wait_for_the_dispute_days() {
    let terms = terms("warranty-group-exchange", 1);
    let issued = at("2025-03-01T12:00:00Z");
    let dates = coverage(&terms, issued, &"DE".parse().unwrap(), None).unwrap();
    assert_eq!(dates.starts, at("2025-03-16T23:00:00Z"));
    // Twelve months later it is winter time again.
    assert_eq!(dates.ends, at("2026-02-28T23:00:00Z"));
    assert_eq!(claims_from(&terms, &dates, None), dates.starts);
    let late = delivered("2025-03-20T12:00:00Z", "Europe/Berlin");
    assert_eq!(claims_from(&terms, &dates, Some(late)), at("2025-04-04T22:00:00Z"));
    let unknown = coverage(&terms, issued, &"FR".parse().unwrap(), None);
    assert_eq!(unknown, Err(CoverageError::NoZone("FR".parse().unwrap())));
}

#[test]
fn t2_nothing_is_covered_before_the_delivery_is_known() {
    let terms = terms("wisetech-repair", 1);
    let issued = at("2025-03-01T12:00:00Z");
    let unknown = coverage(&terms, issued, &"RU".parse().unwrap(), None);
    assert_eq!(unknown, Err(CoverageError::NotDeliveredYet));
}

#[test]
fn t2_a_midnight_that_does_not_exist_is_the_first_instant_of_its_day() {
    let first = |date: &str, zone: &str| first_instant_of(day(date), zone.parse().unwrap());
    // In Beirut the clocks went from midnight straight to one o'clock.
    assert_eq!(first("2022-03-27", "Asia/Beirut"), Some(at("2022-03-26T22:00:00Z")));
    // In Havana midnight occurred twice.
    assert_eq!(first("2024-11-03", "America/Havana"), Some(at("2024-11-03T04:00:00Z")));
    // Samoa skipped 30 December 2011.
    assert_eq!(first("2011-12-30", "Pacific/Apia"), Some(at("2011-12-30T10:00:00Z")));
}

proptest! {
    #[test]
    fn s9_coverage_is_never_empty_and_starts_16_local_days_after_delivery(
        seconds in 1_577_836_800_i64..2_208_988_800,
        zone in prop::sample::select(vec![
            "Europe/Moscow", "Europe/Kyiv", "America/New_York", "Asia/Beirut", "America/Havana",
        ]),
    ) {
        let terms = terms("wisetech-repair", 1);
        let at = Instant::from_timestamp(seconds, 0).unwrap();
        let instant = LocalTime { at, zone: zone.parse().unwrap() };
        let dates = covered(&terms, instant);
        prop_assert!(dates.starts < dates.ends);
        let first = LocalTime { at: dates.starts, zone: instant.zone };
        prop_assert_eq!((first.day() - instant.day()).num_days(), 16);
        let second_before = dates.starts - chrono::TimeDelta::seconds(1);
        let eve = LocalTime { at: second_before, zone: instant.zone };
        prop_assert!(eve.day() < first.day());
    }
}
