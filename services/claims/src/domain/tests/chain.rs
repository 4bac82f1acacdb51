use recourse_terms::{Verdict, cash_percent};

use super::super::events::{ClaimEvent, EarlierRepair};
use super::*;

fn again(previous: u32) -> ClaimCommand {
    file(|form| form.continues = Some(claim(previous)))
}

/// The buyer reports that the defect is back; the shop finds none and returns the device
/// unrepaired.
fn only_diagnosed(tale: Tale, number: u32, from: i64) -> Tale {
    tale.and(&buyer(), day(from), &again(number - 1))
        .and(&ann(), day(from + 1), &accept(number))
        .and(&fact(), day(from + 2), &noted(number, Progress::Received, day(from + 2)))
        .and(&fact(), day(from + 3), &verdict(number, Verdict::NoFaultFound, day(from + 3)))
        .and(&buyer(), day(from + 3), &choose(number, Remedy::ReturnUnrepaired))
        .and(&fact(), day(from + 4), &money(number, MoneyProgress::Closed, day(from + 4)))
        .and(&fact(), day(from + 4), &noted(number, Progress::HandedOver, day(from + 4)))
}

/// Claim 4 and later, up to the verdict that the defect is there again.
fn found_again(tale: Tale, number: u32, from: i64) -> Tale {
    tale.and(&buyer(), day(from), &again(number - 1))
        .and(&ann(), day(from + 1), &accept(number))
        .and(&fact(), day(from + 2), &noted(number, Progress::Received, day(from + 2)))
        .and(&fact(), day(from + 3), &verdict(number, Verdict::Covered, day(from + 3)))
}

fn repairs_before(tale: Tale, number: u32) -> u32 {
    claim_in(tale, number).chain.unsuccessful_repairs
}

#[test]
fn t6_a_visit_that_only_diagnosed_neither_counts_nor_breaks_the_row() {
    let two = repaired(repaired(covered(WISETECH_REPAIR), 1, 20), 2, 30);
    let diagnosed = only_diagnosed(two, 3, 40);
    let three = repaired(diagnosed, 4, 50);
    let returned = found_again(three, 5, 60);
    let claim = claim_in(returned, 5);
    assert_eq!((claim.chain.position, claim.chain.unsuccessful_repairs), (5, 3));
    let Stage::Remedy(remedying) = &claim.stage else { panic!("{:?}", claim.stage) };
    assert!(remedying.third_unsuccessful && remedying.beyond_repair);
}

#[test]
fn t6_two_repairs_and_a_diagnosis_are_not_three_repairs() {
    let two = repaired(repaired(covered(WISETECH_REPAIR), 1, 20), 2, 30);
    let returned = found_again(only_diagnosed(two, 3, 40), 4, 50);
    let reported = returned.when(&ann(), day(54), &choose(4, Remedy::Repair)).then(|_| {});
    assert_eq!(the_claim(&reported, 4).chain.unsuccessful_repairs, 2);
}

