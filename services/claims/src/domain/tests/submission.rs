use recourse_kernel::{NextCall, Rejection as _};
use recourse_terms::Verdict;

use super::super::commands::CoverageFact;
use super::super::events::{ClaimEvent, CoverageEnd};
use super::super::rejection::ClaimRejection;
use super::*;

#[test]
fn c1_a_claim_is_filed_once_coverage_has_started() {
    covered(WISETECH_REPAIR).when(&buyer(), day(20), &file(as_it_is)).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((filed.claim, filed.chain.position), (claim(1), 1));
        assert_eq!(filed.chain.first_filed_at, day(20));
        let tried: Vec<_> = filed.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let all = ["T10", "S7", "C1", "C1", "C10", "C4", "M9", "C10", "C2", "C6", "S2", "S5"];
        assert_eq!(tried, all);
        assert!(filed.findings.iter().all(|finding| finding.passed));
    });
}

#[test]
fn c1_before_day_16_the_refusal_names_the_first_day_and_the_dispute() {
    let refused = covered(WISETECH_REPAIR)
        .when(&buyer(), day(3), &file(as_it_is))
        .then_refused("claim.before_coverage", &["C1", "T2", "T1"]);
    let sentence = refused.to_string();
    assert!(sentence.contains("Monday 17 March 2025 (Europe/Moscow)"), "{sentence}");
    assert!(sentence.contains("day 15") && sentence.contains("dispute"), "{sentence}");
    let instead = refused.reason().instead.unwrap();
    assert!(instead.starts_with("Open a dispute with the seller, or"), "{instead}");
    assert!(instead.ends_with("once coverage has started, under a new Idempotency-Key."));
    let dispute = NextCall::post(format!("/v1/devices/{}/disputes", device()));
    assert_eq!(refused.reason().call, Some(dispute));
    assert_eq!(refused.reason().facts["starts"], "2025-03-16T21:00:00Z");
}

#[test]
fn every_rule_of_a_filing_is_tried_and_the_refusal_reports_them_all() {
    let refused = covered(WISETECH_EXCHANGE)
        .when(
            &buyer(),
            day(3),
            &file(|form| {
                form.photos.clear();
                form.continues = Some(claim(7));
            }),
        )
        .then_refused("claim.not_a_chain", &["T6"]);
    let reported = refused.findings();
    let failed: Vec<_> = reported.iter().filter(|finding| !finding.passed).collect();
    let codes: Vec<_> = failed.iter().map(|finding| &finding.facts["code"]).collect();
    assert_eq!(codes, ["claim.not_a_chain", "claim.before_coverage", "claim.too_few_photos"]);
    assert_eq!(failed[1].facts["starts"], "2025-03-16T21:00:00Z", "the fact that the rule used");
    let passed: Vec<_> =
        reported.iter().filter(|f| f.passed).map(|finding| finding.rule.as_str()).collect();
    assert_eq!(passed, ["T10", "S7", "C1", "C10", "C4", "M9", "C10", "C6", "S2", "S5"]);
}

#[test]
fn the_same_refusal_by_two_rules_is_reported_once() {
    // Neither the first nor the last day of coverage is known before the delivery.
    let refused = nothing()
        .and(&fact(), day(-10), &sold_event(WISETECH_REPAIR))
        .and(&fact(), day(2), &completed())
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("claim.not_delivered_yet", &["C1", "T2"]);
    assert_eq!(refused.findings().iter().filter(|finding| !finding.passed).count(), 1);
}

#[test]
fn c1_coverage_starts_at_midnight_of_day_16_where_the_device_was_delivered() {
    let midnight = days_under(WISETECH_REPAIR).starts;
    let almost = midnight - TimeDelta::seconds(1);
    covered(WISETECH_REPAIR)
        .when(&buyer(), almost, &file(as_it_is))
        .then_refused("claim.before_coverage", &["C1", "T2", "T1"]);
    covered(WISETECH_REPAIR).when(&buyer(), midnight, &file(as_it_is)).then(|_| {});
}

