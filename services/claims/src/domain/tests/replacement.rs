//! T7: a replacement has its own fifteen days of warranty, and so does the replacement of a
//! replacement.

use recourse_terms::Verdict;

use super::super::events::ClaimEvent;
use super::*;

/// Claim `number` is filed for the device with this serial, and a replacement is sent some days
/// later.
fn replaced(tale: Tale, number: u32, serial: &str, from: i64) -> Tale {
    tale.and(&buyer(), day(from), &for_device(serial))
        .and(&ann(), day(from + 1), &accept(number))
        .and(&fact(), day(from + 2), &noted(number, Progress::Received, day(from + 2)))
        .and(&fact(), day(from + 3), &verdict(number, Verdict::Covered, day(from + 3)))
        .and(&ann(), day(from + 4), &choose(number, Remedy::Replacement))
        .and(&fact(), day(from + 4), &money(number, MoneyProgress::Closed, day(from + 4)))
        .and(&fact(), day(from + 5), &replacement_sent(number, day(from + 5)))
}

fn for_device(serial: &str) -> ClaimCommand {
    file(|form| {
        for_replacement(form);
        form.serial = serial.parse().unwrap();
    })
}

const FIRST: &str = "490154203237518";

#[test]
fn t7_a_replacement_of_a_replacement_names_the_chain_of_serials() {
    for line in [WISETECH_EXCHANGE, WARRANTY_GROUP] {
        let once = || replaced(covered(line), 1, FIRST, 20);
        let twice = || replaced(once(), 2, "SN-NEW-1", 30);
        twice().when(&buyer(), day(45), &for_device("SN-NEW-2")).then(|events| {
            let [ClaimEvent::Filed(filed)] = events else { panic!() };
            assert!(filed.under_replacement);
            let serial = filed.findings.iter().find(|f| f.facts.contains_key("took_the_place_of"));
            let chain = &serial.unwrap().facts["took_the_place_of"];
            assert_eq!(*chain, serde_json::json!([FIRST, "SN-NEW-1"]));
        });
        for gone in [FIRST, "SN-NEW-1"] {
            let refused = twice().when(&buyer(), day(45), &for_device(gone));
            match line {
                WARRANTY_GROUP => {
                    refused.then_refused("claim.serial_not_the_replacement", &["T7", "M9"]);
                }
                _ => {
                    refused.then_refused("claim.serial_not_registered", &["C6"]);
                }
            }
        }
    }
}

#[test]
fn t7_each_replacement_has_fifteen_days_from_its_own_delivery() {
    // Sent on day 25, and again on day 40: the first one's days end with day 40, the second's with
    // day 55.
    let once = || replaced(covered(WARRANTY_GROUP), 1, FIRST, 20);
    once()
        .when(&buyer(), day(41), &for_device("SN-NEW-1"))
        .then_refused("claim.coverage_replaced", &["C1", "T7"]);
    let twice = || replaced(once(), 2, "SN-NEW-1", 35);
    twice().when(&buyer(), day(55), &for_device("SN-NEW-2")).then(|_| {});
    twice()
        .when(&buyer(), day(56), &for_device("SN-NEW-2"))
        .then_refused("claim.coverage_replaced", &["C1", "T7"]);
}

#[test]
fn t7_the_fifteen_days_continue_after_the_coverage_has_ended() {
    // Coverage ends with day 364; the replacement was sent on day 360.
    let late = || replaced(covered(WISETECH_EXCHANGE), 1, FIRST, 355);
    late().when(&buyer(), day(375), &for_device("SN-NEW-1")).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert!(filed.under_replacement);
    });
    late()
        .when(&buyer(), day(376), &for_device("SN-NEW-1"))
        .then_refused("claim.expired", &["C1", "S9"]);
}

/// A verdict on a replacement, claimed within its fifteen days.
fn found_in_a_replacement(line: &str, found: Verdict) -> Tale {
    replaced(covered(line), 1, FIRST, 20)
        .and(&buyer(), day(40), &for_device("SN-NEW-1"))
        .and(&ann(), day(41), &accept(2))
        // Confirmed after the fifteen days: the filing counts (C9).
        .and(&fact(), day(44), &noted(2, Progress::Received, day(44)))
        .and(&fact(), day(45), &verdict(2, found, day(45)))
}

#[test]
fn t7_a_defect_confirmed_in_a_replacements_days_means_another_replacement() {
    let confirmed = || found_in_a_replacement(WARRANTY_GROUP, Verdict::Covered);
    for who in [ann(), buyer()] {
        confirmed().when(&who, day(46), &choose(2, Remedy::Replacement)).then(|events| {
            let [ClaimEvent::RemedyChosen(chosen), _] = events else { panic!() };
            assert!(chosen.findings.iter().any(|finding| finding.rule == "T7"));
        });
    }
}

#[test]
fn t7_m2_the_provider_has_no_other_choice_for_a_replacement_that_failed() {
    for line in [WARRANTY_GROUP, WISETECH_EXCHANGE] {
        for remedy in [Remedy::Repair, Remedy::Cash] {
            found_in_a_replacement(line, Verdict::Covered)
                .when(&ann(), day(46), &choose(2, remedy))
                .then_refused("claim.another_replacement_is_due", &["T7"]);
        }
    }
    // A defect that is not covered is not confirmed.
    found_in_a_replacement(WARRANTY_GROUP, MISUSE)
        .when(&buyer(), day(46), &choose(2, Remedy::Replacement))
        .then_refused("claim.not_beyond_repair", &["T6", "M2"]);
}

