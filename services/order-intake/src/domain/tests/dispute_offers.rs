//! D1: what the seller offers instead, who acts in a dispute, and its withdrawal.

use super::disputes::{
    answer, answer_with, end, ending, first, open, opened, refuse_the_offer, withdraw,
};
use super::*;
use crate::domain::commands::AcceptDisputeOffer;
use crate::domain::events::{DecidedBy, DisputeAnswer, DisputeEnding, OfferKind};

fn take(offer: i64) -> OrderCommand {
    let offer = Some(rub(offer));
    OrderCommand::AcceptDisputeOffer(AcceptDisputeOffer { dispute: first(), offer })
}

fn take_without_an_amount() -> OrderCommand {
    OrderCommand::AcceptDisputeOffer(AcceptDisputeOffer { dispute: first(), offer: None })
}

#[test]
fn a_counter_offer_needs_an_amount_and_leaves_the_dispute_open() {
    opened()
        .when(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000)))
        .then(|events| assert_eq!(names(events), ["dispute_answered"]));
    opened()
        .when(&seller(), day(11), &answer(DisputeAnswer::Counter, None))
        .then_refused("dispute.offer_misplaced", &[]);
    opened()
        .when(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(2_000_000)))
        .then_refused("dispute.amount_out_of_bounds", &["M7"]);
}

#[test]
fn the_buyer_can_accept_only_the_current_counter_offer() {
    let offered =
        || opened().and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000)));
    offered().when(&buyer(), day(12), &take(300_000)).then(|events| {
        let part = (DisputeEnding::PartialRefund, Some(rub(300_000)), DecidedBy::Buyer);
        assert_eq!(ending(events), part);
    });
    offered().when(&buyer(), day(12), &take(400_000)).then_refused("dispute.no_such_offer", &[]);
    opened().when(&buyer(), day(12), &take(300_000)).then_refused("dispute.no_such_offer", &[]);
    offered().when(&seller(), day(12), &take(300_000)).then_refused("dispute.not_allowed", &[]);
    // A seller who then declines has withdrawn the offer.
    offered()
        .and(&seller(), day(12), &answer(DisputeAnswer::Decline, None))
        .when(&buyer(), day(12), &take(300_000))
        .then_refused("dispute.no_such_offer", &[]);
    offered()
        .and(&buyer(), day(12), &take(300_000))
        .when(&buyer(), day(13), &take(300_000))
        .then(nothing_happens);
}

#[test]
fn d1_the_seller_may_offer_free_parts_or_a_discount() {
    let parts = answer_with(DisputeAnswer::Counter, Some(OfferKind::FreeParts), None);
    opened()
        .and(&seller(), day(11), &parts)
        .when(&buyer(), day(12), &take_without_an_amount())
        .then(|events| {
            assert_eq!(ending(events), (DisputeEnding::FreeParts, None, DecidedBy::Buyer));
        });
    let discount = answer_with(DisputeAnswer::Counter, Some(OfferKind::Discount), Some(100_000));
    opened().and(&seller(), day(11), &discount).when(&buyer(), day(12), &take(100_000)).then(
        |events| {
            let amount = Some(rub(100_000));
            assert_eq!(ending(events), (DisputeEnding::Discount, amount, DecidedBy::Buyer));
        },
    );
    let whole = answer_with(DisputeAnswer::Counter, Some(OfferKind::FullRefund), None);
    opened()
        .and(&seller(), day(11), &whole)
        .and(&buyer(), day(12), &take_without_an_amount())
        .when(&buyer(), day(13), &withdraw())
        .then_refused("dispute.is_over", &["D1"]);
    for wrong in [
        answer_with(DisputeAnswer::Counter, Some(OfferKind::FreeParts), Some(1)),
        answer_with(DisputeAnswer::Counter, Some(OfferKind::Discount), None),
        answer_with(DisputeAnswer::Decline, Some(OfferKind::FreeParts), None),
        answer_with(DisputeAnswer::Agree, None, Some(1)),
    ] {
        opened().when(&seller(), day(11), &wrong).then_refused("dispute.offer_misplaced", &[]);
    }
}

#[test]
fn d1_an_offer_that_the_buyer_declined_cannot_be_accepted() {
    let declined = || {
        opened().and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000))).and(
            &buyer(),
            day(12),
            &refuse_the_offer(),
        )
    };
    declined().when(&buyer(), day(13), &refuse_the_offer()).then(nothing_happens);
    declined().when(&buyer(), day(13), &take(300_000)).then_refused("dispute.no_such_offer", &[]);
    opened()
        .when(&buyer(), day(12), &refuse_the_offer())
        .then_refused("dispute.no_such_offer", &[]);
    opened()
        .and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000)))
        .when(&seller(), day(12), &refuse_the_offer())
        .then_refused("dispute.not_allowed", &[]);
}

#[test]
fn d1_the_buyer_withdraws_a_dispute_until_it_is_decided_and_may_open_another() {
    let withdrawn = || opened().and(&buyer(), day(11), &withdraw());
    opened()
        .when(&buyer(), day(11), &withdraw())
        .then(|events| assert_eq!(names(events), ["dispute_withdrawn"]));
    withdrawn().when(&buyer(), day(12), &withdraw()).then(nothing_happens);
    withdrawn()
        .when(&market(), day(12), &end(DisputeEnding::FullRefund, None, None))
        .then_refused("dispute.is_over", &["D1"]);
    withdrawn()
        .when(&seller(), day(12), &answer(DisputeAnswer::Agree, None))
        .then_refused("dispute.is_over", &["D1"]);
    withdrawn()
        .when(&buyer(), day(12), &open())
        .then(|events| assert_eq!(names(events), ["dispute_opened"]));
    opened().when(&seller(), day(11), &withdraw()).then_refused("dispute.not_allowed", &[]);
    opened()
        .and(&seller(), day(11), &answer(DisputeAnswer::Agree, None))
        .when(&buyer(), day(12), &withdraw())
        .then_refused("dispute.is_over", &["D1"]);
}

#[test]
fn d1_a_seller_never_decides() {
    let part = end(DisputeEnding::PartialRefund, Some(1), None);
    opened().when(&seller(), day(11), &part).then_refused("dispute.marketplace_decides", &["D1"]);
    opened()
        .and(&seller(), day(11), &answer(DisputeAnswer::Decline, None))
        .when(&seller(), day(12), &part)
        .then_refused("dispute.marketplace_decides", &["D1"]);
}

#[test]
fn d1_a_seller_acts_for_its_own_sales_only() {
    let other = Principal::new(Role::Seller, "s-2");
    for command in [answer(DisputeAnswer::Agree, None), end(DisputeEnding::Nothing, None, None)] {
        opened().when(&other, day(11), &command).then_refused("dispute.not_your_sale", &["D1"]);
    }
    // The marketplace answers for a seller, and where the order names none.
    opened()
        .when(&market(), day(11), &answer(DisputeAnswer::Decline, None))
        .then(|events| assert_eq!(names(events), ["dispute_answered"]));
}
