//! D1: a dispute is opened, answered, decided or withdrawn.

use recourse_kernel::{DisputeId, Rejection as _};

use super::*;
use crate::domain::commands::{AnswerDispute, DecideDispute, DeclineDisputeOffer, WithdrawDispute};
use crate::domain::events::{DecidedBy, DisputeAnswer, DisputeEnding, OfferKind, Receipt};

pub(super) fn first() -> DisputeId {
    unit(1, 1).dispute(1)
}

fn open_about(device: DeviceId, requested_remedy: RequestedRemedy) -> OrderCommand {
    OrderCommand::OpenDispute(OpenDispute { device, requested_remedy, ..an_open_dispute() })
}

pub(super) fn open() -> OrderCommand {
    open_about(unit(1, 1), RequestedRemedy::Refund)
}

pub(super) fn answer(answer: DisputeAnswer, offer: Option<i64>) -> OrderCommand {
    answer_with(answer, None, offer)
}

pub(super) fn answer_with(
    answer: DisputeAnswer,
    kind: Option<OfferKind>,
    offer: Option<i64>,
) -> OrderCommand {
    let offer = offer.map(rub);
    let dispute = first();
    OrderCommand::AnswerDispute(AnswerDispute { dispute, answer, kind, offer, note: None })
}

pub(super) fn end(
    ending: DisputeEnding,
    amount: Option<i64>,
    receipt: Option<i64>,
) -> OrderCommand {
    let (amount, receipt) = (amount.map(rub), receipt.map(rub));
    let (dispute, beyond_repair) = (first(), false);
    OrderCommand::DecideDispute(DecideDispute { dispute, ending, amount, receipt, beyond_repair })
}

pub(super) fn refuse_the_offer() -> OrderCommand {
    OrderCommand::DeclineDisputeOffer(DeclineDisputeOffer { dispute: first() })
}

pub(super) fn withdraw() -> OrderCommand {
    OrderCommand::WithdrawDispute(WithdrawDispute { dispute: first() })
}

pub(super) fn opened() -> Story<'static, Orders> {
    delivered().and(&buyer(), day(10), &open())
}

pub(super) fn ending(events: &[OrderEvent]) -> (DisputeEnding, Option<Money>, DecidedBy) {
    match events.last() {
        Some(OrderEvent::DisputeDecided(decided)) => (decided.ending, decided.amount, decided.by),
        other => panic!("{other:?}"),
    }
}

#[test]
fn t1_a_dispute_can_be_opened_until_day_15_but_not_on_day_16() {
    delivered().when(&buyer(), day(15), &open()).then(|events| {
        let OrderEvent::DisputeOpened(opened) = &events[0] else { panic!() };
        assert_eq!((opened.dispute, opened.findings[0].rule.as_str()), (first(), "T1"));
        assert_eq!(opened.answer_by, day(20), "five days");
    });
    let refused =
        delivered().when(&buyer(), day(16), &open()).then_refused("dispute.too_late", &["T1"]);
    assert!(refused.reason().instead.unwrap().contains("claim"));
    placed().when(&buyer(), day(0), &open()).then_refused("dispute.before_delivery", &["T1"]);
}

#[test]
fn a_dispute_is_about_a_unit_of_the_order() {
    let of_another = open_about(unit(9, 1), RequestedRemedy::Refund);
    delivered().when(&buyer(), day(3), &of_another).then_refused("order.unit.not_known", &[]);
}

#[test]
fn only_the_buyer_opens_a_dispute_and_only_the_other_side_answers() {
    let other = Principal::new(Role::Buyer, "b-82");
    delivered().when(&other, day(3), &open()).then_refused("dispute.not_allowed", &[]);
    opened()
        .when(&buyer(), day(11), &answer(DisputeAnswer::Agree, None))
        .then_refused("dispute.not_allowed", &[]);
}

#[test]
fn a_device_has_one_open_dispute_at_a_time_and_the_next_gets_the_next_number() {
    opened().when(&buyer(), day(11), &open()).then_refused("dispute.already_open", &[]);
    opened()
        .and(&market(), day(11), &end(DisputeEnding::Nothing, None, None))
        .when(&buyer(), day(12), &open())
        .then(|events| {
            let OrderEvent::DisputeOpened(second) = &events[0] else { panic!() };
            assert_eq!(second.dispute, unit(1, 1).dispute(2));
        });
}

#[test]
fn a_returned_or_refunded_device_cannot_be_disputed() {
    delivered()
        .and(&market(), day(2), &a_return(&[unit(1, 1)], day(2)))
        .when(&buyer(), day(3), &open())
        .then_refused("dispute.device_gone", &[]);
    delivered()
        .and(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 1_000_000, None))
        .when(&buyer(), day(3), &open())
        .then_refused("dispute.device_gone", &[]);
}

