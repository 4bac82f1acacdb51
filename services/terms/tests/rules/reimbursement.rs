//! M3, C5: how much of a shipment that the buyer booked is reimbursed.

use recourse_kernel::{Finding, Money};
use recourse_terms::settlement::parts_of_shipment;
use recourse_terms::terms::{Share, Shared};
use recourse_terms::{
    Direction, Location, Outcome, OwnShipment, Party, PaymentKind, ShipmentFact, Verdict,
    cap_instead_of_provider, likely_costs, payments, price_fits, reimbursement_cap,
};

use crate::settlement::{between_them, facts, post_to_shop};
use crate::{day, rub, shipped_book, terms};

/// The maximum reimbursement for a shipment from Tver to Moscow under one version of a line.
fn at_most(line: &str, version: u32, carrier: &str, on: &str) -> (Option<Money>, Finding) {
    let country = "RU".parse().unwrap();
    let (buyer, shop) = (Location::city(country, "Tver"), Location::city(country, "Moscow"));
    let (direction, paid, on) = (Direction::ToShop, rub(790), day(on));
    let own = OwnShipment { direction, carrier, buyer: &buyer, shop: &shop, paid, on };
    reimbursement_cap(&shipped_book(), &terms(line, version), own)
}

fn own(paid: i64, most: Option<i64>) -> ShipmentFact {
    ShipmentFact { price: rub(paid), reimbursement_cap: most.map(rub), ..post_to_shop() }
}

#[test]
fn m3_c5_the_cap_is_the_tariff_of_the_day() {
    let (most, finding) = at_most("wisetech-repair", 1, "post-ru", "2025-03-01");
    assert_eq!(most, Some(rub(380)));
    assert_eq!((finding.rule.as_str(), finding.passed), ("C5", true));
    assert!(finding.outcome.contains("this carrier"), "{}", finding.outcome);
}

#[test]
fn m3_a_more_expensive_courier_is_capped_at_the_post_that_the_terms_name() {
    let (most, finding) = at_most("wisetech-repair", 1, "courier-service-express", "2025-03-01");
    assert_eq!(most, Some(rub(380)));
    assert!(finding.outcome.contains("another carrier"), "{}", finding.outcome);
}

#[test]
fn m3_nothing_is_reimbursed_if_the_terms_let_the_buyer_book_nothing() {
    // Version 2 offers only a courier that the provider books.
    for carrier in ["post-ru", "courier-service-express"] {
        let (most, finding) = at_most("wisetech-repair", 2, carrier, "2025-11-01");
        assert_eq!(most, Some(rub(0)));
        assert!(!finding.passed && finding.outcome.contains("nothing"), "{}", finding.outcome);
    }
}

#[test]
fn c5_without_a_tariff_the_receipt_decides() {
    let (most, finding) = at_most("wisetech-repair", 1, "post-ru", "2024-12-31");
    assert_eq!(most, None);
    assert!(finding.outcome.contains("amount on the receipt"), "{}", finding.outcome);
}

#[test]
fn m3_the_provider_reimburses_what_counts_and_the_rest_stays_with_the_buyer() {
    let terms = terms("wisetech-repair", 1);
    let settled = |shipment: ShipmentFact| {
        between_them(&terms, &facts(Outcome::Repaired, Verdict::Covered, &[shipment]))
    };
    let postage = |rubles| vec![(PaymentKind::PostageToShop, Party::Provider, rubles)];
    assert_eq!(settled(own(790, Some(380))), postage(380));
    assert_eq!(settled(own(320, Some(380))), postage(320), "the receipt shows less");
    assert_eq!(settled(own(790, None)), postage(790), "no tariff is known");
    assert_eq!(settled(own(790, Some(0))), []);
    // The cap does not apply to a shipment that the provider booked.
    let providers = ShipmentFact { booked_by: Party::Provider, ..own(790, Some(380)) };
    assert_eq!(
        payments(&terms, &facts(Outcome::Repaired, Verdict::Covered, &[providers])).unwrap()[0]
            .amount,
        rub(790)
    );
}

#[test]
fn m3_a_reduced_amount_says_so() {
    let terms = terms("wisetech-repair", 1);
    let owed =
        payments(&terms, &facts(Outcome::Repaired, Verdict::Covered, &[own(790, Some(380))]));
    assert!(owed.unwrap()[0].note.ends_with("capped at 380.00 RUB"));
    assert_eq!(own(320, Some(380)).reduced(), None);
    let reduced = own(790, Some(0)).reduced().unwrap();
    assert_eq!((reduced.rule.as_str(), reduced.passed), ("C5", false));
}