#[test]
fn t6_a_replacement_neither_counts_as_a_repair_nor_breaks_the_row() {
    let on_the_new_device = |form: &mut File| {
        form.serial = "SN-NEW-3".parse().unwrap();
        form.continues = Some(claim(3));
    };
    let replaced = || {
        let two = repaired(repaired(covered(WISETECH_REPAIR), 1, 20), 2, 30);
        found_again(two, 3, 40)
            .and(&fact(), day(44), &noted(3, Progress::BeyondRepair, day(44)))
            .and(&ann(), day(45), &choose(3, Remedy::Replacement))
            .and(&fact(), day(46), &money(3, MoneyProgress::Closed, day(46)))
            .and(&fact(), day(47), &replacement_sent(3, day(47)))
    };
    // The third repair is of the replacement; the defect returns once more.
    let third = replaced()
        .and(&buyer(), day(80), &file(on_the_new_device))
        .and(&ann(), day(81), &accept(4))
        .and(&fact(), day(82), &noted(4, Progress::Received, day(82)))
        .and(&fact(), day(83), &verdict(4, Verdict::Covered, day(83)))
        .and(&ann(), day(84), &choose(4, Remedy::Repair))
        .and(&fact(), day(85), &noted(4, Progress::Repaired, day(85)))
        .and(&fact(), day(86), &money(4, MoneyProgress::Closed, day(86)))
        .and(&fact(), day(86), &noted(4, Progress::HandedOver, day(86)))
        .and(
            &buyer(),
            day(100),
            &file(|form| {
                form.serial = "SN-NEW-3".parse().unwrap();
                form.continues = Some(claim(4));
            }),
        )
        .and(&ann(), day(101), &accept(5))
        .and(&fact(), day(102), &noted(5, Progress::Received, day(102)))
        .and(&fact(), day(103), &verdict(5, Verdict::Covered, day(103)));
    third.when(&buyer(), day(104), &choose(5, Remedy::Replacement)).then(|events| {
        assert_eq!(names(events), ["remedy_chosen", "settlement_started"], "on demand");
    });
    replaced().when(&buyer(), day(80), &file(on_the_new_device)).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert_eq!((filed.chain.position, filed.chain.unsuccessful_repairs), (4, 2));
        assert_eq!(filed.chain.first_filed_at, day(20), "M1: the first filing still counts");
        assert!(!filed.under_replacement, "T7: its own fifteen days are over");
    });
}

fn elsewhere(evidence: &[bool]) -> ClaimCommand {
    let repair = |(n, evidence): (u8, &bool)| EarlierRepair {
        on: day(i64::from(n)).date_naive(),
        shop: "Master Ivanov".to_owned(),
        evidence: evidence.then(|| photo(n)),
    };
    file(|form| form.earlier_repairs = (1..).zip(evidence).map(repair).collect())
}

#[test]
fn t6_earlier_repairs_elsewhere_count_with_evidence_only() {
    covered(WISETECH_REPAIR).when(&buyer(), day(20), &elsewhere(&[true, false, true])).then(
        |events| {
            let [ClaimEvent::Filed(filed)] = events else { panic!() };
            assert_eq!(filed.chain.unsuccessful_repairs, 2);
            let t6 = filed.findings.iter().find(|finding| finding.rule == "T6").unwrap();
            assert_eq!(t6.facts["left_out_without_evidence"], 1);
        },
    );
}

#[test]
fn t6_repairs_elsewhere_and_repairs_in_the_log_are_one_row() {
    let filed = covered(WISETECH_REPAIR).and(&buyer(), day(20), &elsewhere(&[true]));
    let one = filed
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
        .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
        .and(&ann(), day(23), &choose(1, Remedy::Repair))
        .and(&fact(), day(24), &noted(1, Progress::Repaired, day(24)))
        .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
        .and(&fact(), day(25), &noted(1, Progress::HandedOver, day(25)));
    let two = repaired(one, 2, 30);
    assert_eq!(repairs_before(found_again(two, 3, 40), 3), 3);
}

#[test]
fn t6_a_repair_that_the_buyer_paid_is_no_unsuccessful_repair_of_a_covered_defect() {
    let paid = inspected(WISETECH_REPAIR, MISUSE)
        .and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(3_000)))
        .and(&buyer(), day(26), &accept_offer(1))
        .and(&fact(), day(27), &money(1, MoneyProgress::Closed, day(27)))
        .and(&fact(), day(28), &noted(1, Progress::Repaired, day(28)))
        .and(&fact(), day(29), &noted(1, Progress::HandedOver, day(29)));
    paid.when(&buyer(), day(40), &again(1)).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!() };
        assert_eq!((filed.chain.position, filed.chain.unsuccessful_repairs), (2, 0));
    });
}

