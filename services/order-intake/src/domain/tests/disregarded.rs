//! Orders that a marketplace does not have: tests, and orders that a shop keeps apart.

use super::*;
use crate::domain::commands::{Disregard, RequestPrivacy};
use crate::domain::events::{PrivacyRequestKind, PrivacyScope};

fn disregard() -> OrderCommand {
    OrderCommand::Disregard(Disregard {
        order: order(),
        marketplace: "market".to_owned(),
        number: "1001".to_owned(),
        instead: None,
        reported: reported("12"),
    })
}

#[test]
fn facts_about_an_order_that_is_disregarded_lead_to_nothing() {
    let disregarded = || nothing_yet().and(&market(), day(-5), &disregard());
    disregarded().when(&market(), day(-5), &disregard()).then(nothing_happens);
    disregarded().when(&market(), day(0), &deliver(day(0))).then(nothing_happens);
    disregarded().when(&market(), day(0), &pay(1)).then(nothing_happens);
    let request = OrderCommand::RequestPrivacy(RequestPrivacy {
        order: order(),
        kind: PrivacyRequestKind::Erasure,
        scope: PrivacyScope::Order,
        marketplace: "market".to_owned(),
        buyer: None,
        reference: None,
        reported: reported("13"),
    });
    disregarded().when(&market(), day(0), &request).then(nothing_happens);
}

#[test]
fn facts_that_were_kept_before_wait_no_longer() {
    let settled = nothing_yet()
        .and(&market(), day(0), &deliver(day(0)))
        .and(&market(), day(0), &pay(1))
        .when(&market(), day(1), &disregard())
        .then(|events| assert_eq!(names(events), ["disregarded"]));
    assert_eq!(settled.state.kept, []);
}

#[test]
fn only_its_marketplace_disregards_an_order_and_none_that_was_placed() {
    nothing_yet().when(&buyer(), day(0), &disregard()).then_refused("order.not_allowed", &[]);
    placed().when(&market(), day(0), &disregard()).then(nothing_happens);
    // A shop that keeps test orders apart from now on, or whose order was no test after all.
    let placed_later = nothing_yet()
        .and(&market(), day(-5), &disregard())
        .and(&market(), day(-4), &place())
        .when(&market(), day(0), &deliver(day(0)))
        .then(|events| assert_eq!(names(events), ["delivered"]));
    assert!(!placed_later.state.disregarded);
}
