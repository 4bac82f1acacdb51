//! The seller refunds or exchanges a device, by itself or in a dispute (M1, M7).

use super::*;

#[test]
fn a_partial_refund_lowers_the_price_paid_and_a_full_refund_ends_the_policy() {
    let story = covered_soon();
    let part = story.when(&orders(), now(), &refunded(100_000, false)).then(|events| {
        let [PolicyEvent::PricePaidChanged(changed)] = events else { panic!("{events:?}") };
        assert_eq!(changed.device_price_refunded, rub(100_000));
    });
    assert_eq!(part.state.policy(device().policy()).unwrap().device_price_refunded, rub(100_000));
    covered_soon().when(&orders(), now(), &refunded(1_234_500, true)).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
    });
    // Partial refunds that add up to the full price are a full refund.
    covered_soon()
        .and(&orders(), now(), &refunded(1_000_000, false))
        .when(&orders(), now(), &refunded(234_500, false))
        .then(|events| {
            assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
        });
}

#[test]
fn d2_a_dispute_ends_the_policy_only_by_a_full_refund_or_an_exchange_that_was_carried_out() {
    for (ending, reason) in [
        (DisputeEnding::FullRefund, CancelReason::RefundedInFull),
        (DisputeEnding::Exchange, CancelReason::ExchangedBySeller),
    ] {
        covered_soon().when(&orders(), now(), &dispute(ending)).then(|events| {
            assert_eq!(cancellation(events), (reason, 49_380));
        });
        // The refund that follows finds the policy already ended.
        covered_soon()
            .and(&orders(), now(), &dispute(ending))
            .when(&orders(), now(), &refunded(1_234_500, true))
            .then(|events| assert!(events.is_empty()));
    }
    for ending in [
        DisputeEnding::PartialRefund,
        DisputeEnding::RepairReimbursed,
        DisputeEnding::FreeParts,
        DisputeEnding::Discount,
        DisputeEnding::Nothing,
    ] {
        covered_soon()
            .when(&orders(), now(), &dispute(ending))
            .then(|events| assert!(events.is_empty()));
    }
}

#[test]
fn m1_m7_a_refund_after_the_end_is_recorded_and_the_policy_stays_ended() {
    let expired = || covered_soon().and_the_clock_reaches(at("2026-06-01T00:00:00Z"));
    let replaced = || insured().and(&orders(), now(), &replaced(Outcome::Replaced));
    for over in [expired, replaced] {
        for (reported, full, all) in [(100_000, false, 100_000), (1_234_500, true, 1_234_500)] {
            let reported =
                over().when(&orders(), now(), &refunded(reported, full)).then(|events| {
                    let [PolicyEvent::PricePaidChanged(changed)] = events else {
                        panic!("{events:?}")
                    };
                    assert_eq!(changed.device_price_refunded, rub(all));
                });
            let policy = reported.state.policy(device().policy()).unwrap();
            assert_eq!((&policy.stage, policy.device_price_refunded), (&Stage::Ended, rub(all)));
        }
        // Partial refunds that exceed the full price are capped at it, and a repeated full refund
        // is not news.
        let parts = || over().and(&orders(), now(), &refunded(1_000_000, false));
        parts().when(&orders(), now(), &refunded(600_000, false)).then(|events| {
            let [PolicyEvent::PricePaidChanged(changed)] = events else { panic!("{events:?}") };
            assert_eq!(changed.device_price_refunded, rub(1_234_500));
        });
        parts()
            .and(&orders(), now(), &refunded(600_000, false))
            .when(&orders(), now(), &refunded(1_234_500, true))
            .then(|events| assert!(events.is_empty()));
    }
}

