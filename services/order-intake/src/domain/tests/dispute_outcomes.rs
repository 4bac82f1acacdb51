//! D2: what a dispute ended with counts once it is carried out.

use recourse_kernel::{Decider, Owner, WaitKind};

use super::disputes::{answer, end, first, open, opened};
use super::shops::{another_phone, as_now, from_a_shop, snapshot};
use super::*;
use crate::domain::commands::{ContestPerformance, PerformDispute};
use crate::domain::events::{
    DisputeAnswer, DisputeEnding, DisputePerformed, LineRefunded, Unattributed,
};

fn perform(at: Option<Instant>) -> OrderCommand {
    OrderCommand::PerformDispute(PerformDispute { dispute: first(), at })
}

fn decided(ending: DisputeEnding, amount: Option<i64>) -> Story<'static, Orders> {
    opened().and(&market(), day(12), &end(ending, amount, amount))
}

fn part() -> Story<'static, Orders> {
    decided(DisputeEnding::PartialRefund, Some(300_000))
}

fn paid(amount: i64, reference: &str) -> OrderCommand {
    let OrderCommand::RefundLine(refund) = a_refund(these(&[unit(1, 1)]), amount, Some(reference))
    else {
        panic!()
    };
    OrderCommand::RefundLine(RefundLine { refunded_at: day(14), ..refund })
}

#[track_caller]
fn performed_and_refunded(events: &[OrderEvent]) -> (&DisputePerformed, &LineRefunded) {
    let [OrderEvent::DisputePerformed(performed), OrderEvent::LineRefunded(refund)] = events else {
        panic!("{events:?}")
    };
    assert_eq!(performed.dispute, first());
    (performed, refund)
}

#[test]
fn d2_the_marketplace_or_the_buyer_confirms_that_the_outcome_was_carried_out() {
    for who in [buyer(), market()] {
        part().when(&who, day(14), &perform(None)).then(|events| {
            let (performed, refund) = performed_and_refunded(events);
            assert_eq!((performed.ending, performed.at), (DisputeEnding::PartialRefund, day(14)));
            assert_eq!(performed.amount, Some(rub(300_000)));
            assert!(performed.findings[0].passed, "in time");
            assert_eq!((refund.amount, refund.dispute), (rub(300_000), Some(first())));
            assert!(!refund.full);
        });
    }
    for who in [Principal::new(Role::Buyer, "b-2"), Principal::new(Role::Marketplace, "bazaar")] {
        part().when(&who, day(14), &perform(None)).then_refused("dispute.not_allowed", &[]);
    }
    let other = Principal::new(Role::Seller, "s-2");
    part().when(&other, day(14), &perform(None)).then_refused("dispute.not_your_sale", &["D1"]);
    part()
        .and(&market(), day(14), &perform(None))
        .when(&buyer(), day(15), &perform(None))
        .then(nothing_happens);
}

fn contest() -> OrderCommand {
    OrderCommand::ContestPerformance(ContestPerformance { dispute: first() })
}

/// On day 14 the seller states that the refund was paid on day 13.
fn stated() -> Story<'static, Orders> {
    part().and(&seller(), day(14), &perform(Some(day(13))))
}

#[test]
fn d2_the_sellers_own_statement_counts_once_the_buyer_has_not_objected() {
    part().when(&seller(), day(14), &perform(Some(day(13)))).then(|events| {
        let [OrderEvent::DisputePerformanceStated(stated)] = events else { panic!("{events:?}") };
        assert_eq!((stated.at, stated.stated_at, stated.object_by), (day(13), day(14), day(21)));
        assert_eq!(
            (stated.ending, stated.amount),
            (DisputeEnding::PartialRefund, Some(rub(300_000)))
        );
    });
    stated().when(&seller(), day(15), &perform(None)).then(nothing_happens);
    // The order completes by itself on day 15.
    let waiting = || stated().and_the_clock_reaches(day(16));
    waiting().when_the_clock_reaches(day(20)).then(nothing_happens);
    waiting().when_the_clock_reaches(day(21)).then(|events| {
        let [
            OrderEvent::DeadlinePassed(passed),
            OrderEvent::DisputePerformed(performed),
            OrderEvent::LineRefunded(refund),
        ] = events
        else {
            panic!("{events:?}")
        };
        assert_eq!((passed.deadline, passed.owner), (WaitKind::DisputeObjection, Owner::Buyer));
        assert_eq!((performed.at, refund.amount), (day(13), rub(300_000)));
    });
    // Or somebody else confirms it before.
    for who in [buyer(), market()] {
        stated().when(&who, day(15), &perform(None)).then(|events| {
            let (performed, _) = performed_and_refunded(events);
            assert_eq!(performed.at, day(13), "as the seller stated");
        });
    }
    stated().when(&market(), day(15), &paid(300_000, "R-1")).then(|events| {
        performed_and_refunded(events);
    });
}

