//! M1, M3 to M6, M8, M9: who pays what to whom.

use recourse_kernel::Money;
use recourse_terms::{
    Direction, Exclusion, Means, Outcome, Party, PaymentKind, SettlementError, SettlementFacts,
    ShipmentFact, Terms, Verdict, payments,
};

use crate::{day, rub, terms};

pub(crate) const DROPPED: Verdict = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };

pub(crate) fn shipment(
    direction: Direction,
    means: Means,
    booked_by: Party,
    price: i64,
) -> ShipmentFact {
    let carrier = "carrier".to_owned();
    ShipmentFact {
        direction,
        means,
        booked_by,
        carrier,
        price: rub(price),
        counts_as: None,
        never_picked_up: false,
        lost: false,
        reimbursement_cap: None,
    }
}

pub(crate) fn post_to_shop() -> ShipmentFact {
    shipment(Direction::ToShop, Means::Post, Party::Buyer, 380)
}

pub(crate) fn post_to_buyer() -> ShipmentFact {
    shipment(Direction::ToBuyer, Means::Post, Party::Provider, 390)
}

fn courier_to_shop() -> ShipmentFact {
    shipment(Direction::ToShop, Means::Courier, Party::Provider, 790)
}

fn courier_to_buyer() -> ShipmentFact {
    shipment(Direction::ToBuyer, Means::Courier, Party::Provider, 800)
}

pub(crate) fn facts(
    outcome: Outcome,
    verdict: Verdict,
    shipments: &[ShipmentFact],
) -> SettlementFacts {
    let facts = SettlementFacts::new(outcome, rub(20_000), day("2025-01-10"), day("2025-03-01"));
    SettlementFacts { verdict: Some(verdict), shipments: shipments.to_vec(), ..facts }
}

/// The payments between buyer and provider: kind, payer, rubles.
pub(crate) fn between_them(
    terms: &Terms,
    facts: &SettlementFacts,
) -> Vec<(PaymentKind, Party, i64)> {
    payments(terms, facts)
        .unwrap()
        .into_iter()
        .filter(|payment| payment.to != Party::Carrier)
        .map(|payment| (payment.kind, payment.from, payment.amount.amount / 100))
        .collect()
}

#[test]
fn m3_version_1_reimburses_post_where_covered() {
    let terms = terms("wisetech-repair", 1);
    let covered = facts(Outcome::Repaired, Verdict::Covered, &[post_to_shop(), post_to_buyer()]);
    let owed = between_them(&terms, &covered);
    assert_eq!(owed, [(PaymentKind::PostageToShop, Party::Provider, 380)]);
    // The provider pays its own carrier.
    let all = payments(&terms, &covered).unwrap();
    assert!(
        all.iter()
            .any(|payment| payment.kind == PaymentKind::PostageToBuyer
                && payment.to == Party::Carrier)
    );
    assert!(all.iter().all(|payment| payment.rule == "M3"));
}

#[test]
fn m3_version_1_charges_the_return_shipment_where_not_covered() {
    let terms = terms("wisetech-repair", 1);
    for verdict in [DROPPED, Verdict::NoFaultFound] {
        let refused =
            facts(Outcome::ReturnedUnrepaired, verdict, &[post_to_shop(), post_to_buyer()]);
        assert_eq!(
            between_them(&terms, &refused),
            [(PaymentKind::PostageToBuyer, Party::Buyer, 390)],
            "{verdict:?}"
        );
    }
    assert!(terms.shipments.paid_before_dispatch);
}

#[test]
fn m3_version_2_is_free_where_covered_and_charges_both_shipments_where_not() {
    let terms = terms("wisetech-repair", 2);
    let shipments = [courier_to_shop(), courier_to_buyer()];
    let covered = facts(Outcome::Repaired, Verdict::Covered, &shipments);
    assert_eq!(between_them(&terms, &covered), []);
    let refused = facts(Outcome::ReturnedUnrepaired, DROPPED, &shipments);
    assert_eq!(
        between_them(&terms, &refused),
        [
            (PaymentKind::CourierToShop, Party::Buyer, 790),
            (PaymentKind::CourierToBuyer, Party::Buyer, 800)
        ]
    );
}

