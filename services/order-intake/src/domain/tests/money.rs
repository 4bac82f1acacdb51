use super::*;

fn refunded(events: &[OrderEvent]) -> Vec<(Vec<DeviceId>, bool)> {
    let refund = |event: &OrderEvent| match event {
        OrderEvent::LineRefunded(refund) => (refund.devices.clone(), refund.full),
        other => panic!("{other:?}"),
    };
    events.iter().map(refund).collect()
}

#[test]
fn an_order_is_paid_once() {
    let paid = || placed().and(&market(), day(-5), &pay(2_130_000));
    paid().when(&market(), day(-4), &pay(2_130_000)).then(nothing_happens);
    paid().when(&market(), day(-4), &pay(1)).then_refused("order.already_paid", &[]);
}

#[test]
fn a_payment_before_the_cancellation_counts_but_not_one_after_it() {
    placed()
        .and(&market(), day(-4), &cancel(day(-4)))
        .when(&market(), day(-3), &pay(2_130_000))
        .then(|events| assert_eq!(names(events), ["paid"]));
    let later = Pay { order: order(), paid_at: day(-3), amount: rub(1), reported: None };
    placed()
        .and(&market(), day(-4), &cancel(day(-4)))
        .when(&market(), day(-3), &OrderCommand::Pay(later))
        .then_refused("order.cancelled", &[]);
}

#[test]
fn m6_a_payment_is_in_the_orders_currency() {
    let amount = Money::new(1, "EUR".parse().unwrap());
    let euros = Pay { order: order(), paid_at: day(-5), amount, reported: None };
    placed()
        .when(&market(), day(-5), &OrderCommand::Pay(euros))
        .then_refused("order.currencies_differ", &["M6"]);
}

#[test]
fn a_refund_is_full_when_nothing_of_the_price_is_left() {
    let half = a_refund(these(&[unit(1, 1)]), 500_000, Some("R-1"));
    let rest = a_refund(these(&[unit(1, 1)]), 500_000, Some("R-2"));
    let story = delivered().and(&market(), day(3), &half);
    story.when(&market(), day(3), &rest).then(|events| {
        assert_eq!(refunded(events), [(vec![unit(1, 1)], true)]);
    });
    delivered().when(&market(), day(3), &half).then(|events| {
        assert_eq!(refunded(events), [(vec![unit(1, 1)], false)]);
    });
}

#[test]
fn m7_a_refund_reported_twice_is_one_refund() {
    let half = a_refund(these(&[unit(1, 1)]), 500_000, Some("R-1"));
    delivered().and(&market(), day(3), &half).when(&market(), day(4), &half).then(nothing_happens);
}

#[test]
fn m7_a_refund_without_an_id_that_exceeds_what_is_left_may_be_a_repeated_one() {
    delivered()
        .and(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 600_000, None))
        .when(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 600_000, None))
        .then_refused("order.refund_exceeds_price", &["M7"]);
    delivered()
        .and(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 1_000_000, None))
        .when(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 1, None))
        .then_refused("order.refund_exceeds_price", &["M7"]);
}

#[test]
fn a_refund_by_line_applies_to_the_returned_units() {
    delivered()
        .and(&market(), day(2), &a_return(&[unit(1, 2)], day(2)))
        .when(&market(), day(3), &a_refund(of_line("L-1", 1), 1_000_000, None))
        .then(|events| assert_eq!(refunded(events), [(vec![unit(1, 2)], true)]));
    delivered()
        .when(&market(), day(3), &a_refund(of_line("L-1", 3), 1_000_000, None))
        .then_refused("order.not_that_many_units", &[]);
}

#[test]
fn one_refund_of_units_with_different_remainders_is_split() {
    delivered()
        .and(&market(), day(3), &a_refund(these(&[unit(1, 1)]), 400_000, None))
        .when(&market(), day(3), &a_refund(these(&[unit(1, 1), unit(1, 2)]), 600_000, None))
        .then(|events| {
            let apart = [(vec![unit(1, 2)], false), (vec![unit(1, 1)], true)];
            assert_eq!(refunded(events), apart);
        });
}