#[test]
fn d2_what_the_buyer_contests_is_still_owed() {
    stated().when(&buyer(), day(15), &contest()).then(|events| {
        let [OrderEvent::DisputePerformanceContested(contested)] = events else {
            panic!("{events:?}")
        };
        assert_eq!((contested.contested_at, contested.perform_by), (day(15), Some(day(27))));
    });
    let contested = || stated().and(&buyer(), day(15), &contest());
    contested().when(&buyer(), day(16), &contest()).then(nothing_happens);
    contested()
        .when(&seller(), day(16), &perform(None))
        .then_refused("dispute.performance_contested", &["D2"]);
    let reported = contested().when_the_clock_reaches(day(400));
    let reported =
        reported.then(|events| assert_eq!(names(events), ["completed", "deadline_passed"]));
    let waits = Orders::waits(&reported.state);
    assert!(waits.iter().any(|wait| wait.what == WaitKind::DisputePerformance && wait.is_late));
    contested().when(&market(), day(16), &perform(None)).then(|events| {
        performed_and_refunded(events);
    });
    contested().when(&market(), day(16), &paid(300_000, "R-1")).then(|events| {
        performed_and_refunded(events);
    });
    // Only what is stated, by the buyer, in time.
    part().when(&buyer(), day(15), &contest()).then_refused("dispute.nothing_stated", &["D2"]);
    opened().when(&buyer(), day(11), &contest()).then_refused("dispute.not_decided", &["D2"]);
    stated().when(&seller(), day(15), &contest()).then_refused("dispute.not_allowed", &[]);
    stated()
        .and_the_clock_reaches(day(21))
        .when(&buyer(), day(21), &contest())
        .then_refused("dispute.is_over", &["D1"]);
}

#[test]
fn d2_m1_a_discount_on_the_next_purchase_is_no_refund_of_the_device() {
    for (ending, amount) in
        [(DisputeEnding::Discount, Some(300_000)), (DisputeEnding::FreeParts, None)]
    {
        let reported = opened().and(&market(), day(12), &end(ending, amount, None)).when(
            &market(),
            day(14),
            &perform(None),
        );
        let reported =
            reported.then(|events| assert_eq!(names(events), ["dispute_performed"], "{ending:?}"));
        let order = reported.state.order.as_ref().unwrap();
        assert_eq!(order.units[&unit(1, 1)].refunded, 0);
    }
}

#[test]
fn d2_a_late_performance_counts_as_well() {
    part().and_the_clock_reaches(day(300)).when(&market(), day(300), &perform(None)).then(
        |events| {
            let (performed, _) = performed_and_refunded(events);
            assert!(!performed.findings[0].passed, "late");
        },
    );
}

#[test]
fn d2_what_is_not_money_is_carried_out_without_a_refund() {
    for (ending, amount) in [(DisputeEnding::Exchange, None), (DisputeEnding::FreeParts, None)] {
        decided(ending, amount)
            .when(&market(), day(14), &perform(Some(day(13))))
            .then(|events| assert_eq!(names(events), ["dispute_performed"]));
    }
}

#[test]
fn d2_only_what_was_decided_and_is_owed_can_be_carried_out() {
    opened().when(&market(), day(11), &perform(None)).then_refused("dispute.not_decided", &["D2"]);
    decided(DisputeEnding::Nothing, None)
        .when(&market(), day(13), &perform(None))
        .then_refused("dispute.nothing_to_perform", &["D2"]);
    for wrong in [day(11), day(15)] {
        part()
            .when(&market(), day(14), &perform(Some(wrong)))
            .then_refused("dispute.performance_misdated", &["D2"]);
    }
}

#[test]
fn d2_a_refund_that_the_marketplace_reports_carries_the_outcome_out() {
    part().when(&market(), day(14), &paid(300_000, "R-1")).then(|events| {
        let (performed, refund) = performed_and_refunded(events);
        assert_eq!((performed.at, refund.dispute), (day(14), None));
    });
    // Also in parts, of which the last one completes it.
    let first_part = || part().and(&market(), day(14), &paid(100_000, "R-1"));
    part()
        .when(&market(), day(14), &paid(100_000, "R-1"))
        .then(|events| assert_eq!(names(events), ["line_refunded"]));
    first_part().when(&market(), day(15), &paid(200_000, "R-2")).then(|events| {
        performed_and_refunded(events);
    });
    // A confirmation counts what is missing.
    first_part().when(&market(), day(15), &perform(None)).then(|events| {
        let (_, refund) = performed_and_refunded(events);
        assert_eq!(refund.amount, rub(200_000));
    });
}

#[test]
fn d2_m7_a_payment_that_is_reported_after_its_confirmation_counts_once() {
    let confirmed = || part().and(&market(), day(14), &perform(None));
    confirmed().when(&market(), day(15), &paid(300_000, "R-1")).then(|events| {
        let [OrderEvent::RefundUnattributed(refund)] = events else { panic!("{events:?}") };
        assert_eq!(refund.because, Unattributed::PaidInDispute);
        assert_eq!((refund.amount, refund.dispute), (rub(300_000), Some(first())));
    });
    let reported = || confirmed().and(&market(), day(15), &paid(300_000, "R-1"));
    reported().when(&market(), day(16), &paid(300_000, "R-1")).then(nothing_happens);
    reported()
        .when(&market(), day(16), &paid(300_000, "R-2"))
        .then(|events| assert_eq!(names(events), ["line_refunded"]));
}

