//! A refusal lists every rule that was tried, and every code has a story.

use recourse_kernel::{Finding, Rejection as _};
use serde_json::json;

use super::*;
use crate::domain::events::{FactKept, MissingFact};

fn outcomes(findings: &[Finding]) -> Vec<(&str, bool)> {
    findings.iter().map(|finding| (finding.rule.as_str(), finding.passed)).collect()
}

#[test]
fn a_refused_order_lists_every_rule_that_was_tried() {
    let mut wrong = a_place();
    wrong.lines[0].device = None;
    wrong.lines[0].unit_price = rub(-1);
    wrong.lines[0].quantity = 5_000;
    let refused = nothing_yet().when(&market(), day(-5), &OrderCommand::Place(Box::new(wrong)));
    let findings = refused.then_refused("order.impossible_amount", &["M6"]).findings();
    assert_eq!(outcomes(&findings), [("M6", false), ("S1", false), ("command", false)]);
    assert_eq!(findings[2].facts["code"], "order.too_many_units");

    let mut long = a_place();
    long.lines[0].quantity = 5_000;
    let refused = nothing_yet().when(&market(), day(-5), &OrderCommand::Place(Box::new(long)));
    let findings = refused.then_refused("order.too_many_units", &[]).findings();
    assert_eq!(outcomes(&findings), [("M6", true), ("S1", true), ("command", false)]);
}

#[test]
fn a_refusal_of_many_wrong_lines_stays_short() {
    let mut wrong = a_place();
    let line = wrong.lines[0].clone();
    wrong.lines = (1..=4_000).map(|number| OrderLine { line: number, ..line.clone() }).collect();
    for line in &mut wrong.lines {
        (line.device, line.quantity) = (None, 0);
    }
    let refused = nothing_yet().when(&market(), day(-5), &OrderCommand::Place(Box::new(wrong)));
    assert_eq!(refused.then_refused("order.nothing_bought", &[]).findings().len(), 2);
}

#[test]
fn a_refused_dispute_lists_that_the_device_is_gone_and_that_it_is_late() {
    let returned = delivered().and(&market(), day(2), &a_return(&[unit(1, 1)], day(2)));
    let open = an_open_dispute();
    let refused = returned.when(&buyer(), day(16), &OrderCommand::OpenDispute(open.clone()));
    let findings = refused.then_refused("dispute.device_gone", &[]).findings();
    assert_eq!(outcomes(&findings), [("command", false), ("T1", false), ("D1", true)]);

    let another = Principal::new(Role::Buyer, "b-82");
    let refused = delivered().when(&another, day(2), &OrderCommand::OpenDispute(open));
    let findings = refused.then_refused("dispute.not_allowed", &[]).findings();
    assert_eq!(outcomes(&findings), [("A1", false)]);
}

#[test]
fn a_device_is_not_returned_before_its_delivery() {
    let early = a_return(&[unit(1, 1)], day(-1));
    let refused = delivered().when(&market(), day(3), &early);
    refused.then_refused("order.return_before_delivery", &[]);
}

#[test]
fn a_bounded_number_of_facts_waits_for_an_order() {
    let mut story = nothing_yet();
    for amount in 1..=200 {
        story = story.and(&market(), day(0), &pay(amount));
    }
    story.when(&market(), day(0), &pay(201)).then_refused("order.too_many_kept", &[]);
}

#[test]
fn a_kept_fact_that_this_release_cannot_read_is_refused_when_its_turn_comes() {
    let kept = FactKept {
        order: order(),
        fact: "marketplace.order.gifted".to_owned(),
        id: "17".to_owned(),
        command: "recourse.order.gift.v1".to_owned(),
        body: json!({}),
        missing: MissingFact::Placed,
    };
    given::<Orders>(&key(), &*BOOK, [(day(0), OrderEvent::FactKept(kept))])
        .when(&market(), day(1), &place())
        .then(|events| {
            let [OrderEvent::Placed(_), OrderEvent::KeptFactRefused(refused)] = events else {
                panic!("{events:?}")
            };
            let reported = (refused.id.as_str(), refused.code.as_str());
            assert_eq!(reported, ("17", "order.kept_fact_unreadable"));
        });
}