#[test]
fn m4_the_buyer_pays_for_sending_and_600_for_a_diagnosis_without_a_fault() {
    let terms = terms("tomrepair-repair", 1);
    let shipments = [post_to_shop(), post_to_buyer()];
    let repaired = facts(Outcome::Repaired, Verdict::Covered, &shipments);
    assert_eq!(between_them(&terms, &repaired), []);
    let nothing = facts(Outcome::ReturnedUnrepaired, Verdict::NoFaultFound, &shipments);
    let owed = between_them(&terms, &nothing);
    assert_eq!(owed, [(PaymentKind::DiagnosisFee, Party::Buyer, 600)]);
    let refused = facts(Outcome::ReturnedUnrepaired, DROPPED, &shipments);
    assert_eq!(between_them(&terms, &refused), [(PaymentKind::PostageToBuyer, Party::Buyer, 390)]);
}

#[test]
fn m4_the_buyer_pays_for_the_courier_inside_moscow() {
    let terms = terms("tomrepair-repair", 1);
    let russia = "RU".parse().unwrap();
    let offered = terms.means(Direction::ToShop, &russia, "МОСКВА");
    assert_eq!(offered[0].price, Some(rub(400)));
    assert_eq!(terms.means(Direction::ToShop, &russia, "Perm").len(), 1);
    let courier = shipment(Direction::ToShop, Means::Courier, Party::Provider, 400);
    let repaired = facts(Outcome::Repaired, Verdict::Covered, &[courier]);
    let owed = between_them(&terms, &repaired);
    assert_eq!(owed, [(PaymentKind::CourierToShop, Party::Buyer, 400)]);
}

#[test]
fn m4_cash_is_in_full_less_each_item_of_forwarding() {
    let mut terms = terms("tomrepair-repair", 1);
    let mut cash = facts(Outcome::Refunded, Verdict::Covered, &[post_to_shop(), post_to_buyer()]);
    cash.third_unsuccessful = true;
    let in_full = (PaymentKind::DeviceCash, Party::Provider, 20_000);
    let forwarding = (PaymentKind::Forwarding, Party::Buyer, 390);
    assert_eq!(between_them(&terms, &cash), [in_full, forwarding]);
    // Where the terms except a device that the provider keeps, only that of another one.
    terms.cash.less_forwarding_when_kept = false;
    assert_eq!(between_them(&terms, &cash), [in_full]);
    cash.provider_keeps_device = false;
    assert_eq!(between_them(&terms, &cash), [in_full, forwarding]);
}

#[test]
fn m4_each_item_of_forwarding_is_a_separate_payment_if_the_buyer_keeps_the_device() {
    let mut terms = terms("tomrepair-repair", 1);
    terms.replacement.old_device_belongs_to = Party::Buyer;
    // Forwarded twice, as after a move between shops, by post and by courier.
    let shipments = [post_to_shop(), post_to_buyer(), courier_to_buyer()];
    let cash = facts(Outcome::Refunded, Verdict::Covered, &shipments);
    assert!(cash.provider_keeps_device, "the default for cash");
    let withheld: Vec<_> = payments(&terms, &cash)
        .unwrap()
        .into_iter()
        .filter(|payment| payment.kind == PaymentKind::Forwarding)
        .map(|payment| (payment.from, payment.amount, payment.rule, payment.note))
        .collect();
    let note = |_| "to the buyer by carrier, withheld from the cash".to_owned();
    let item = |rubles| (Party::Buyer, rub(rubles), "M4".to_owned(), note(rubles));
    assert_eq!(withheld, [item(390), item(800)]);
    // Where the terms except it and the provider keeps the device, the cash is paid in full.
    terms.replacement.old_device_belongs_to = Party::Provider;
    terms.cash.less_forwarding_when_kept = false;
    assert_eq!(between_them(&terms, &cash), [(PaymentKind::DeviceCash, Party::Provider, 20_000)]);
    assert!(terms.provider_keeps_device(Outcome::Replaced));
    assert!(!terms.provider_keeps_device(Outcome::Repaired));
}