#[test]
fn d2_m7_an_outcome_may_be_reported_in_several_payments() {
    let confirmed = || part().and(&market(), day(14), &perform(None));
    let once = || confirmed().and(&market(), day(15), &paid(200_000, "R-1"));
    for (story, amount, counts) in [
        (confirmed(), 200_000, 200_000),
        (once(), 100_000, 100_000),
        // What is more than the outcome counts on top of it.
        (once(), 250_000, 100_000),
        (confirmed(), 400_000, 300_000),
    ] {
        story.when(&market(), day(16), &paid(amount, "R-2")).then(|events| {
            let OrderEvent::RefundUnattributed(reported) = &events[0] else { panic!("{events:?}") };
            assert_eq!((reported.amount, reported.dispute), (rub(counts), Some(first())));
            let others: Vec<_> = events[1..]
                .iter()
                .map(|event| match event {
                    OrderEvent::LineRefunded(refund) => refund.amount,
                    other => panic!("{other:?}"),
                })
                .collect();
            let rest = amount - counts;
            assert_eq!(others, if rest > 0 { vec![rub(rest)] } else { Vec::new() });
        });
    }
    // All of it is reported: another refund is another one.
    once()
        .and(&market(), day(16), &paid(100_000, "R-2"))
        .when(&market(), day(17), &paid(100_000, "R-3"))
        .then(|events| assert_eq!(names(events), ["line_refunded"]));
    // A part is reported first, then the outcome is confirmed, then the rest is reported.
    part()
        .and(&market(), day(14), &paid(100_000, "R-1"))
        .and(&market(), day(15), &perform(None))
        .when(&market(), day(16), &paid(200_000, "R-2"))
        .then(|events| assert_eq!(names(events), ["refund_unattributed"]));
}

#[test]
fn d2_an_exchange_that_a_shop_reports_carries_the_outcome_out() {
    let mut more = snapshot(14);
    more.lines.push(another_phone());
    let new = Deliver { units: these(&[unit(3, 1)]), ..a_delivery(day(16)) };
    let new = OrderCommand::Deliver(Deliver { reference: Some("F-2".to_owned()), ..new });
    let whole = Deliver { reference: Some("F-1".to_owned()), ..a_delivery(day(0)) };
    let decided = || {
        from_a_shop()
            .and(&market(), day(0), &OrderCommand::Deliver(whole.clone()))
            .and(&buyer(), day(10), &open())
            .and(&market(), day(12), &end(DisputeEnding::Exchange, None, None))
            .and(&market(), day(14), &as_now(more.clone()))
    };
    let back = a_return(&[unit(1, 1)], day(13));
    decided().and(&market(), day(15), &back).when(&market(), day(16), &new).then(|events| {
        assert_eq!(names(events), ["dispute_performed", "delivered"]);
    });
    // Or the new device arrives first.
    decided().and(&market(), day(16), &new).when(&market(), day(17), &back).then(|events| {
        assert_eq!(names(events), ["dispute_performed", "returned"]);
    });
    // Without the old device back, the new one may be a purchase.
    decided().when(&market(), day(16), &new).then(|events| {
        assert_eq!(names(events), ["delivered"]);
    });
}

#[test]
fn d2_the_whole_price_that_is_refunded_during_a_dispute_ends_it() {
    opened().when(&market(), day(14), &paid(1_000_000, "R-1")).then(|events| {
        assert_eq!(names(events), ["dispute_decided", "dispute_performed", "line_refunded"]);
    });
    decided(DisputeEnding::Exchange, None)
        .when(&market(), day(14), &paid(1_000_000, "R-1"))
        .then(|events| assert_eq!(names(events), ["dispute_performed", "line_refunded"]));
    opened()
        .when(&market(), day(14), &paid(400_000, "R-1"))
        .then(|events| assert_eq!(names(events), ["line_refunded"]));
}

#[test]
fn a_device_has_no_second_dispute_while_an_outcome_is_owed() {
    let owed = || opened().and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000)));
    owed().when(&buyer(), day(12), &open()).then_refused("dispute.already_open", &[]);
    part().when(&buyer(), day(13), &open()).then_refused("dispute.already_open", &[]);
    part()
        .and(&market(), day(13), &perform(None))
        .when(&buyer(), day(14), &open())
        .then(|events| assert_eq!(names(events), ["dispute_opened"]));
}

#[test]
fn s8_the_refund_of_a_cancelled_order_is_a_fact_of_the_marketplace() {
    placed()
        .and(&market(), day(-4), &pay(2_130_000))
        .and(&market(), day(-3), &cancel(day(-3)))
        .when(&market(), day(-2), &a_refund(these(&[unit(1, 1)]), 1_000_000, Some("R-1")))
        .then(|events| {
            let [OrderEvent::LineRefunded(refund)] = events else { panic!("{events:?}") };
            assert!(refund.cancelled && refund.full);
        });
}
