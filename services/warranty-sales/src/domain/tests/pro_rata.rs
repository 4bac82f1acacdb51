//! A policy is cancelled after its coverage started, where the terms allow it (S7).

use super::super::events::Receipt;
use super::*;

/// The Wisetech terms with the switch for Russia.
static PRO_RATA: LazyLock<TermsBook> = LazyLock::new(|| {
    let document = include_str!("../../../../../deploy/terms/wisetech-repair-1.json");
    let mut terms: Terms = serde_json::from_str(document).unwrap();
    terms.coverage.pro_rata_in.insert("RU".parse().unwrap());
    let mut book = TermsBook::default();
    book.apply(&TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))), 0);
    book
});

fn covered() -> Story<'static, Sales> {
    given::<Sales>(key().as_str(), &PRO_RATA, [])
        .and(&orders(), now(), &placed())
        .and(&orders(), now(), &paid())
        .and(&orders(), at("2025-03-11T00:00:00Z"), &delivered())
        .and_the_clock_reaches(at("2025-04-01T00:00:00Z"))
}

fn cancel_with(dated: &str) -> SalesCommand {
    let receipt = Receipt { dated: dated.parse().unwrap(), number: Some("A-17".to_owned()) };
    SalesCommand::Cancel(CancelPolicy { policy: device().policy(), receipt: Some(receipt) })
}

fn buyer() -> Principal {
    Principal::new(Role::Buyer, "b-1")
}

#[test]
fn s7_the_unused_part_is_refunded_with_a_dated_receipt() {
    // Coverage from 27 March 2025 to 10 March 2026 in Yekaterinburg: 349 days.
    let cancelled =
        covered().when(&buyer(), at("2025-09-11T12:00:00Z"), &cancel_with("2025-03-01"));
    let reported = cancelled.then(|events| {
        let [PolicyEvent::Cancelled(cancelled)] = events else { panic!("{events:?}") };
        assert_eq!(cancelled.reason, CancelReason::ProRata);
        // 181 of 349 days of 493.80 RUB are left.
        assert_eq!(cancelled.price_owed, rub(25_610));
        assert_eq!(
            cancelled.receipt.as_ref().map(|it| it.dated.to_string()).as_deref(),
            Some("2025-03-01")
        );
        assert!(cancelled.terms.is_some() && cancelled.country.is_some());
    });
    assert!(Sales::open(&reported.state).is_empty());
    // Before coverage starts, the whole price goes back, and no receipt is needed.
    given::<Sales>(key().as_str(), &PRO_RATA, [])
        .and(&orders(), now(), &placed())
        .and(&orders(), now(), &paid())
        .when(&buyer(), now(), &cancel())
        .then(|events| {
            assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 49_380));
        });
}

#[test]
fn s7_a_receipt_is_dated_like_the_purchase() {
    let later = at("2025-09-11T12:00:00Z");
    covered().when(&buyer(), later, &cancel()).then_refused("policy.no_receipt", &["S7"]);
    for dated in ["2025-02-01", "2025-05-01", "2025-10-01"] {
        covered()
            .when(&buyer(), later, &cancel_with(dated))
            .then_refused("policy.receipt_differs", &["S7"]);
    }
    covered()
        .and(&buyer(), later, &cancel_with("2025-03-01"))
        .when(&buyer(), later, &cancel_with("2025-03-01"))
        .then_refused("policy.over", &["S7"]);
}

#[test]
fn s7_without_the_switch_a_policy_is_cancelled_before_coverage_only() {
    covered_soon()
        .and_the_clock_reaches(at("2025-04-01T00:00:00Z"))
        .when(&buyer(), at("2025-09-11T12:00:00Z"), &cancel_with("2025-03-01"))
        .then_refused("policy.coverage_has_started", &["S7"]);
}

#[test]
fn s7_m7_what_the_shop_refunded_of_the_price_is_not_owed_again() {
    let refunded = SalesCommand::NoteWarrantyRefunded(crate::foreign::WarrantyRefunded {
        order: order(),
        devices: vec![device()],
        amount: rub(20_000),
        refunded_at: at("2025-04-15T00:00:00Z"),
    });
    covered()
        .and(&orders(), at("2025-04-15T00:00:00Z"), &refunded)
        .when(&buyer(), at("2025-09-11T12:00:00Z"), &cancel_with("2025-03-01"))
        .then(|events| assert_eq!(cancellation(events), (CancelReason::ProRata, 5_610)));
}