#[test]
fn m3_both_shipments_are_separate_payments_and_so_are_the_carriers_bills() {
    // Version 2: the buyer caused the defect and owes both shipments; the provider owes its carrier
    // both.
    let terms = terms("wisetech-repair", 2);
    let dropped =
        facts(Outcome::ReturnedUnrepaired, DROPPED, &[courier_to_shop(), courier_to_buyer()]);
    let payments = payments(&terms, &dropped).unwrap();
    let of = |from, to| -> Vec<i64> {
        let between = payments.iter().filter(|payment| payment.from == from && payment.to == to);
        between.map(|payment| payment.amount.amount / 100).collect()
    };
    assert_eq!(of(Party::Buyer, Party::Provider), [790, 800]);
    assert_eq!(of(Party::Provider, Party::Carrier), [790, 800]);
}

#[test]
fn m6_currencies_with_no_and_with_three_minor_digits_are_rounded_on_their_own_minor_unit() {
    let terms = terms("wisetech-repair", 1);
    let cash_of = |price: i64, code: &str| {
        let price = Money::new(price, code.parse().unwrap());
        // Month 7: 90 %.
        let (from, filed) = (day("2025-01-10"), day("2025-07-10"));
        let facts = SettlementFacts::new(Outcome::Refunded, price, from, filed);
        let payments =
            payments(&terms, &SettlementFacts { verdict: Some(Verdict::Covered), ..facts });
        payments.unwrap()[0].amount
    };
    // 90 % of 99,995 yen is 89,995.5, rounded to the even neighbour in whole yen.
    assert_eq!(cash_of(99_995, "JPY").to_string(), "89996 JPY");
    assert_eq!(cash_of(99_985, "JPY").to_string(), "89986 JPY");
    // 90 % of 249.995 dinars is 224.9955: 224.996.
    assert_eq!(cash_of(249_995, "KWD").to_string(), "224.996 KWD");
    assert_eq!(cash_of(249_985, "KWD").to_string(), "224.986 KWD");
}

#[test]
fn m6_a_fee_in_roubles_on_a_claim_in_euros_is_a_payment_of_its_own() {
    let terms = terms("warranty-group-exchange", 1);
    let euros = |cents| Money::new(cents, "EUR".parse().unwrap());
    let back = ShipmentFact { price: euros(1_290), ..post_to_buyer() };
    let base = SettlementFacts::new(
        Outcome::ReturnedUnrepaired,
        euros(49_900),
        day("2025-01-10"),
        day("2025-03-01"),
    );
    let facts = SettlementFacts { verdict: Some(DROPPED), shipments: vec![back], ..base };
    let owed: Vec<_> = payments(&terms, &facts)
        .unwrap()
        .into_iter()
        .filter(|payment| payment.from == Party::Buyer)
        .map(|payment| (payment.kind, payment.amount.to_string()))
        .collect();
    assert_eq!(
        owed,
        [
            (PaymentKind::PostageToBuyer, "12.90 EUR".to_owned()),
            (PaymentKind::CallOutFee, "550.00 RUB".to_owned())
        ]
    );
}

#[test]
fn m6_a_share_that_does_not_divide_is_rounded_once_and_the_rest_stays_with_the_provider() {
    let terms = terms("wisetech-repair", 1);
    let mut total = 0;
    for minor in 1_000_000..1_000_100 {
        let price = Money::new(minor, "RUB".parse().unwrap());
        let (from, filed) = (day("2025-01-10"), day("2025-09-10"));
        let facts = SettlementFacts::new(Outcome::Refunded, price, from, filed);
        let payments =
            payments(&terms, &SettlementFacts { verdict: Some(Verdict::Covered), ..facts });
        let cash = payments.unwrap()[0].amount.amount;
        // Month 9: 70 %. Off by at most half a unit, since it is rounded only once.
        assert!((cash * 10 - minor * 7).abs() <= 5, "{minor}: {cash}");
        total += cash * 10 - minor * 7;
    }
    assert_eq!(total, 0, "half-even rounding favours neither side over a hundred prices");
}