#[test]
fn t7_a_replacement_is_named_by_its_imeisv() {
    for line in [WISETECH_EXCHANGE, WARRANTY_GROUP] {
        let serial = Some("356938035643809".parse().unwrap());
        let sent = NoteJob { serial, ..job_fact(1, Progress::ReplacementSent, day(26)) };
        let replaced = covered(line)
            .and(&buyer(), day(20), &for_device(FIRST))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
            .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
            .and(&ann(), day(24), &choose(1, Remedy::Replacement))
            .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
            .and(&fact(), day(26), &ClaimCommand::NoteJob(Box::new(sent)));
        replaced.when(&buyer(), day(30), &for_device("3569380356438001")).then(|_| {});
    }
}

#[test]
fn m1_m8_a_replacement_that_the_provider_lost_is_never_paid_with_nothing() {
    // Coverage ends with day 364; the replacement was sent on day 360, and claimed for in month 13.
    let lost = |continues| {
        let again = file(|form| {
            for_replacement(form);
            form.serial = "SN-NEW-1".parse().unwrap();
            form.continues = continues;
        });
        let reported = |what, shipment| {
            let shipment = Some(Shipment { id: job(2).shipment(1), fact: shipment });
            ClaimCommand::NoteJob(Box::new(NoteJob { shipment, ..job_fact(2, what, day(373)) }))
        };
        let fact_of_it = ShipmentFact {
            counts_as: None,
            never_picked_up: false,
            direction: Direction::ToShop,
            means: Means::Courier,
            booked_by: Party::Provider,
            carrier: "cse".to_owned(),
            price: rubles(400),
            lost: false,
            reimbursement_cap: None,
        };
        replaced(covered(WISETECH_EXCHANGE), 1, FIRST, 355)
            .and(&buyer(), day(370), &again)
            .and(&ann(), day(371), &accept(2))
            .and(&fact(), day(373), &reported(Progress::ShipmentBooked, Some(fact_of_it)))
            .and(&fact(), day(373), &reported(Progress::ShipmentLost, None))
    };
    for continues in [None, Some(claim(1))] {
        lost(continues)
            .when(&ann(), day(375), &choose(2, Remedy::Cash))
            .then_refused("claim.another_replacement_is_due", &["T7"]);
        lost(continues).when(&ann(), day(375), &choose(2, Remedy::Replacement)).then(|_| {});
    }
}

/// A replacement was sent on day 26, in a shipment whose delivery is reported.
fn in_transit() -> Tale {
    let fact_of_it = ShipmentFact {
        counts_as: None,
        never_picked_up: false,
        direction: Direction::ToBuyer,
        means: Means::Post,
        booked_by: Party::Provider,
        carrier: "post-ru".to_owned(),
        price: rubles(400),
        lost: false,
        reimbursement_cap: None,
    };
    let shipment = Some(Shipment { id: job(1).shipment(1), fact: None });
    let serial = Some("SN-NEW-1".parse().unwrap());
    let sent = NoteJob { shipment, serial, ..job_fact(1, Progress::ReplacementSent, day(26)) };
    covered(WARRANTY_GROUP)
        .and(&buyer(), day(20), &for_device(FIRST))
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
        .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
        .and(&fact(), day(24), &a_shipment_booked(1, fact_of_it, day(24)))
        .and(&ann(), day(24), &choose(1, Remedy::Replacement))
        .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
        .and(&fact(), day(26), &ClaimCommand::NoteJob(Box::new(sent)))
}

#[test]
fn t7_the_fifteen_days_begin_when_the_replacement_arrives() {
    let again = for_device("SN-NEW-1");
    let came = |on| shipment_fact(Progress::ShipmentDelivered, day(on));
    // Sent on day 26, and not reported as delivered yet: its days have not begun.
    in_transit().when(&buyer(), day(50), &again).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert!(filed.under_replacement);
    });
    // They do not begin until a delivery is reported, however long that takes; the policy's own
    // coverage ended with the replacement.
    in_transit().when(&buyer(), day(300), &again).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert!(filed.under_replacement);
    });
    // Delivered on day 45: its days end with day 60.
    let delivered = || in_transit().and(&fact(), day(50), &came(45));
    delivered().when(&buyer(), day(60), &again).then(|_| {});
    delivered()
        .when(&buyer(), day(61), &again)
        .then_refused("claim.coverage_replaced", &["C1", "T7"]);
    // Reported late as delivered on day 30: what was filed on day 50 is checked against that.
    let filed = || in_transit().and(&buyer(), day(50), &again);
    filed()
        .when(&fact(), day(52), &came(30))
        .then(|events| assert_eq!(names(events), ["job_noted", "review_opened"]));
    filed()
        .when(&fact(), day(52), &came(45))
        .then(|events| assert_eq!(names(events), ["job_noted"]));
}
