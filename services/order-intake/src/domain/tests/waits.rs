//! T11: what orders and disputes wait for, and what happens when a deadline passes.

use chrono::TimeDelta;
use recourse_kernel::{Context, Decider, Owner, WaitKind};
use recourse_terms::terms::Span;

use super::disputes::{answer, end, first, open, opened, refuse_the_offer, withdraw};
use super::*;
use crate::domain::commands::PerformDispute;
use crate::domain::events::{DeadlinePassed, DisputeAnswer, DisputeEnding};

type Awaited = (WaitKind, Owner, Instant, Instant, bool);

/// What the dispute waits for: what, who, since, until, and whether that is late.
#[track_caller]
fn awaited(state: &OrderState) -> Option<Awaited> {
    let waits = Orders::waits(state);
    let mut of_it = waits.iter().filter(|wait| wait.matter == first().into());
    let wait = of_it.next()?;
    assert_eq!(of_it.next(), None, "one at a time");
    Some((wait.what, wait.owner, wait.since, wait.until?, wait.is_late))
}

#[track_caller]
fn waits_for(story: Story<'static, Orders>, expected: Option<Awaited>) {
    let reported = story.when_the_clock_reaches(day(-5));
    assert_eq!(awaited(&reported.state), expected);
}

/// The deadline that passes on this day, and not a second earlier.
#[track_caller]
fn passes(story: impl Fn() -> Story<'static, Orders>, at: Instant) -> DeadlinePassed {
    let is_ours = |event: &&OrderEvent| matches!(event, OrderEvent::DeadlinePassed(_));
    story().when_the_clock_reaches(at - TimeDelta::seconds(1)).then(|events| {
        assert_eq!(events.iter().find(is_ours), None);
    });
    let mut found = None;
    story().when_the_clock_reaches(at).then(|events| found = events.iter().find(is_ours).cloned());
    let Some(OrderEvent::DeadlinePassed(passed)) = found else { panic!("nothing passed") };
    assert_eq!((passed.dispute, passed.due), (first(), at));
    assert_eq!(passed.escalated_to, market().subject);
    passed
}

fn countered() -> Story<'static, Orders> {
    opened().and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(300_000)))
}

fn declined() -> Story<'static, Orders> {
    opened().and(&seller(), day(11), &answer(DisputeAnswer::Decline, None))
}

fn decided() -> Story<'static, Orders> {
    opened().and(&market(), day(12), &end(DisputeEnding::FullRefund, None, None))
}

#[test]
fn t11_the_seller_answers_a_dispute_within_five_days_or_the_marketplace_decides() {
    let seller = (WaitKind::DisputeAnswer, Owner::Seller, day(10), day(15), false);
    waits_for(opened(), Some(seller));
    let passed = passes(opened, day(15));
    assert_eq!((passed.deadline, passed.owner), (WaitKind::DisputeAnswer, Owner::Seller));
    assert_eq!(passed.decide_by, Some(day(25)));
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(15), day(25), false);
    waits_for(opened().and_the_clock_reaches(day(15)), Some(market));
}

#[test]
fn t11_a_timer_that_fires_late_moves_no_deadline() {
    let (key, clock) = (key(), Principal::system("clock"));
    let once = Context { now: day(40), principal: &clock, key: &key, reference: &*BOOK };
    let state = opened().when_the_clock_reaches(day(10)).state;
    let due: Vec<_> = Orders::wake(&state, &once)
        .into_iter()
        .filter_map(|event| match event {
            OrderEvent::DeadlinePassed(passed) => Some((passed.deadline, passed.due)),
            _ => None,
        })
        .collect();
    let (answer, decision) = (WaitKind::DisputeAnswer, WaitKind::DisputeDecision);
    assert_eq!(due, [(answer, day(15)), (decision, day(25))]);
}

#[test]
fn t11_the_buyer_answers_an_offer_within_fourteen_days_or_the_marketplace_decides() {
    let buyer = (WaitKind::DisputeOfferAnswer, Owner::Buyer, day(11), day(25), false);
    waits_for(countered(), Some(buyer));
    let passed = passes(countered, day(25));
    assert_eq!((passed.deadline, passed.owner), (WaitKind::DisputeOfferAnswer, Owner::Buyer));
    assert_eq!(passed.decide_by, Some(day(35)));
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(25), day(35), false);
    waits_for(countered().and_the_clock_reaches(day(25)), Some(market));
}

#[test]
fn t11_an_offer_that_the_buyer_declines_is_decided_by_the_marketplace() {
    let declined = countered().and(&buyer(), day(13), &refuse_the_offer());
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(13), day(23), false);
    waits_for(declined, Some(market));
}

