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
}

#[test]
fn m7_a_pending_refund_counts_once_in_any_order_of_its_reports() {
    let refund_of =
        |pending| command(RefundLine { pending, ..refund(vec![part("L-2", 1, 50_000)], None) });
    let (pending, succeeded) = (refund_of(true), refund_of(false));
    let facts = [place(), pay(2_130_000), pending, paid("T-1"), succeeded, paid("T-1")];
    for used in 4..=facts.len() {
        for first in 0..used {
            let mut turned = facts[..used].to_vec();
            turned.rotate_left(first);
            for facts in [turned.clone(), turned.into_iter().rev().collect()] {
                let (last, before) = facts.split_last().unwrap();
                let story = before
                    .iter()
                    .fold(nothing_yet(), |story, fact| story.and(&market(), day(6), fact));
                let state = story.when(&market(), day(6), last).state;
                assert!(state.kept.is_empty(), "{used} {first}");
                let order = state.order.unwrap();
                assert_eq!(order.units[&unit(2, 1)].refunded, 50_000, "{used} {first}");
                assert!(order.announced.is_empty(), "{used} {first}");
            }
        }
    }
}

#[test]
fn m7_a_payment_before_its_refund_is_remembered_once_and_waits_for_nothing() {
    let story = || delivered().and(&market(), day(5), &paid("T-1"));
    let remembered = delivered().when(&market(), day(5), &paid("T-1")).then(|events| {
        let [OrderEvent::RefundPaid(paid)] = events else { panic!("{events:?}") };
        assert_eq!((paid.payment.as_str(), paid.paid_at), ("T-1", day(5)));
    });
    // A refund of shipping alone is never reported.
    assert!(remembered.state.kept.is_empty());
    story().when(&market(), day(6), &paid("T-1")).then(nothing_happens);
    let pending =
        command(RefundLine { pending: true, ..refund(vec![part("L-2", 1, 50_000)], None) });
    let counted = story().when(&market(), day(6), &pending).then(|events| {
        let [OrderEvent::LineRefunded(refunded)] = events else { panic!("{events:?}") };
        assert_eq!((refunded.amount, refunded.refunded_at), (rub(50_000), day(5)));
    });
    assert!(counted.state.order.unwrap().refund_payments.is_empty());
}

