use super::*;
use crate::domain::events::MissingFact;

#[test]
fn facts_before_the_order_itself_are_kept_and_applied_when_it_arrives() {
    nothing_yet()
        .and(&market(), day(0), &deliver(day(0)))
        .and(&market(), day(1), &pay(2_130_000))
        .and(&market(), day(2), &confirm(day(1)))
        .when(&market(), day(3), &place())
        .then(|events| {
            let expected = ["placed", "delivered", "paid", "receipt_confirmed", "completed"];
            assert_eq!(names(events), expected);
        });
}

#[test]
fn a_kept_fact_says_what_it_waits_for_and_is_kept_once() {
    nothing_yet().when(&market(), day(0), &deliver(day(0))).then(|events| {
        let OrderEvent::FactKept(kept) = &events[0] else { panic!("{events:?}") };
        assert_eq!((kept.id.as_str(), kept.missing), ("4", MissingFact::Placed));
        assert_eq!(kept.command, "recourse.order.deliver.v1");
    });
    nothing_yet()
        .and(&market(), day(0), &deliver(day(0)))
        .when(&market(), day(1), &deliver(day(0)))
        .then(nothing_happens);
}

#[test]
fn a_kept_fact_that_is_refused_leaves_an_event_and_the_others_continue() {
    nothing_yet()
        .and(&market(), day(0), &a_return(&[unit(9, 9)], day(1)))
        .and(&market(), day(1), &pay(2_130_000))
        .when(&market(), day(3), &place())
        .then(|events| {
            assert_eq!(names(events), ["placed", "kept_fact_refused", "paid"]);
            let OrderEvent::KeptFactRefused(refused) = &events[1] else { panic!() };
            assert_eq!((refused.code.as_str(), refused.id.as_str()), ("order.unit.not_known", "8"));
        });
}

#[test]
fn a_return_before_its_delivery_waits_for_it() {
    placed()
        .and(&market(), day(2), &a_return(&[unit(1, 1)], day(2)))
        .when(&market(), day(3), &deliver(day(0)))
        .then(|events| assert_eq!(names(events), ["delivered", "returned"]));
}

#[test]
fn a_correction_before_the_order_is_kept_until_order_and_delivery_arrive() {
    let reported = nothing_yet()
        .and(&market(), day(1), &correct(day(1)))
        .and(&market(), day(2), &place())
        .when(&market(), day(3), &deliver(day(0)))
        .then(|events| assert_eq!(names(events), ["delivered", "delivery_corrected"]));
    assert!(reported.state.kept.is_empty());
}

#[test]
fn a_dispute_about_an_unknown_order_is_not_kept() {
    let open = an_open_dispute();
    let refused = nothing_yet()
        .when(&buyer(), day(1), &OrderCommand::OpenDispute(open))
        .then_refused("order.not_known", &[]);
    assert!(recourse_kernel::Rejection::reason(&refused).not_known_yet);
}

#[test]
fn a_feed_that_never_reports_the_order_keeps_a_bounded_number_of_facts() {
    let mut state = OrderState::default();
    let request = recourse_kernel::Context {
        now: day(0),
        principal: &market(),
        key: &key(),
        reference: &*BOOK,
    };
    let mut refused = 0;
    for amount in 1..300 {
        match <Orders as recourse_kernel::Decider>::decide(&state, &pay(amount), &request) {
            Ok(events) => {
                for event in &events {
                    state.evolve(event);
                }
            }
            Err(_) => refused += 1,
        }
    }
    assert_eq!((state.kept.len(), refused), (200, 99));
}