#[test]
fn t11_the_marketplace_decides_within_ten_days_and_is_then_late() {
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(11), day(21), false);
    waits_for(declined(), Some(market));
    let passed = passes(declined, day(21));
    assert_eq!((passed.deadline, passed.owner), (WaitKind::DisputeDecision, Owner::Marketplace));
    assert_eq!(passed.decide_by, None);
    let late = (WaitKind::DisputeDecision, Owner::Marketplace, day(11), day(21), true);
    waits_for(declined().and_the_clock_reaches(day(400)), Some(late));
}

#[test]
fn t11_a_seller_who_changes_the_answer_moves_no_deadline() {
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(11), day(21), false);
    let again = answer(DisputeAnswer::Counter, Some(400_000));
    waits_for(declined().and(&seller(), day(19), &again), Some(market));
    let buyer = (WaitKind::DisputeOfferAnswer, Owner::Buyer, day(11), day(25), false);
    waits_for(countered().and(&seller(), day(19), &again), Some(buyer));
    let then_declined = countered().and(&seller(), day(19), &answer(DisputeAnswer::Decline, None));
    let market = (WaitKind::DisputeDecision, Owner::Marketplace, day(19), day(29), false);
    waits_for(then_declined, Some(market));
}

#[test]
fn t11_the_seller_carries_the_outcome_out_within_fifteen_days_and_is_then_late() {
    let seller = (WaitKind::DisputePerformance, Owner::Seller, day(12), day(27), false);
    waits_for(decided(), Some(seller));
    let passed = passes(decided, day(27));
    assert_eq!((passed.deadline, passed.owner), (WaitKind::DisputePerformance, Owner::Seller));
    let late = (WaitKind::DisputePerformance, Owner::Seller, day(12), day(27), true);
    let late_again = decided().and_the_clock_reaches(day(400));
    waits_for(late_again, Some(late));
    // Recorded once.
    decided().and_the_clock_reaches(day(27)).when_the_clock_reaches(day(400)).then(nothing_happens);
}

#[test]
fn t11_nothing_is_awaited_once_a_dispute_is_over() {
    waits_for(opened().and(&buyer(), day(11), &withdraw()), None);
    waits_for(opened().and(&market(), day(11), &end(DisputeEnding::Nothing, None, None)), None);
    let perform = OrderCommand::PerformDispute(PerformDispute { dispute: first(), at: None });
    waits_for(decided().and(&market(), day(13), &perform), None);
    // The seller's own statement leaves the buyer a week to object.
    let objection = (WaitKind::DisputeObjection, Owner::Buyer, day(13), day(20), false);
    waits_for(decided().and(&seller(), day(13), &perform), Some(objection));
}

#[test]
fn t11_the_days_are_those_of_the_terms_of_the_devices_warranty() {
    let book = super::delivery::book_of(|terms| {
        terms.marketplace.seller_answers_within_days = Some(2);
        terms.waits.buyers_answer = Span::Days(3);
        terms.waits.dispute_decision = Span::Days(4);
        terms.waits.dispute_performance = Span::BusinessDays(6);
    });
    let opened = || {
        given::<Orders>(&key(), &book, [])
            .and(&market(), day(-5), &place())
            .and(&market(), day(0), &deliver(day(0)))
            .and(&buyer(), day(10), &open())
    };
    let until = |story: Story<'_, Orders>| awaited(&story.when_the_clock_reaches(day(-5)).state);
    let date = |story| until(story).map(|(what, _, _, until, _)| (what, until));
    assert_eq!(date(opened()), Some((WaitKind::DisputeAnswer, day(12))));
    let countered = || opened().and(&seller(), day(11), &answer(DisputeAnswer::Counter, Some(1)));
    assert_eq!(date(countered()), Some((WaitKind::DisputeOfferAnswer, day(14))));
    let silent = countered().and_the_clock_reaches(day(14));
    assert_eq!(date(silent), Some((WaitKind::DisputeDecision, day(18))));
    // Day 0 is a Monday: six business days after Saturday, day 12, end on the Monday of day 21.
    let decided = opened().and(&market(), day(12), &end(DisputeEnding::FullRefund, None, None));
    let performance = date(decided).map(|(_, until)| until);
    assert_eq!(performance, Some(day(21)));
}

#[test]
fn t10_a_delivered_order_waits_for_its_receipt() {
    let waits = Orders::waits(&delivered().when_the_clock_reaches(day(0)).state);
    let [wait] = &waits[..] else { panic!("{waits:?}") };
    assert_eq!(
        (wait.matter, wait.what, wait.owner),
        (order().into(), WaitKind::Completion, Owner::Buyer)
    );
    assert_eq!((wait.since, wait.until), (day(0), Some(day(15))));
    assert_eq!(Orders::open(&delivered().when_the_clock_reaches(day(0)).state), [order().into()]);
    assert_eq!(Orders::waits(&placed().when_the_clock_reaches(day(-5)).state), []);
}