#[test]
fn units_of_a_line_are_independent() {
    let mut two = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    two.lines[0].quantity = 2;
    let other = order().device(1, 2);
    let story = || {
        let mut all = delivery("2025-03-10T20:30:00Z");
        all.devices = Vec::new();
        start()
            .and(&orders(), now(), &SalesCommand::NotePlaced(two.clone()))
            .and(&orders(), now(), &paid())
            .and(&orders(), now(), &SalesCommand::NoteDelivered(all))
    };
    let reported = story().when(&orders(), now(), &refunded(1_234_500, true)).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
    });
    assert!(matches!(reported.state.policy(other.policy()).unwrap().stage, Stage::Scheduled(..)));
    // Correcting one unit's delivery leaves the other's days unchanged.
    let corrected = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-13T08:00:00Z"));
    story().when(&orders(), now(), &corrected).then(|events| {
        let policies: Vec<_> = events.iter().map(PolicyEvent::policy).collect();
        assert_eq!(policies, [device().policy()]);
    });
}

fn warranty_refunded(amount: i64) -> SalesCommand {
    SalesCommand::NoteWarrantyRefunded(crate::foreign::WarrantyRefunded {
        order: order(),
        devices: vec![device()],
        amount: rub(amount),
        refunded_at: at("2025-03-12T09:00:00Z"),
    })
}

#[test]
fn s7_m7_a_warranty_that_the_shop_refunded_is_cancelled_and_nothing_is_owed_again() {
    covered_soon().when(&orders(), now(), &warranty_refunded(49_380)).then(|events| {
        let [PolicyEvent::PriceRefunded(refunded), PolicyEvent::Cancelled(cancelled)] = events
        else {
            panic!("{events:?}")
        };
        assert_eq!(refunded.price_refunded, rub(49_380));
        assert_eq!(cancelled.reason, CancelReason::CancelledBeforeCoverage);
        assert_eq!(cancelled.price_owed, rub(0));
    });
    // Part of the price is owed less when the policy ends later.
    covered_soon()
        .and(&orders(), now(), &warranty_refunded(20_000))
        .when(&orders(), now(), &refunded(1_234_500, true))
        .then(|events| {
            assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 29_380));
        });
}

#[test]
fn m7_a_warranty_that_the_shop_refunded_before_its_payment_was_reported_is_not_refunded_again() {
    start()
        .and(
            &orders(),
            now(),
            &SalesCommand::NotePlaced(order_with_warranty(
                "wisetech-service",
                Program::Repair,
                49_380,
            )),
        )
        .and(&orders(), now(), &warranty_refunded(49_380))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(refused.price_owed, rub(0));
        });
}

#[test]
fn s7_a_refund_of_the_warranty_after_coverage_has_started_leaves_a_finding_for_a_person() {
    let story = covered_soon().and_the_clock_reaches(at("2025-04-15T00:00:00Z"));
    let later = |devices| {
        SalesCommand::NoteWarrantyRefunded(crate::foreign::WarrantyRefunded {
            order: order(),
            devices,
            amount: rub(49_380),
            refunded_at: at("2025-04-15T00:00:00Z"),
        })
    };
    let recorded = story.when(&orders(), at("2025-04-15T00:00:00Z"), &later(vec![device()]));
    let recorded = recorded.then(|events| {
        let [PolicyEvent::PriceRefunded(refunded)] = events else { panic!("{events:?}") };
        let failed: Vec<_> = refunded.findings.iter().filter(|one| !one.passed).collect();
        assert_eq!((failed.len(), failed[0].rule.as_str()), (1, "S7"));
    });
    assert!(!recorded.state.policy(device().policy()).unwrap().is_over());
    covered_soon()
        .when(&orders(), now(), &later(Vec::new()))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn s8_a_device_that_leaves_the_order_takes_its_warranty_along() {
    let removed = SalesCommand::NoteRemoved(crate::foreign::UnitsRemoved {
        order: order(),
        devices: vec![device()],
        removed_at: now(),
    });
    covered_soon().when(&orders(), now(), &removed).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::OrderCancelled, 49_380));
    });
}