#[test]
fn m1_of_three_claims_of_one_chain_the_terms_say_which_day_counts() {
    // The first in month 6, the second in month 8, the third in month 10.
    let two = repaired(repaired(covered(WISETECH_REPAIR), 1, 170), 2, 230);
    found_again(two, 3, 290)
        .and(&fact(), day(294), &noted(3, Progress::BeyondRepair, day(294)))
        .when(&ann(), day(295), &choose(3, Remedy::Cash))
        .then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            let facts = &started.facts;
            assert_eq!(started.first_filed_at, day(170));
            let mut terms =
                recourse_terms::Terms::clone(&BOOK.version(WISETECH_REPAIR, 1).unwrap().terms);
            let cash = |terms: &_| recourse_terms::payments(terms, facts).unwrap()[0].clone();
            assert_eq!(cash(&terms).amount, rubles(10_000), "100 % in month 6");
            assert!(cash(&terms).note.contains("2025-08-18"), "shown: {}", cash(&terms).note);
            terms.cash.day_that_counts = recourse_terms::terms::DayThatCounts::ThisFiling;
            assert_eq!(cash(&terms).amount, rubles(6_000), "60 % in month 10");
            terms.cash.day_that_counts = recourse_terms::terms::DayThatCounts::Payout;
            assert!(cash(&terms).note.contains("paid on 2025-12-21"), "{}", cash(&terms).note);
            assert_eq!(cash_percent(&terms, facts.counted_from, facts.filed), 60);
        });
}

/// Files a claim with repairs elsewhere on these days and with these receipts.
fn shown(receipts: &[(i64, u8)], continues: Option<ClaimId>) -> ClaimCommand {
    let repair = |(on, number): &(i64, u8)| EarlierRepair {
        on: day(*on).date_naive(),
        shop: "Master Ivanov".to_owned(),
        evidence: Some(photo(*number)),
    };
    file(|form| {
        form.continues = continues;
        form.earlier_repairs = receipts.iter().map(repair).collect();
    })
}

#[track_caller]
fn count(tale: Tale, on: i64, filing: &ClaimCommand, repairs: u32) {
    tale.when(&buyer(), day(on), filing).then(|events| {
        let [ClaimEvent::Filed(filed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!(filed.chain.unsuccessful_repairs, repairs, "{:?}", filed.receipts_that_count);
    });
}

#[test]
fn t6_a_receipt_counts_once_in_a_chain() {
    count(covered(WISETECH_REPAIR), 40, &shown(&[(5, 7), (5, 7), (9, 8)], None), 2);
    // One repair elsewhere and one here; the receipt is submitted again with the returning defect.
    let first = covered(WISETECH_REPAIR).and(&buyer(), day(20), &shown(&[(5, 7)], None));
    let closed = first
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
        .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
        .and(&ann(), day(23), &choose(1, Remedy::Repair))
        .and(&fact(), day(24), &noted(1, Progress::Repaired, day(24)))
        .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
        .and(&fact(), day(25), &noted(1, Progress::HandedOver, day(25)));
    count(closed, 40, &shown(&[(5, 7)], Some(claim(1))), 2);
}

#[test]
fn t6_a_repair_before_the_delivery_or_after_the_filing_does_not_count() {
    count(covered(WISETECH_REPAIR), 40, &shown(&[(-400, 7), (41, 8)], None), 0);
    count(covered(WISETECH_REPAIR), 40, &shown(&[(0, 7), (40, 8)], None), 2);
}

#[test]
fn t6_a_repair_before_a_replacement_was_of_another_device() {
    let replaced = || {
        covered(WISETECH_EXCHANGE)
            .and(&buyer(), day(20), &file(for_replacement))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
            .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
            .and(&ann(), day(24), &choose(1, Remedy::Replacement))
            .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
            .and(&fact(), day(26), &replacement_sent(1, day(26)))
    };
    let again = |receipts: &[(i64, u8)]| {
        let ClaimCommand::File(mut form) = shown(receipts, Some(claim(1))) else { panic!() };
        form.serial = "SN-NEW-1".parse().unwrap();
        ClaimCommand::File(form)
    };
    count(replaced(), 60, &again(&[(15, 5), (25, 6)]), 0);
    count(replaced(), 60, &again(&[(26, 5), (30, 6)]), 2);
}
