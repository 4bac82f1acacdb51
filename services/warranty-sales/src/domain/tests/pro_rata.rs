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

#[test]
fn m7_what_the_seller_refunds_after_a_pro_rata_cancellation_is_recorded() {
    let later = at("2025-09-11T12:00:00Z");
    let ended = || covered().and(&buyer(), later, &cancel_with("2025-03-01"));
    for (amount, full, total) in [(300_000, false, 300_000), (1_234_500, true, 1_234_500)] {
        ended().when(&orders(), later, &refunded(amount, full)).then(|events| {
            let [PolicyEvent::PricePaidChanged(changed)] = events else { panic!("{events:?}") };
            assert_eq!(changed.device_price_refunded, rub(total));
        });
    }
    // Once.
    ended()
        .and(&orders(), later, &refunded(1_234_500, true))
        .when(&orders(), later, &refunded(1_234_500, true))
        .then(|events| assert!(events.is_empty()));
    // A policy that the refund itself ended has counted it.
    covered()
        .and(&orders(), later, &refunded(1_234_500, true))
        .when(&orders(), later, &refunded(1_234_500, true))
        .then(|events| assert!(events.is_empty()));
    // Before coverage starts there is no claim that it could matter to.
    given::<Sales>(key().as_str(), &PRO_RATA, [])
        .and(&orders(), now(), &placed())
        .and(&orders(), now(), &paid())
        .and(&buyer(), now(), &cancel())
        .when(&orders(), later, &refunded(300_000, false))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn s7_a_policy_that_paid_the_device_in_cash_has_no_unused_part() {
    let later = at("2025-09-11T12:00:00Z");
    let settled = |outcome| covered().and(&orders(), later, &replaced(outcome));
    covered().when(&orders(), later, &replaced(Outcome::Refunded)).then(|events| {
        let [PolicyEvent::UsedUp(used)] = events else { panic!("{events:?}") };
        assert_eq!(used.claim, device().policy().claim(1));
    });
    settled(Outcome::Refunded)
        .when(&orders(), later, &replaced(Outcome::Refunded))
        .then(|events| assert!(events.is_empty()));
    settled(Outcome::Refunded)
        .when(&buyer(), later, &cancel_with("2025-03-01"))
        .then_refused("policy.used_up", &["S7", "M9"]);
    // What the seller refunds still ends it.
    settled(Outcome::Refunded)
        .when(&orders(), later, &refunded(1_234_500, true))
        .then(|events| assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380)));
}
