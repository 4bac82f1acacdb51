//! Refunds as shops report them (M1, M6, M7).

use super::*;
use crate::domain::commands::PayRefund;
use crate::domain::events::Unattributed;

fn refund(refunds: Vec<UnitsRefunded>, other: Option<i64>) -> RefundLine {
    RefundLine {
        order: order(),
        refunds,
        other: other.map(rub),
        pending: false,
        payment: Some("T-1".to_owned()),
        refunded_at: day(3),
        reference: Some("R-1/T-1".to_owned()),
        reported: reported("9"),
    }
}

fn part(reference: &str, quantity: u32, amount: i64) -> UnitsRefunded {
    UnitsRefunded {
        units: of_line(reference, quantity),
        amount: rub(amount),
        tax: None,
        returned: false,
    }
}

fn command(refund: RefundLine) -> OrderCommand {
    OrderCommand::RefundLine(refund)
}

fn paid(payment: &str) -> OrderCommand {
    OrderCommand::PayRefund(PayRefund {
        order: order(),
        payment: payment.to_owned(),
        paid_at: day(5),
        reported: reported("12"),
    })
}

#[test]
fn m7_a_pending_refund_is_announced_once_and_counts_when_it_is_paid() {
    let pending =
        command(RefundLine { pending: true, ..refund(vec![part("L-2", 1, 50_000)], None) });
    delivered().when(&market(), day(3), &pending).then(|events| {
        assert_eq!(names(events), ["refund_announced"]);
    });
    let story = || delivered().and(&market(), day(3), &pending);
    story().when(&market(), day(4), &pending).then(nothing_happens);
    story().when(&market(), day(5), &paid("T-1")).then(|events| {
        let [OrderEvent::LineRefunded(refunded)] = events else { panic!("{events:?}") };
        assert_eq!((refunded.amount, refunded.refunded_at), (rub(50_000), day(5)));
    });
    // The refund reported again as paid, and the payment by itself, are one refund.
    let succeeded = command(refund(vec![part("L-2", 1, 50_000)], None));
    story()
        .and(&market(), day(5), &paid("T-1"))
        .when(&market(), day(6), &succeeded)
        .then(nothing_happens);
    story()
        .and(&market(), day(5), &succeeded)
        .when(&market(), day(6), &paid("T-1"))
        .then(nothing_happens);
    delivered().when(&market(), day(5), &paid("T-9")).then(nothing_happens);
}

/// The order with only one of its phones, and the case.
fn one_phone() -> Story<'static, Orders> {
    let mut place = a_place();
    place.lines[0].quantity = 1;
    nothing_yet().and(&market(), day(-5), &OrderCommand::Place(Box::new(place)))
}

#[test]
fn m1_money_without_a_line_lowers_the_price_of_the_only_device() {
    let goodwill = command(refund(Vec::new(), Some(100_000)));
    one_phone().when(&market(), day(3), &goodwill).then(|events| {
        let [OrderEvent::LineRefunded(refunded)] = events else { panic!("{events:?}") };
        assert_eq!((&refunded.devices[..], refunded.full), (&[unit(1, 1)][..], false));
    });
}

#[test]
fn money_that_belongs_to_no_device_is_recorded_once_without_one() {
    let reason = |story: Story<'static, Orders>, amount| {
        let goodwill = command(refund(Vec::new(), Some(amount)));
        let mut because = None;
        story.when(&market(), day(3), &goodwill).then(|events| {
            let [OrderEvent::RefundUnattributed(refunded)] = events else { panic!("{events:?}") };
            because = Some(refunded.because);
        });
        because.unwrap()
    };
    assert_eq!(reason(placed(), 100_000), Unattributed::SeveralDevices);
    assert_eq!(reason(one_phone(), 1_000_001), Unattributed::ExceedsPrice);
    let goodwill = command(refund(Vec::new(), Some(100_000)));
    placed()
        .and(&market(), day(3), &goodwill)
        .when(&market(), day(4), &goodwill)
        .then(nothing_happens);
}

#[test]
fn m7_the_line_that_charges_for_a_warranty_refunds_it() {
    let mut place = a_place();
    place.lines[0].warranty.as_mut().unwrap().reference = Some("L-3".to_owned());
    let plan = OrderLine {
        line: 3,
        quantity: 2,
        unit_price: rub(40_000),
        device: None,
        warranty: None,
        reference: Some("L-3".to_owned()),
        ..lines().remove(0)
    };
    place.lines.push(plan);
    let story = nothing_yet().and(&market(), day(-5), &OrderCommand::Place(Box::new(place)));
    let of_plan = command(refund(vec![part("L-3", 1, 40_000)], None));
    story.when(&market(), day(3), &of_plan).then(|events| {
        assert_eq!(names(events), ["warranty_refunded", "line_refunded"]);
        let OrderEvent::WarrantyRefunded(refunded) = &events[0] else { panic!() };
        assert_eq!((&refunded.devices[..], refunded.amount), (&[unit(1, 1)][..], rub(40_000)));
    });
}

#[test]
fn m7_the_same_refund_of_the_other_unit_refunds_the_other_warranty() {
    let mut place = a_place();
    place.lines[0].warranty.as_mut().unwrap().reference = Some("L-2".to_owned());
    place.lines[1].quantity = 2;
    let one = |reference: &str| {
        command(RefundLine {
            payment: None,
            reference: Some(reference.to_owned()),
            ..refund(vec![part("L-2", 1, 50_000)], None)
        })
    };
    nothing_yet()
        .and(&market(), day(-5), &OrderCommand::Place(Box::new(place)))
        .and(&market(), day(3), &one("R-1"))
        .when(&market(), day(4), &one("R-2"))
        .then(|events| {
            let OrderEvent::WarrantyRefunded(refunded) = &events[0] else { panic!("{events:?}") };
            assert_eq!(refunded.devices, [unit(1, 2)]);
        });
}

#[test]
fn a_refund_of_returned_units_means_those_that_were_delivered() {
    let second =
        OrderCommand::Deliver(Deliver { units: these(&[unit(1, 2)]), ..a_delivery(day(0)) });
    let back = UnitsRefunded { returned: true, ..part("L-1", 1, 1_000_000) };
    placed()
        .and(&market(), day(0), &second)
        .when(&market(), day(3), &command(refund(vec![back], None)))
        .then(|events| {
            let [OrderEvent::LineRefunded(refunded)] = events else { panic!("{events:?}") };
            assert_eq!(refunded.devices, [unit(1, 2)]);
        });
}