#[test]
fn a_bounded_number_of_payments_is_remembered() {
    let mut story = placed();
    for number in 0..200 {
        story = story.and(&market(), day(5), &paid(&format!("T-{number}")));
    }
    story.when(&market(), day(5), &paid("T-200")).then_refused("order.too_many_kept", &[]);
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

/// What counts for devices, each in full or not, and what belongs to none.
type Counts = (Vec<(DeviceId, i64, bool)>, Option<(i64, Unattributed)>);

fn counts(events: &[OrderEvent]) -> Counts {
    let (mut counted, mut rest) = (Vec::new(), None);
    for event in events {
        match event {
            OrderEvent::LineRefunded(refund) => {
                let of = |device: &DeviceId| (*device, refund.amount.amount, refund.full);
                counted.extend(refund.devices.iter().map(of));
            }
            OrderEvent::RefundUnattributed(refund) => {
                rest = Some((refund.amount.amount, refund.because));
            }
            OrderEvent::WarrantyRefunded(_) => {}
            other => panic!("{other:?}"),
        }
    }
    counted.sort_unstable();
    (counted, rest)
}

#[test]
fn money_that_belongs_to_no_device_is_recorded_once_without_one() {
    let goodwill = command(refund(Vec::new(), Some(100_000)));
    placed().when(&market(), day(3), &goodwill).then(|events| {
        assert_eq!(counts(events), (vec![], Some((100_000, Unattributed::SeveralDevices))));
    });
    placed()
        .and(&market(), day(3), &goodwill)
        .when(&market(), day(4), &goodwill)
        .then(nothing_happens);
}

#[test]
fn m1_money_without_a_line_counts_up_to_the_price_of_the_only_device() {
    let goodwill = |amount, reference: &str| {
        let refund = refund(Vec::new(), Some(amount));
        let (payment, reference) = (None, Some(reference.to_owned()));
        command(RefundLine { payment, reference, ..refund })
    };
    one_phone().when(&market(), day(3), &goodwill(1_000_001, "R-1")).then(|events| {
        let rest = Some((1, Unattributed::ExceedsPrice));
        assert_eq!(counts(events), (vec![(unit(1, 1), 1_000_000, true)], rest));
    });
    let most = || one_phone().and(&market(), day(3), &goodwill(900_000, "R-1"));
    most().when(&market(), day(3), &goodwill(120_000, "R-2")).then(|events| {
        let rest = Some((20_000, Unattributed::ExceedsPrice));
        assert_eq!(counts(events), (vec![(unit(1, 1), 100_000, true)], rest));
    });
    // Nothing is left of the device.
    most()
        .and(&market(), day(3), &goodwill(100_000, "R-2"))
        .when(&market(), day(3), &goodwill(10_000, "R-3"))
        .then(|events| {
            assert_eq!(counts(events), (vec![], Some((10_000, Unattributed::ExceedsPrice))));
        });
}

/// A shop refunds an order by its status: the money names no lines.
#[test]
fn m7_money_that_covers_all_that_is_left_is_for_everything() {
    let all = |amount| command(refund(Vec::new(), Some(amount)));
    let (phones, case) = ([unit(1, 1), unit(1, 2)], unit(2, 1));
    let in_full =
        vec![(phones[0], 1_000_000, true), (phones[1], 1_000_000, true), (case, 50_000, true)];
    placed().when(&market(), day(3), &all(2_050_000)).then(|events| {
        assert_eq!(counts(events), (in_full.clone(), None));
    });
    // The shipping, too.
    placed().when(&market(), day(3), &all(2_060_000)).then(|events| {
        let rest = Some((10_000, Unattributed::ExceedsPrice));
        assert_eq!(counts(events), (in_full.clone(), rest));
    });
    let part = a_refund(these(&phones[..1]), 300_000, Some("R-0"));
    placed().and(&market(), day(2), &part).when(&market(), day(3), &all(1_750_000)).then(
        |events| {
            let left = vec![
                (phones[0], 700_000, true),
                (phones[1], 1_000_000, true),
                (case, 50_000, true),
            ];
            assert_eq!(counts(events), (left, None));
        },
    );
    placed().when(&market(), day(3), &all(2_049_999)).then(|events| {
        assert_eq!(counts(events), (vec![], Some((2_049_999, Unattributed::SeveralDevices))));
    });
}

#[test]
fn m7_money_for_everything_is_also_for_the_warranties_with_a_line_of_their_own() {
    let mut place = a_place();
    place.lines[0].warranty.as_mut().unwrap().reference = Some("L-2".to_owned());
    place.lines[1].quantity = 2;
    let place = OrderCommand::Place(Box::new(place));
    let story = || nothing_yet().and(&market(), day(-5), &place);
    let all = command(refund(Vec::new(), Some(2_100_000)));
    story().when(&market(), day(3), &all).then(|events| {
        let OrderEvent::WarrantyRefunded(refunded) = &events[0] else { panic!("{events:?}") };
        assert_eq!(refunded.devices, [unit(1, 1), unit(1, 2)]);
        assert_eq!(refunded.amount, rub(40_000));
        assert_eq!(names(&events[1..]), ["line_refunded", "line_refunded"]);
    });
}

#[test]
fn m7_what_is_above_the_rest_of_a_price_is_recorded_apart() {
    let of_phone =
        |amount, reference: &str| a_refund(these(&[unit(1, 1)]), amount, Some(reference));
    let story = || delivered().and(&market(), day(3), &of_phone(200_000, "R-1"));
    // 20 % of goodwill, and then all that was paid for the phone, less a fee.
    story().when(&market(), day(3), &of_phone(900_000, "R-2")).then(|events| {
        let rest = Some((100_000, Unattributed::ExceedsPrice));
        assert_eq!(counts(events), (vec![(unit(1, 1), 800_000, true)], rest));
    });
    let gone = || story().and(&market(), day(3), &of_phone(900_000, "R-2"));
    gone().when(&market(), day(4), &of_phone(900_000, "R-2")).then(nothing_happens);
    gone().when(&market(), day(4), &of_phone(1, "R-3")).then(|events| {
        assert_eq!(counts(events), (vec![], Some((1, Unattributed::ExceedsPrice))));
    });
    // Two units of which one was refunded before.
    let both = a_refund(of_line("L-1", 2), 900_000, Some("R-2"));
    story().when(&market(), day(3), &both).then(|events| {
        let counted = vec![(unit(1, 1), 800_000, true), (unit(1, 2), 900_000, false)];
        assert_eq!(counts(events), (counted, Some((100_000, Unattributed::ExceedsPrice))));
    });
    // More than the whole price of a unit is a mistake.
    story()
        .when(&market(), day(3), &of_phone(1_000_002, "R-2"))
        .then_refused("order.refund_exceeds_price", &["M7"]);
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