#[test]
fn m6_only_the_reimbursable_part_of_a_shared_shipment_is_shared() {
    let mut terms = terms("wisetech-repair", 1);
    let share = Some(Share { percent: 50, remainder_on: Party::Buyer });
    terms.shipments.to_shop.shared = Some(Shared { covered: share, ..Shared::default() });
    let covered = facts(Outcome::Repaired, Verdict::Covered, &[own(790, Some(380))]);
    let parts = parts_of_shipment(&terms, &covered, &covered.shipments[0]).unwrap();
    assert_eq!(parts.iter().map(|part| part.amount).collect::<Vec<_>>(), [rub(190), rub(600)]);
    let owed = between_them(&terms, &covered);
    assert_eq!(owed, [(PaymentKind::PostageToShop, Party::Provider, 190)]);
}

#[test]
fn c5_the_preview_adds_what_is_not_reimbursed_to_the_buyers_cost() {
    let terms = terms("wisetech-repair", 1);
    let covered = |shipment: ShipmentFact| {
        likely_costs(&terms, "RU".parse().unwrap(), rub(20_000), &[shipment]).unwrap().remove(0)
    };
    assert_eq!(covered(own(790, Some(380))).buyer_pays, [rub(410)]);
    let none_of_it = covered(own(790, Some(0)));
    assert_eq!(none_of_it.buyer_pays, [rub(790)]);
    assert_eq!(none_of_it.shipments_paid_by, [Party::Buyer]);
}

#[test]
fn m5_a_shipment_is_reimbursed_without_a_cap_where_the_terms_say_so() {
    for carrier in ["post-ru", "courier-service-express", "another"] {
        let (most, finding) = at_most("warranty-group-exchange", 1, carrier, "2025-03-01");
        assert_eq!(most, None, "{carrier}");
        assert!(finding.outcome.contains("without a cap"), "{}", finding.outcome);
    }
}

fn from_tver<T>(paid: Money, asked: impl Fn(OwnShipment<'_>) -> T) -> T {
    let country = "RU".parse().unwrap();
    let (buyer, shop) = (Location::city(country, "Tver"), Location::city(country, "Moscow"));
    let (direction, on) = (Direction::ToShop, day("2025-11-01"));
    asked(OwnShipment { direction, carrier: "x", buyer: &buyer, shop: &shop, paid, on })
}

#[test]
fn t11_m3_a_courier_that_the_buyer_books_instead_is_capped_at_the_providers_carrier() {
    let (book, terms) = (shipped_book(), terms("wisetech-repair", 2));
    let (most, finding) = from_tver(rub(900), |own| cap_instead_of_provider(&book, &terms, own));
    assert_eq!(most, Some(rub(790)));
    assert!(finding.passed && finding.outcome.contains("in time"), "{}", finding.outcome);
    let booked = ShipmentFact {
        counts_as: Some(Party::Provider),
        reimbursement_cap: most,
        ..own(900, None)
    };
    let covered = facts(Outcome::Repaired, Verdict::Covered, std::slice::from_ref(&booked));
    let reimbursed = (PaymentKind::PostageToShop, Party::Provider, 790);
    assert_eq!(between_them(&terms, &covered), [reimbursed]);
    // M8: the provider is liable for its loss, up to the cap.
    let lost = facts(Outcome::Replaced, Verdict::Covered, &[ShipmentFact { lost: true, ..booked }]);
    assert_eq!(between_them(&terms, &lost), [reimbursed]);
}

#[test]
fn m13_a_price_is_in_the_currency_of_the_tariff() {
    let book = shipped_book();
    let dollars = Money::new(0, "USD".parse().unwrap());
    for (line, version) in
        [("wisetech-repair", 1), ("wisetech-repair", 2), ("warranty-group-exchange", 1)]
    {
        let terms = terms(line, version);
        let asked = |paid| from_tver(paid, |own| price_fits(&book, &terms, own).map_err(Some));
        assert!(asked(rub(0)).is_ok(), "{line}");
        assert_eq!(asked(dollars).unwrap_err(), Some(rub(0).currency), "{line} {version}");
    }
}

#[test]
fn m13_a_shipment_that_was_never_picked_up_is_not_reimbursed() {
    let terms = terms("wisetech-repair", 1);
    let cancelled = ShipmentFact { never_picked_up: true, ..own(380, Some(380)) };
    let missed = ShipmentFact { booked_by: Party::Provider, ..cancelled.clone() };
    let shipments = [cancelled, missed, own(380, Some(380))];
    for (verdict, outcome) in [
        (Verdict::Covered, Outcome::Repaired),
        (crate::settlement::DROPPED, Outcome::ReturnedUnrepaired),
    ] {
        let facts = facts(outcome, verdict, &shipments);
        let owed = payments(&terms, &facts).unwrap();
        assert_eq!(owed.len(), usize::from(verdict == Verdict::Covered), "{owed:?}");
        assert_eq!(parts_of_shipment(&terms, &facts, &shipments[0]), Ok(vec![]));
    }
}
