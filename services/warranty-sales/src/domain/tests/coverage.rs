//! When a policy covers its device (T2, S9).

use chrono::TimeDelta;

use super::*;

#[test]
fn t2_coverage_starts_on_day_16_at_local_midnight_and_s9_lasts_12_months() {
    let story = start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid());
    story.when(&orders(), at("2025-03-11T00:00:00Z"), &delivered()).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        // 20:30 in London is the 11th in Yekaterinburg (+05:00), so day 16 is the 27th.
        assert_eq!(coverage.counted_from, "2025-03-11".parse().unwrap());
        assert_eq!(coverage.starts, at("2025-03-26T19:00:00Z"));
        assert_eq!(coverage.ends, at("2026-03-10T19:00:00Z"));
        assert!(!coverage.corrected);
    });
}

#[test]
fn a_device_delivered_before_its_payment_is_reported_is_still_covered() {
    let story = start().and(&orders(), now(), &placed());
    let story = story.and(&orders(), now(), &delivered());
    story.when(&orders(), now(), &paid()).then(|events| {
        assert!(
            matches!(events, [PolicyEvent::Sold(_), PolicyEvent::CoverageScheduled(_)]),
            "{events:?}"
        );
    });
}

#[test]
fn t2_the_warranty_group_counts_from_the_issue_in_the_buyers_country() {
    let order = order_with_warranty("the-warranty-group", Program::Exchange, 74_070);
    let paid = OrderPaid { order: order.order, paid_at: at("2025-03-01T22:00:00Z") };
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .and(&orders(), at("2025-03-01T23:00:00Z"), &SalesCommand::NotePaid(paid))
        .when(&orders(), at("2025-03-11T00:00:00Z"), &delivered())
        .then(|events| {
            let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
            // Paid at 22:00 in London is 2 March in Moscow, so day 16 is the 18th.
            assert_eq!(coverage.counted_from, "2025-03-02".parse().unwrap());
            assert_eq!(coverage.starts, at("2025-03-17T21:00:00Z"));
            assert_eq!(
                (coverage.zone.as_str(), coverage.ends),
                ("Europe/Moscow", at("2026-03-01T21:00:00Z"))
            );
            // The days of a dispute are still counted from the delivery, so its zone is reported
            // too.
            assert_eq!(coverage.delivery_zone, "Asia/Yekaterinburg");
        });
}

#[test]
fn a_delivery_with_an_unknown_zone_is_refused() {
    let mut nowhere = delivery("2025-03-10T20:30:00Z");
    nowhere.zone = "Mars/Olympus".into();
    start()
        .and(&orders(), now(), &placed())
        .when(&orders(), now(), &SalesCommand::NoteDelivered(nowhere))
        .then_refused("policy.zone_not_known", &["T2"]);
}

fn sold() -> Story<'static, Sales> {
    start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid())
}

#[test]
fn s5_a_delivery_waits_for_the_terms_that_the_policy_was_sold_under() {
    let empty = TermsBook::default();
    // A fact that changes nothing.
    let sold = sold().when(&orders(), now(), &placed());
    let rejection = sold
        .again(key().as_str(), &empty)
        .when(&orders(), now(), &delivered())
        .then_refused("policy.terms_not_known", &["S5"]);
    assert!(rejection.reason().not_known_yet);
}

#[test]
fn t2_s9_days_beyond_the_calendar_are_refused() {
    let mut late = delivery("2025-03-10T20:30:00Z");
    late.delivered_at = Instant::MAX_UTC - TimeDelta::days(3);
    let rejection = sold()
        .when(&orders(), now(), &SalesCommand::NoteDelivered(late))
        .then_refused("policy.days_not_calculable", &["T2", "S9"]);
    assert!(!rejection.reason().not_known_yet, "waiting would not help");
}

#[test]
fn t2_s9_coverage_starts_and_ends_by_itself() {
    covered_soon().when_the_clock_reaches(at("2025-03-26T18:59:59Z")).then(|events| {
        assert!(events.is_empty());
    });
    let reported = covered_soon()
        .and_the_clock_reaches(at("2025-03-26T19:00:00Z"))
        .when_the_clock_reaches(at("2026-03-10T19:00:00Z"))
        .then(|events| {
            let [PolicyEvent::Ended(ended)] = events else { panic!("{events:?}") };
            assert_eq!(ended.reason, EndReason::Expired);
        });
    assert_eq!(Sales::wake_at(&reported.state), None);
}

#[test]
fn after_an_outage_of_a_year_a_policy_starts_and_ends_at_once() {
    covered_soon().when_the_clock_reaches(at("2027-01-01T00:00:00Z")).then(|events| {
        let [PolicyEvent::CoverageStarted(_), PolicyEvent::Ended(_)] = events else {
            panic!("{events:?}")
        };
    });
}