#[test]
fn c1_after_the_end_a_claim_is_expired() {
    let end = days_under(WISETECH_REPAIR).ends;
    covered(WISETECH_REPAIR)
        .when(&buyer(), end - TimeDelta::seconds(1), &file(as_it_is))
        .then(|_| {});
    let refused = covered(WISETECH_REPAIR)
        .when(&buyer(), end, &file(as_it_is))
        .then_refused("claim.expired", &["C1", "S9"]);
    assert_eq!(refused.reason().facts["exclusion"], "expired");
}

#[test]
fn t2_coverage_from_the_issue_still_waits_for_the_dispute_period() {
    // Issued ten days before the delivery, so coverage itself starts on day 6.
    assert!(days_under(WARRANTY_GROUP).starts < day(7));
    covered(WARRANTY_GROUP)
        .when(&buyer(), day(10), &file(for_replacement))
        .then_refused("claim.before_coverage", &["C1", "T2", "T1"]);
    covered(WARRANTY_GROUP).when(&buyer(), day(16), &file(for_replacement)).then(|_| {});
}

#[test]
fn t10_a_claim_needs_a_completed_order() {
    let refused = nothing()
        .and(&fact(), day(-10), &sold_event(WISETECH_REPAIR))
        .and(&fact(), day(0), &scheduled(WISETECH_REPAIR))
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("claim.order_not_completed", &["T10"]);
    assert!(refused.reason().not_known_yet, "the completion may merely not be read yet");
}

#[test]
fn a_claim_before_the_sale_is_known_waits_for_it() {
    let refused = nothing()
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("policy.not_known", &["S1"]);
    assert!(refused.reason().not_known_yet);
}

#[test]
fn an_undelivered_device_has_no_first_day_of_coverage() {
    let refused = nothing()
        .and(&fact(), day(-10), &sold_event(WISETECH_REPAIR))
        .and(&fact(), day(2), &completed())
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("claim.not_delivered_yet", &["C1", "T2"]);
    assert!(refused.reason().not_known_yet);
}

#[test]
fn only_the_policys_buyer_files() {
    for other in [foreign_writer(), ann(), shop()] {
        covered(WISETECH_REPAIR)
            .when(&other, day(20), &file(as_it_is))
            .then_refused("claim.not_allowed", &[]);
    }
}

#[test]
fn a_cancelled_policy_covers_nothing() {
    for (reason, code, rules) in [
        (CoverageEnd::CancelledBeforeCoverage, "claim.coverage_cancelled", &["S7", "S8", "T1"][..]),
        (CoverageEnd::Returned, "claim.coverage_cancelled", &["S7", "S8", "T1"][..]),
        (CoverageEnd::RefundedInFull, "claim.compensated_by_seller", &["C1"][..]),
    ] {
        covered(WISETECH_REPAIR)
            .and(&fact(), day(5), &note_coverage(CoverageFact::Cancelled(reason)))
            .when(&buyer(), day(20), &file(as_it_is))
            .then_refused(code, rules);
    }
}

#[test]
fn c2_as_many_photos_as_the_terms_ask_for() {
    let without = |form: &mut File| form.photos.clear();
    covered(WISETECH_REPAIR).when(&buyer(), day(20), &file(without)).then(|_| {});
    let refused = covered(WISETECH_EXCHANGE)
        .when(&buyer(), day(20), &file(without))
        .then_refused("claim.too_few_photos", &["C2"]);
    assert_eq!(refused.why, ClaimRejection::TooFewPhotos { given: 0, least: 1 });
}

#[test]
fn c2_at_most_three_photos_each_once_and_jpeg() {
    let photos = |photos: Vec<Photo>| file(|form| form.photos = photos);
    let four = photos((1..=4).map(photo).collect());
    let twice = photos(vec![photo(1), photo(1)]);
    for command in [four, twice] {
        covered(WISETECH_REPAIR)
            .when(&buyer(), day(20), &command)
            .then_refused("claim.too_many_photos", &["C2"]);
    }
    let png = Photo { media_type: "image/png".to_owned(), ..photo(1) };
    covered(WISETECH_REPAIR)
        .when(&buyer(), day(20), &photos(vec![png]))
        .then_refused("claim.photo_not_jpeg", &["C2"]);
}