#[test]
fn m5_where_not_covered_the_buyer_pays_sending_a_call_out_and_the_return_shipment() {
    let terms = terms("warranty-group-exchange", 1);
    let shipments = [post_to_shop(), post_to_buyer()];
    let replaced = facts(Outcome::Replaced, Verdict::Covered, &shipments);
    let owed = between_them(&terms, &replaced);
    assert_eq!(owed, [(PaymentKind::PostageToShop, Party::Provider, 380)]);
    for verdict in [DROPPED, Verdict::NoFaultFound] {
        let refused = facts(Outcome::ReturnedUnrepaired, verdict, &shipments);
        assert_eq!(
            between_them(&terms, &refused),
            [
                (PaymentKind::PostageToBuyer, Party::Buyer, 390),
                (PaymentKind::CallOutFee, Party::Buyer, 550)
            ]
        );
    }
}

#[test]
fn m1_cash_is_based_on_the_price_less_the_sellers_refund_on_the_day_of_the_first_filing() {
    let terms = terms("wisetech-repair", 1);
    let mut cash = facts(Outcome::Refunded, Verdict::Covered, &[]);
    cash.refunded_by_seller = Some(rub(5_000));
    cash.first_filed = day("2025-07-20");
    cash.filed = day("2025-12-20");
    let payments = payments(&terms, &cash).unwrap();
    assert_eq!((payments[0].amount, payments[0].rule.as_str()), (rub(13_500), "M1"));
    assert!(payments[0].note.contains("90 %"), "{}", payments[0].note);
}

#[test]
fn m1_no_cash_is_paid_if_the_seller_refunded_the_full_price() {
    let terms = terms("wisetech-repair", 1);
    let mut cash = facts(Outcome::Refunded, Verdict::Covered, &[]);
    cash.refunded_by_seller = Some(rub(20_000));
    assert_eq!(payments(&terms, &cash), Ok(vec![]));
}

#[test]
fn m8_a_lost_shipment_is_paid_by_the_one_who_booked_it() {
    let terms = terms("wisetech-repair", 1);
    let lost = |shipment: ShipmentFact| ShipmentFact { lost: true, ..shipment };
    let there = facts(Outcome::Withdrawn, Verdict::Covered, &[lost(post_to_shop())]);
    assert_eq!(between_them(&terms, &there), []);
    let back = facts(Outcome::Replaced, DROPPED, &[lost(post_to_buyer())]);
    assert_eq!(between_them(&terms, &back), []);
}

#[test]
fn a_paid_repair_and_an_agreement_are_payments_of_their_own() {
    let terms = terms("wisetech-repair", 1);
    let mut paid = facts(Outcome::RepairedAtBuyersCost, DROPPED, &[]);
    assert_eq!(payments(&terms, &paid), Err(SettlementError::NoRepairPrice));
    paid.paid_repair = Some(rub(3_000));
    assert_eq!(between_them(&terms, &paid), [(PaymentKind::PaidRepair, Party::Buyer, 3_000)]);
    let mut agreed = facts(Outcome::SettledByAgreement, DROPPED, &[]);
    assert_eq!(payments(&terms, &agreed), Err(SettlementError::NoAgreedAmount));
    agreed.agreed = Some(rub(-1_000));
    assert_eq!(between_them(&terms, &agreed), [(PaymentKind::Agreement, Party::Provider, 1_000)]);
}

#[test]
fn m6_amounts_of_different_currencies_are_never_mixed() {
    let terms = terms("wisetech-repair", 1);
    let mut cash = facts(Outcome::Refunded, Verdict::Covered, &[]);
    cash.refunded_by_seller = Some(Money::new(1, "EUR".parse().unwrap()));
    assert!(matches!(payments(&terms, &cash), Err(SettlementError::Money(_))));
    cash.refunded_by_seller = Some(rub(-1));
    assert!(matches!(payments(&terms, &cash), Err(SettlementError::NegativePrice(_))));
}
