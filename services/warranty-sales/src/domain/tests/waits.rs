//! What policies wait for: one story for each row (T11).

use chrono::TimeDelta;
use recourse_kernel::{Matter, Owner, Wait, WaitKind};

use super::*;

fn waits(story: Story<'static, Sales>) -> Vec<Wait> {
    Sales::waits(&story.when_the_clock_reaches(at("2025-01-01T00:00:00Z")).state)
}

fn sold() -> Story<'static, Sales> {
    start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid())
}

#[test]
fn t11_the_seller_delivers_within_60_days_and_is_late_from_then_on() {
    let sold_at = at("2025-03-01T10:00:00Z");
    let due = sold_at + TimeDelta::days(60);
    let wait = &waits(sold())[0];
    assert_eq!((wait.what, wait.owner), (WaitKind::Delivery, Owner::Seller));
    assert_eq!((wait.since, wait.until, wait.is_late), (sold_at, Some(due), false));
    let reported = sold().when_the_clock_reaches(at("2027-01-01T00:00:00Z")).then(|events| {
        let [PolicyEvent::DeadlinePassed(missed)] = events else { panic!("{events:?}") };
        assert_eq!((missed.deadline, missed.due), (WaitKind::Delivery, due));
        assert_eq!(missed.escalated_to.as_deref(), Some("market"));
    });
    let late = Sales::waits(&reported.state);
    assert!(late[0].is_late && late[0].until == Some(due));
    assert_eq!(Sales::open(&reported.state), [Matter::Policy(device().policy())]);
    // A delivery that is reported late still starts the coverage.
    sold()
        .and_the_clock_reaches(at("2025-06-01T00:00:00Z"))
        .when(&orders(), at("2025-06-01T00:00:00Z"), &delivered())
        .then(|events| assert!(matches!(events, [PolicyEvent::CoverageScheduled(_)])));
}

#[test]
fn t11_coverage_starts_and_ends_on_its_days() {
    let wait = &waits(covered_soon())[0];
    assert_eq!((wait.what, wait.until), (WaitKind::CoverageStart, Some(starts())));
    let started = covered_soon().and_the_clock_reaches(starts());
    let wait = &waits(started)[0];
    let end = at("2026-03-10T19:00:00Z");
    assert_eq!((wait.what, wait.since, wait.until), (WaitKind::CoverageEnd, starts(), Some(end)));
    let ended = covered_soon().when_the_clock_reaches(end);
    assert!(Sales::waits(&ended.state).is_empty() && Sales::open(&ended.state).is_empty());
}

fn starts() -> Instant {
    at("2025-03-26T19:00:00Z")
}

#[test]
fn what_was_only_requested_or_is_over_waits_for_nothing() {
    let asked_for = start().and(&orders(), now(), &placed());
    let over = covered_soon().and(&Principal::new(Role::Buyer, "b-1"), now(), &cancel());
    for story in [asked_for, over] {
        let reported = story.when_the_clock_reaches(now());
        assert!(Sales::open(&reported.state).is_empty());
        assert!(Sales::waits(&reported.state).is_empty());
    }
}