#[test]
fn c4_one_open_claim_per_policy() {
    let refused = filed(WISETECH_REPAIR)
        .when(&buyer(), day(22), &file(as_it_is))
        .then_refused("claim.another_is_open", &["C4"]);
    assert_eq!(refused.why, ClaimRejection::AnotherClaimIsOpen { open: claim(1) });
    repaired(covered(WISETECH_REPAIR), 1, 20).when(&buyer(), day(40), &file(as_it_is)).then(
        |events| {
            let [ClaimEvent::Filed(filed)] = events else { panic!() };
            assert_eq!((filed.claim, filed.chain.first), (claim(2), claim(2)), "not chained");
        },
    );
}

#[test]
fn c6_a_later_claim_is_for_the_registered_device() {
    let other = file(|form| form.serial = "SN-OTHER".parse().unwrap());
    repaired(covered(WISETECH_REPAIR), 1, 20)
        .when(&buyer(), day(40), &other)
        .then_refused("claim.serial_not_registered", &["C6"]);
    // Tomrepair requires no registration.
    repaired(covered(TOMREPAIR_REPAIR), 1, 20).when(&buyer(), day(40), &other).then(|_| {});
}

#[test]
fn s2_a_repair_under_exchange_is_possible_only_if_the_terms_allow_it() {
    covered(WISETECH_EXCHANGE).when(&buyer(), day(20), &file(as_it_is)).then(|_| {});
    covered(WARRANTY_GROUP)
        .when(&buyer(), day(20), &file(as_it_is))
        .then_refused("claim.no_repair_under_exchange", &["S2"]);
}

#[test]
fn s5_no_claims_where_the_provider_has_no_shop() {
    let abroad = file(|form| form.country = "ES".parse().unwrap());
    covered(WISETECH_REPAIR)
        .when(&buyer(), day(20), &abroad)
        .then_refused("claim.country_not_served", &["S5", "C7"]);
}

#[test]
fn m1_a_returning_defect_keeps_the_day_of_the_first_filing() {
    let returned = file(|form| form.continues = Some(claim(1)));
    repaired(covered(WISETECH_REPAIR), 1, 20).when(&buyer(), day(200), &returned).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert_eq!(filed.chain.first, claim(1));
        assert_eq!(filed.chain.first_filed_at, day(20));
        assert_eq!((filed.chain.position, filed.chain.unsuccessful_repairs), (2, 1));
    });
}

#[test]
fn t6_only_a_repair_can_be_continued() {
    let returned = file(|form| form.continues = Some(claim(1)));
    covered(WISETECH_REPAIR)
        .when(&buyer(), day(20), &returned)
        .then_refused("claim.not_a_chain", &["T6"]);
    filed(WISETECH_REPAIR)
        .and(&buyer(), day(21), &withdraw())
        .when(&buyer(), day(22), &returned)
        .then_refused("claim.not_a_chain", &["T6"]);
}

/// A device was replaced on day 30 and the claim closed.
fn replaced(line: &str) -> Tale {
    covered(line)
        .and(&buyer(), day(20), &file(for_replacement))
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .and(&ann(), day(25), &choose(1, Remedy::Replacement))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .and(&fact(), day(30), &replacement_sent(1, day(30)))
}

#[test]
fn t7_a_replacement_has_its_own_fifteen_days_after_the_coverage_has_ended() {
    let again = file(|form| {
        for_replacement(form);
        form.serial = "SN-NEW-1".parse().unwrap();
    });
    replaced(WARRANTY_GROUP).when(&buyer(), day(45), &again).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert!(filed.under_replacement);
        assert!(filed.findings.iter().any(|finding| finding.rule == "T7"));
    });
    replaced(WARRANTY_GROUP)
        .when(&buyer(), day(46), &again)
        .then_refused("claim.coverage_replaced", &["C1", "T7"]);
    // With the other providers, coverage continues to its end, for the new device.
    replaced(WISETECH_EXCHANGE).when(&buyer(), day(46), &again).then(|_| {});
    replaced(WISETECH_EXCHANGE)
        .when(&buyer(), day(46), &file(for_replacement))
        .then_refused("claim.serial_not_registered", &["C6"]);
}