#[test]
fn a_seller_who_agrees_grants_the_requested_remedy() {
    opened().when(&seller(), day(11), &answer(DisputeAnswer::Agree, None)).then(|events| {
        assert_eq!(names(events), ["dispute_answered", "dispute_decided"]);
        let full = (DisputeEnding::FullRefund, Some(rub(1_000_000)), DecidedBy::Seller);
        assert_eq!(ending(events), full);
    });
    delivered()
        .and(&buyer(), day(3), &open_about(unit(1, 1), RequestedRemedy::Exchange))
        .when(&seller(), day(4), &answer(DisputeAnswer::Agree, None))
        .then(|events| {
            assert_eq!(ending(events), (DisputeEnding::Exchange, None, DecidedBy::Seller));
        });
}

#[test]
fn the_marketplace_decides_and_the_same_decision_again_changes_nothing() {
    let part = end(DisputeEnding::PartialRefund, Some(300_000), None);
    let decided = || opened().and(&market(), day(12), &part);
    opened().when(&market(), day(12), &part).then(|events| {
        let expected = (DisputeEnding::PartialRefund, Some(rub(300_000)), DecidedBy::Marketplace);
        assert_eq!(ending(events), expected);
    });
    decided().when(&market(), day(13), &part).then(nothing_happens);
    decided()
        .when(&market(), day(13), &end(DisputeEnding::Nothing, None, None))
        .then_refused("dispute.is_over", &["D1"]);
}

#[test]
fn a_full_refund_is_the_remaining_price() {
    delivered()
        .and(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 400_000, None))
        .and(&buyer(), day(4), &open())
        .when(&market(), day(5), &end(DisputeEnding::FullRefund, None, None))
        .then(|events| assert_eq!(ending(events).1, Some(rub(600_000))));
}

#[test]
fn a_demand_above_the_receipt_forfeits_the_whole_compensation() {
    let repair = |demand, receipt| end(DisputeEnding::RepairReimbursed, Some(demand), receipt);
    opened()
        .when(&market(), day(12), &repair(200_000, Some(200_000)))
        .then(|events| assert_eq!(ending(events).1, Some(rub(200_000))));
    opened().when(&market(), day(12), &repair(200_001, Some(200_000))).then(|events| {
        assert_eq!(ending(events), (DisputeEnding::Nothing, None, DecidedBy::Marketplace));
    });
    // Repeated, it is the same decision.
    opened()
        .and(&market(), day(12), &repair(200_001, Some(200_000)))
        .when(&market(), day(13), &repair(200_001, Some(200_000)))
        .then(nothing_happens);
    opened()
        .when(&market(), day(12), &repair(200_000, None))
        .then_refused("dispute.receipt_missing", &[]);
}

#[test]
fn the_full_price_is_refunded_if_the_service_centre_finds_the_device_beyond_repair() {
    let OrderCommand::DecideDispute(repair) =
        end(DisputeEnding::RepairReimbursed, None, Some(50_000))
    else {
        panic!()
    };
    let hopeless = OrderCommand::DecideDispute(DecideDispute { beyond_repair: true, ..repair });
    opened().when(&market(), day(12), &hopeless).then(|events| {
        let full = (DisputeEnding::FullRefund, Some(rub(1_000_000)), DecidedBy::Marketplace);
        assert_eq!(ending(events), full);
    });
    opened()
        .and(&market(), day(12), &hopeless)
        .when(&market(), day(13), &hopeless)
        .then(nothing_happens);
}

#[test]
fn the_marketplace_can_decide_on_any_ending_after_a_silent_seller() {
    let endings = [
        (end(DisputeEnding::FullRefund, None, None), Some(1_000_000)),
        (end(DisputeEnding::PartialRefund, Some(250_000), None), Some(250_000)),
        (end(DisputeEnding::Exchange, None, None), None),
        (end(DisputeEnding::RepairReimbursed, Some(90_000), Some(95_000)), Some(90_000)),
        (end(DisputeEnding::Nothing, None, None), None),
    ];
    for (decision, amount) in endings {
        // Even after day 15: a dispute opened in time can be decided at any time.
        opened().when(&market(), day(40), &decision).then(|events| {
            assert_eq!(
                (ending(events).1, ending(events).2),
                (amount.map(rub), DecidedBy::Marketplace)
            );
        });
    }
}

#[test]
fn m7_a_full_refund_decision_and_its_payment_count_once() {
    let all = |reference| a_refund(these(&[unit(1, 1)]), 1_000_000, Some(reference));
    let agreed = || opened().and(&seller(), day(11), &answer(DisputeAnswer::Agree, None));
    agreed().when(&market(), day(12), &all("R-1")).then(|events| {
        let [OrderEvent::DisputePerformed(_), OrderEvent::LineRefunded(refund)] = events else {
            panic!("{events:?}")
        };
        assert!(refund.full);
    });
    agreed()
        .and(&market(), day(12), &all("R-1"))
        .when(&market(), day(13), &all("R-1"))
        .then(nothing_happens);
    agreed()
        .and(&market(), day(12), &all("R-1"))
        .when(&market(), day(13), &all("R-2"))
        .then(|events| assert_eq!(names(events), ["refund_unattributed"]));
    // A part that was paid before is not paid again: the full price means what remains of it.
    opened()
        .and(&market(), day(11), &a_refund(these(&[unit(1, 1)]), 300_000, Some("R-1")))
        .and(&market(), day(12), &end(DisputeEnding::FullRefund, None, None))
        .when(&market(), day(13), &all("R-2"))
        .then(|events| {
            let [
                OrderEvent::DisputePerformed(_),
                OrderEvent::LineRefunded(refund),
                OrderEvent::RefundUnattributed(rest),
            ] = events
            else {
                panic!("{events:?}")
            };
            assert_eq!((refund.amount, refund.full), (rub(700_000), true));
            assert_eq!(rest.amount, rub(300_000));
        });
}

