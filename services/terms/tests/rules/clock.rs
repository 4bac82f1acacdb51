//! T3, T4, C3, C8.

use chrono::TimeDelta;
use proptest::prelude::*;
use recourse_kernel::Instant;
use recourse_terms::terms::ClockStops;
use recourse_terms::{CountedClock, PauseReason};

use crate::{at, terms};

fn on(day: i64) -> Instant {
    at("2025-05-01T09:00:00Z") + TimeDelta::days(day)
}

fn days(n: i64) -> TimeDelta {
    TimeDelta::days(n)
}

fn repair_stops() -> ClockStops {
    terms("wisetech-repair", 1).remedy.clock_stops
}

fn exchange_stops() -> ClockStops {
    terms("wisetech-exchange", 1).remedy.clock_stops
}

#[test]
fn t4_days_spent_waiting_for_parts_do_not_count() {
    let mut clock = CountedClock::started(on(1));
    clock.pause(PauseReason::Parts, on(3));
    clock.resume(PauseReason::Parts, on(15));
    assert_eq!(clock.counted(&repair_stops(), on(18)), days(5));
    assert_eq!(clock.due(&repair_stops(), days(20)), Some(on(33)));
    // Waiting for parts does not pause the clock of an exchange.
    assert_eq!(clock.counted(&exchange_stops(), on(18)), days(17));
}

#[test]
fn t4_pauses_that_overlap_count_once() {
    let mut clock = CountedClock::started(on(0));
    clock.pause(PauseReason::Parts, on(2));
    clock.pause(PauseReason::Answer, on(4));
    clock.resume(PauseReason::Parts, on(6));
    clock.resume(PauseReason::Answer, on(8));
    assert_eq!(clock.counted(&repair_stops(), on(10)), days(4));
    assert_eq!(clock.counted(&repair_stops(), on(5)), days(2));
}

#[test]
fn t4_an_open_pause_leaves_no_due_date() {
    let mut clock = CountedClock::started(on(0));
    clock.pause(PauseReason::Parts, on(2));
    clock.pause(PauseReason::Parts, on(3));
    assert_eq!(clock.pauses.len(), 1);
    assert_eq!(clock.due(&repair_stops(), days(20)), None);
    assert_eq!(clock.due(&repair_stops(), days(2)), Some(on(2)));
    assert_eq!(clock.counted(&repair_stops(), on(90)), days(2));
}

#[test]
fn t3_the_clock_is_paused_until_the_device_is_handed_over() {
    let mut clock = CountedClock::started(on(0));
    clock.pause(PauseReason::HandOver, on(0));
    let stops = exchange_stops();
    assert_eq!(clock.due(&stops, days(20)), None);
    assert_eq!(clock.counted(&stops, on(20)), days(0));
    clock.resume(PauseReason::HandOver, on(25));
    assert_eq!(clock.due(&stops, days(20)), Some(on(45)));
    assert_eq!(clock.due(&repair_stops(), days(20)), Some(on(20)));
}

#[test]
fn t12_offers_and_appeals_never_count_against_the_provider() {
    let mut clock = CountedClock::started(on(0));
    clock.pause(PauseReason::Offer, on(2));
    clock.resume(PauseReason::Offer, on(9));
    clock.pause(PauseReason::Appeal, on(12));
    clock.resume(PauseReason::Appeal, on(18));
    assert_eq!(clock.counted(&repair_stops(), on(20)), days(7));
}

#[test]
fn t4_a_stopped_clock_counts_no_further() {
    let mut clock = CountedClock::started(on(0));
    clock.stop(on(4));
    assert_eq!(clock.counted(&repair_stops(), on(9)), days(4));
    assert_eq!(clock.due(&repair_stops(), days(5)), None);
    assert_eq!(clock.due(&repair_stops(), days(4)), Some(on(4)));
}

#[test]
fn t6_the_third_unsuccessful_repair_puts_the_device_beyond_repair() {
    let terms = terms("tomrepair-repair", 1);
    assert!(!terms.is_beyond_repair_after(2) && terms.is_beyond_repair_after(3));
    assert!(!terms.may_pay_cash_after(2) && terms.may_pay_cash_after(3));
    assert!(crate::terms("wisetech-repair", 1).may_pay_cash_after(0));
    // "Three calls" instead of three repairs: the visit that finds the defect again is the third.
    let mut by_visits = terms;
    by_visits.beyond_repair.visits_count = true;
    assert!(!by_visits.is_beyond_repair_after(1) && by_visits.is_beyond_repair_after(2));
    assert!(!by_visits.may_pay_cash_after(1) && by_visits.may_pay_cash_after(2));
}

proptest! {
    #[test]
    fn t4_a_due_clock_has_counted_exactly_its_limit(
        waits in prop::collection::vec((0_usize..5, 0_i64..40, 0_i64..10), 0..8),
        limit in 1_i64..30,
    ) {
        const REASONS: [PauseReason; 5] = [
            PauseReason::Parts,
            PauseReason::Transit,
            PauseReason::Answer,
            PauseReason::HandOver,
            PauseReason::Dispute,
        ];
        let mut clock = CountedClock::started(on(5));
        for (reason, from, length) in waits {
            clock.pause(REASONS[reason], on(from));
            clock.resume(REASONS[reason], on(from + length));
        }
        for stops in [repair_stops(), exchange_stops()] {
            let due = clock.due(&stops, days(limit)).unwrap();
            prop_assert_eq!(clock.counted(&stops, due), days(limit));
            prop_assert!(clock.counted(&stops, due - TimeDelta::seconds(1)) < days(limit));
        }
    }
}