#[test]
fn m7_m9_no_further_claim_for_a_device_that_was_paid_in_cash() {
    let refunded = || {
        inspected(WISETECH_EXCHANGE, Verdict::Covered)
            .and(&ann(), day(25), &choose(1, Remedy::Cash))
            .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
    };
    let refused = refunded()
        .when(&buyer(), day(40), &file(for_replacement))
        .then_refused("claim.device_is_the_providers", &["M7", "M9"]);
    assert_eq!(refused.reason().facts["how"], "paid in cash");
}

#[test]
fn m8_m9_no_further_claim_for_an_abandoned_device() {
    let abandoned = inspected(WISETECH_REPAIR, MISUSE)
        .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .and(&fact(), day(85), &money(1, MoneyProgress::Abandoned, day(85)));
    let refused = abandoned
        .when(&buyer(), day(90), &file(as_it_is))
        .then_refused("claim.device_is_the_providers", &["M7", "M9"]);
    assert_eq!(refused.reason().facts["how"], "abandoned");
    // Another device that arrived in its place and was never collected is not the policy's.
    let quarantined = accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::SerialMismatch, day(23)))
        .and(&buyer(), day(24), &withdraw())
        .and(&fact(), day(85), &money(1, MoneyProgress::Abandoned, day(85)));
    quarantined.when(&buyer(), day(90), &file(as_it_is)).then(|_| {});
}

#[test]
fn c6_the_registered_device_is_named_by_its_imeisv_and_by_either_of_two_imeis() {
    let by = |serial: &str| file(|form| form.serial = serial.parse().unwrap());
    let (first, second) = ("490154203237518", "356938035643809");
    let serials = vec![first.parse().unwrap(), second.parse().unwrap()];
    let received = NoteJob { serials, ..job_fact(1, Progress::Received, day(23)) };
    let returned = || {
        accepted(WISETECH_REPAIR)
            .and(&fact(), day(23), &ClaimCommand::NoteJob(Box::new(received.clone())))
            .and(&fact(), day(24), &verdict(1, MISUSE, day(24)))
            .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
            .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
            .and(&fact(), day(27), &noted(1, Progress::HandedOver, day(27)))
    };
    for same in [first, "4901542032375101", second, "3569380356438001"] {
        returned().when(&buyer(), day(40), &by(same)).then(|_| {});
    }
    returned()
        .when(&buyer(), day(40), &by("352099001761481"))
        .then_refused("claim.serial_not_registered", &["C6"]);
}

#[test]
fn c1_coverage_starts_at_local_midnight_of_day_16_and_its_end_is_excluded() {
    let at = |instant: &str| instant.parse::<Instant>().unwrap();
    // 22:30 UTC is already the next day in Moscow, so day 0 is 2 March.
    let delivered = LocalTime { at: at("2025-03-01T22:30:00Z"), zone: chrono_tz::Europe::Moscow };
    let days = days_after(WISETECH_REPAIR, delivered);
    let schedule = note_coverage(CoverageFact::Scheduled { days, corrected: false });
    let filed_at = |instant: &str| {
        let scheduled = nothing()
            .and(&fact(), day(-10), &sold_event(WISETECH_REPAIR))
            .and(&fact(), day(1), &schedule)
            .and(&fact(), day(2), &completed());
        scheduled.when(&buyer(), at(instant), &file(as_it_is))
    };
    filed_at("2025-03-17T20:59:59Z").then_refused("claim.before_coverage", &["C1", "T2", "T1"]);
    filed_at("2025-03-17T21:00:00Z").then(|_| {});
    filed_at("2026-03-01T20:59:59Z").then(|_| {});
    filed_at("2026-03-01T21:00:00Z").then_refused("claim.expired", &["C1", "S9"]);
}