#[test]
fn only_endings_that_pay_money_have_an_amount() {
    opened()
        .when(&market(), day(12), &end(DisputeEnding::PartialRefund, None, None))
        .then_refused("dispute.amount_misplaced", &[]);
    opened()
        .when(&market(), day(12), &end(DisputeEnding::Exchange, Some(1), None))
        .then_refused("dispute.amount_misplaced", &[]);
}

#[test]
fn an_answer_to_an_unknown_dispute_is_refused() {
    let refused = delivered()
        .when(&seller(), day(11), &answer(DisputeAnswer::Agree, None))
        .then_refused("dispute.not_known", &[]);
    assert!(refused.reason().not_known_yet);
}

#[test]
fn d1_a_dispute_needs_a_photo() {
    let without = OpenDispute { photos: Vec::new(), ..an_open_dispute() };
    delivered()
        .when(&buyer(), day(3), &OrderCommand::OpenDispute(without))
        .then_refused("dispute.photo_required", &["D1"]);
}

fn open_for_a_repair(receipt: Option<i64>) -> OrderCommand {
    let receipt = receipt.map(|amount| Receipt { amount: rub(amount), photo: a_photo() });
    let requested_remedy = RequestedRemedy::Repair;
    OrderCommand::OpenDispute(OpenDispute { requested_remedy, receipt, ..an_open_dispute() })
}

#[test]
fn d1_the_price_of_a_repair_needs_a_scanned_receipt_and_is_what_the_buyer_gets() {
    delivered()
        .when(&buyer(), day(3), &open_for_a_repair(None))
        .then_refused("dispute.receipt_required", &["D1"]);
    delivered()
        .when(&buyer(), day(3), &open_for_a_repair(Some(1_000_001)))
        .then_refused("dispute.amount_out_of_bounds", &["M7"]);
    let asked = || delivered().and(&buyer(), day(3), &open_for_a_repair(Some(300_000)));
    asked().when(&seller(), day(4), &answer(DisputeAnswer::Agree, None)).then(|events| {
        let price = (DisputeEnding::RepairReimbursed, Some(rub(300_000)), DecidedBy::Seller);
        assert_eq!(ending(events), price);
    });
    // The scan counts, whatever the decision says of it.
    let too_much = end(DisputeEnding::RepairReimbursed, Some(400_000), Some(400_000));
    asked().when(&market(), day(4), &too_much).then(|events| {
        assert_eq!(ending(events), (DisputeEnding::Nothing, None, DecidedBy::Marketplace));
    });
    // M7: at most what remains of the price.
    asked()
        .and(&market(), day(4), &a_refund(these(&[unit(1, 1)]), 900_000, None))
        .when(&seller(), day(5), &answer(DisputeAnswer::Agree, None))
        .then(|events| assert_eq!(ending(events).1, Some(rub(100_000))));
}

#[test]
fn d1_a_receipt_belongs_to_a_repair_only() {
    let receipt = Some(Receipt { amount: rub(1), photo: a_photo() });
    let refund = OpenDispute { receipt, ..an_open_dispute() };
    delivered()
        .when(&buyer(), day(3), &OrderCommand::OpenDispute(refund))
        .then_refused("dispute.receipt_misplaced", &["D1"]);
}

#[test]
fn t8_a_seller_who_stays_silent_leaves_the_decision_to_the_marketplace() {
    let silent = || opened().and_the_clock_reaches(day(15));
    silent()
        .when(&seller(), day(16), &answer(DisputeAnswer::Agree, None))
        .then_refused("dispute.seller_was_silent", &["T8"]);
    silent().when(&market(), day(16), &end(DisputeEnding::FullRefund, None, None)).then(|events| {
        assert_eq!(ending(events).2, DecidedBy::Marketplace);
    });
}

#[test]
fn t8_the_terms_set_how_long_the_seller_has_to_answer() {
    use recourse_terms::terms::MarketplaceTerms;

    let days = |seller_answers_within_days| MarketplaceTerms {
        seller_answers_within_days,
        ..crate::domain::rules::protection::WITHOUT_TERMS
    };
    assert_eq!(days(None).days_for_the_seller(), 5);
    assert_eq!(days(Some(9)).days_for_the_seller(), 9);
}
