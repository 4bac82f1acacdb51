//! Which unit of a line a refund, a return or an edit means (S7, M1, M7).

use super::*;
use crate::domain::commands::RemoveUnits;
use crate::domain::events::Unattributed;
use crate::domain::state::Unit;

const PHONE: i64 = 1_000_000;
const PLAN: i64 = 40_000;

fn line(number: u32, reference: &str, quantity: u32, price: i64) -> OrderLine {
    let is_plan = reference.starts_with('P');
    let phone = lines().remove(0);
    OrderLine {
        line: number,
        quantity,
        unit_price: rub(price),
        device: phone.device.clone().filter(|_| !is_plan),
        requires_shipping: !is_plan,
        warranty: None,
        reference: Some(reference.to_owned()),
        ..phone
    }
}

/// The line with the warranty that this line charges for.
fn covered_by(plan: &str, of_line: OrderLine) -> OrderLine {
    let warranty = lines()[0].warranty.clone();
    let warranty = warranty.map(|one| WarrantyBought { reference: Some(plan.to_owned()), ..one });
    OrderLine { warranty, ..of_line }
}

fn reported_on(on: i64, lines: Vec<OrderLine>) -> Place {
    Place { as_of: Some(day(on)), lines, ..a_place() }
}

fn as_now(place: Place) -> OrderCommand {
    OrderCommand::Place(Box::new(place))
}

fn paid(lines: Vec<OrderLine>, amount: i64) -> Story<'static, Orders> {
    let story = nothing_yet().and(&market(), day(-5), &as_now(reported_on(-5, lines)));
    story.and(&market(), day(-5), &pay(amount))
}

/// Two phones of one line, of which the first has a plan.
fn one_plan() -> Story<'static, Orders> {
    let lines = vec![
        covered_by("P", line(1, "L", 1, PHONE)),
        line(2, "L", 1, PHONE),
        line(3, "P", 1, PLAN),
    ];
    paid(lines, 2 * PHONE + PLAN)
}

/// Two phones of one line with a plan each.
fn two_plans() -> Story<'static, Orders> {
    let lines = vec![covered_by("P", line(1, "L", 2, PHONE)), line(2, "P", 2, PLAN)];
    paid(lines, 2 * (PHONE + PLAN))
}

fn refund_of(reference: &str, parts: &[(&str, i64)], other: Option<i64>) -> OrderCommand {
    let part = |(line, amount): &(&str, i64)| UnitsRefunded {
        units: of_line(line, 1),
        amount: rub(*amount),
        tax: None,
        returned: false,
    };
    OrderCommand::RefundLine(RefundLine {
        order: order(),
        refunds: parts.iter().map(part).collect(),
        other: other.map(rub),
        pending: false,
        payment: None,
        refunded_at: day(3),
        reference: Some(reference.to_owned()),
        reported: reported("9"),
    })
}

fn back(reference: &str, lines: &[&str]) -> OrderCommand {
    let one = |line: &&str| LineUnits { reference: (*line).to_owned(), quantity: 1 };
    OrderCommand::Return(Return {
        order: order(),
        returned_at: day(3),
        units: Units { devices: Vec::new(), lines: lines.iter().map(one).collect() },
        reason: "returned".to_owned(),
        reference: Some(reference.to_owned()),
        reported: reported("8"),
    })
}

fn without(reference: &str, line: &str) -> OrderCommand {
    OrderCommand::RemoveUnits(RemoveUnits {
        order: order(),
        units: of_line(line, 1),
        removed_at: day(1),
        reference: Some(reference.to_owned()),
        reported: reported("10"),
    })
}

/// What was refunded of warranties and of units, by device.
fn refunded(events: &[OrderEvent]) -> (Vec<DeviceId>, Vec<(DeviceId, i64)>) {
    let (mut warranties, mut units) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            OrderEvent::WarrantyRefunded(event) => warranties.extend(event.devices.clone()),
            OrderEvent::LineRefunded(event) => {
                units.extend(event.devices.iter().map(|device| (*device, event.amount.amount)));
            }
            _ => {}
        }
    }
    (warranties, units)
}

fn is_open(events: &[OrderEvent]) {
    let [OrderEvent::RefundUnattributed(refund)] = events else { panic!("{events:?}") };
    assert_eq!(refund.because, Unattributed::SeveralDevices);
}

#[test]
fn m7_a_phone_goes_back_whose_plan_does_not_and_it_is_the_one_without() {
    let money = refund_of("R", &[("L", PHONE)], None);
    one_plan().when(&market(), day(3), &money).then(|events| {
        assert_eq!(refunded(events), (vec![], vec![(unit(2, 1), PHONE)]));
    });
    // So it is if a part of its price is kept as a fee, or paid back before its return.
    let less = refund_of("R", &[("L", PHONE - 9)], None);
    for money in [money, less] {
        let delivered = one_plan().and(&market(), day(0), &deliver(day(0)));
        let refunded = delivered.and(&market(), day(3), &money);
        refunded.when(&market(), day(3), &back("R#return", &["L"])).then(|events| {
            let [OrderEvent::Returned(returned)] = events else { panic!("{events:?}") };
            assert_eq!(returned.devices, [unit(2, 1)]);
        });
    }
}

#[test]
fn a_phone_goes_back_or_is_cancelled_without_money_and_it_is_the_one_without_a_plan() {
    let delivered = one_plan().and(&market(), day(0), &deliver(day(0)));
    delivered.when(&market(), day(3), &back("R#return", &["L"])).then(|events| {
        let [OrderEvent::Returned(returned)] = events else { panic!("{events:?}") };
        assert_eq!(returned.devices, [unit(2, 1)]);
    });
    one_plan().when(&market(), day(1), &without("R#cancel", "L")).then(|events| {
        let [OrderEvent::UnitsRemoved(removed)] = events else { panic!("{events:?}") };
        assert_eq!(removed.devices, [unit(2, 1)]);
    });
    // Among equals the last one is meant, as where the shop's lines are read.
    two_plans().when(&market(), day(1), &without("R#cancel", "L")).then(|events| {
        let [OrderEvent::UnitsRemoved(removed)] = events else { panic!("{events:?}") };
        assert_eq!(removed.devices, [unit(1, 2)]);
    });
}

#[test]
fn m7_a_phone_goes_back_with_its_plan_and_it_is_the_one_with_it() {
    let both = refund_of("R", &[("L", PHONE), ("P", PLAN)], None);
    for story in [one_plan, two_plans] {
        story().when(&market(), day(3), &both).then(|events| {
            let (warranties, units) = refunded(events);
            assert_eq!(warranties, [unit(1, 1)]);
            assert!(units.contains(&(unit(1, 1), PHONE)), "{units:?}");
        });
    }
}

/// 1999.99 for two phones, of which the first has a plan.
#[test]
fn m7_the_cent_of_a_line_that_does_not_divide_says_nothing_about_the_unit() {
    let story = || {
        let lines = vec![
            covered_by("P", line(1, "L", 1, PHONE - 1)),
            line(2, "L", 1, PHONE),
            line(3, "P", 1, PLAN),
        ];
        paid(lines, 2 * PHONE - 1 + PLAN)
    };
    for amount in [PHONE - 1, PHONE] {
        story().when(&market(), day(3), &refund_of("R", &[("L", amount)], None)).then(|events| {
            let [OrderEvent::LineRefunded(refunded)] = events else { panic!("{events:?}") };
            assert_eq!((&refunded.devices[..], refunded.full), (&[unit(2, 1)][..], true));
        });
    }
    let both = refund_of("R", &[("L", PHONE - 1), ("L", PHONE)], None);
    story().when(&market(), day(3), &both).then(|events| {
        let expected = vec![(unit(2, 1), PHONE), (unit(1, 1), PHONE - 1)];
        assert_eq!(refunded(events), (vec![], expected));
    });
}

#[test]
fn an_edit_takes_out_no_unit_that_a_refund_took_out_before() {
    let story = || two_plans().and(&market(), day(2), &refund_of("R", &[("L", PHONE)], None));
    let gone = vec![LineUnits { reference: "L".to_owned(), quantity: 1 }];
    let lines = vec![covered_by("P", line(1, "L", 2, PHONE)), line(2, "P", 2, PLAN)];
    let edited = as_now(Place { gone, ..reported_on(3, lines) });
    let state = story().when(&market(), day(3), &edited).state;
    assert_eq!(devices_of(&state, Unit::is_refunded_in_full), [unit(1, 2)]);
    assert_eq!(devices_of(&state, |unit| unit.removed.is_some()), [unit(1, 1)]);
}

/// Phone A without, and phone B with a plan.
fn a_and_b(a: i64, paid_for_all: i64) -> Story<'static, Orders> {
    let lines =
        vec![line(1, "A", 1, a), covered_by("P", line(2, "B", 1, 500_000)), line(3, "P", 1, PLAN)];
    paid(lines, paid_for_all)
}

#[test]
fn m7_money_without_a_line_is_for_the_device_that_an_edit_took_out_however_it_is_reported() {
    for a in [900_000, 300_000] {
        let story = || a_and_b(a, a + 500_000 + PLAN).and(&market(), day(1), &without("R", "A"));
        story().when(&market(), day(3), &refund_of("R-2", &[], Some(a))).then(|events| {
            assert_eq!(refunded(events), (vec![], vec![(unit(1, 1), a)]));
        });
        // Less a fee, with the shipping, or only goodwill: nothing says for which device.
        for amount in [a - 50_000, a + 5_000, 20_000] {
            let money = refund_of("R-2", &[], Some(amount));
            story().when(&market(), day(3), &money).then(is_open);
        }
        // Everything is everything.
        let all = refund_of("R-2", &[], Some(a + 500_000 + PLAN));
        story().when(&market(), day(3), &all).then(|events| {
            assert_eq!(refunded(events).0, [unit(2, 1)]);
        });
    }
    // The money for a device that was exchanged paid for the other one.
    let exchanged = a_and_b(500_000, 500_000 + PLAN).and(&market(), day(1), &without("R", "A"));
    exchanged.when(&market(), day(3), &refund_of("R-2", &[], Some(20_000))).then(|events| {
        assert_eq!(refunded(events), (vec![], vec![(unit(2, 1), 20_000)]));
    });
}

#[test]
fn m7_a_plan_that_moved_is_refunded_for_the_device_that_has_it_now() {
    let lines = || vec![covered_by("P", line(1, "A", 1, PHONE)), line(2, "P", 1, PLAN)];
    let gone = vec![LineUnits { reference: "A".to_owned(), quantity: 1 }];
    let mut now = lines();
    now[0].warranty = None;
    now.push(covered_by("P", line(3, "B", 1, PHONE)));
    let edited = as_now(Place { gone, ..reported_on(-4, now) });
    paid(lines(), PHONE + PLAN)
        .and(&market(), day(-4), &edited)
        .when(&market(), day(3), &refund_of("R", &[("P", PLAN)], None))
        .then(|events| assert_eq!(refunded(events).0, [unit(3, 1)]));
}

#[test]
fn m7_a_plan_that_was_refunded_with_its_phone_is_not_refunded_again_for_it() {
    let first = |plan| refund_of("R-1", &[("L", PHONE), ("P", plan)], None);
    let second = refund_of("R-2", &[("P", PLAN)], None);
    // In full, or less a fee.
    for plan in [PLAN, PLAN - 10_000] {
        two_plans()
            .and(&market(), day(0), &deliver(day(0)))
            .and(&market(), day(3), &first(plan))
            .and(&market(), day(3), &back("R-1#return", &["L"]))
            .when(&market(), day(4), &second)
            .then(|events| assert_eq!(refunded(events).0, [unit(1, 2)], "{plan}"));
    }
}

#[test]
fn m7_the_money_for_a_plan_that_an_edit_took_out_is_for_that_one() {
    let lines = vec![
        covered_by("P", line(1, "L", 1, PHONE)),
        line(2, "L", 1, PHONE),
        line(3, "P", 2, PLAN),
    ];
    let gone = vec![LineUnits { reference: "P".to_owned(), quantity: 1 }];
    let edited = as_now(Place { gone, ..reported_on(-4, lines) });
    let story = two_plans().and(&market(), day(-4), &edited);
    let paid_back = story.when(&market(), day(3), &refund_of("R", &[("P", PLAN)], None));
    let paid_back = paid_back.then(|events| {
        let (warranties, units) = refunded(events);
        assert_eq!((warranties, units), (vec![unit(1, 2)], vec![(unit(2, 2), PLAN)]));
    });
    assert_eq!(devices_of(&paid_back.state, Unit::is_covered), [unit(1, 1)]);
}

#[test]
fn m7_a_plan_added_to_one_phone_of_a_line_makes_devices_of_all() {
    let phones = || vec![OrderLine { device: None, ..line(1, "L", 2, PHONE) }];
    let now = vec![
        covered_by("P", line(1, "L", 1, PHONE)),
        OrderLine { device: None, ..line(2, "L", 1, PHONE) },
        line(3, "P", 1, PLAN),
    ];
    paid(phones(), 2 * PHONE)
        .and(&market(), day(-4), &as_now(reported_on(-4, now)))
        .when(&market(), day(3), &refund_of("R", &[], Some(10_000)))
        .then(is_open);
}

#[test]
fn m7_a_parcel_and_a_refund_may_have_the_same_number() {
    let parcel =
        OrderCommand::Deliver(Deliver { reference: Some("1".to_owned()), ..a_delivery(day(0)) });
    let refund = refund_of("1", &[("L", PHONE)], None);
    let (back, removal) = (back("1", &["L"]), without("1", "L"));
    two_plans().and(&market(), day(0), &parcel).when(&market(), day(3), &refund).then(|events| {
        assert_eq!(names(events), ["line_refunded"]);
    });
    two_plans().and(&market(), day(3), &refund).when(&market(), day(3), &parcel).then(|events| {
        assert_eq!(names(events), ["delivered"]);
    });
    let refunded = || two_plans().and(&market(), day(0), &parcel).and(&market(), day(3), &refund);
    refunded().when(&market(), day(3), &refund).then(nothing_happens);
    refunded().when(&market(), day(3), &parcel).then(nothing_happens);
    refunded().when(&market(), day(3), &back).then(|events| {
        assert_eq!(names(events), ["returned"]);
    });
    two_plans().and(&market(), day(1), &refund).when(&market(), day(1), &removal).then(|events| {
        assert_eq!(names(events), ["units_removed"]);
    });
    let removed = two_plans().and(&market(), day(1), &removal);
    removed.when(&market(), day(3), &refund).then(|events| {
        assert_eq!(names(events), ["line_refunded"]);
    });
}

#[test]
fn t10_a_plan_is_not_delivered_with_its_device_and_can_be_taken_out_after() {
    let named = Deliver { units: of_line("P", 1), ..a_delivery(day(0)) };
    let gone = vec![LineUnits { reference: "P".to_owned(), quantity: 1 }];
    let edited = |on| {
        let lines = vec![line(1, "L", 1, PHONE), line(2, "P", 1, PLAN)];
        as_now(Place { gone: gone.clone(), ..reported_on(on, lines) })
    };
    let one = || {
        let lines = vec![covered_by("P", line(1, "L", 1, PHONE)), line(2, "P", 1, PLAN)];
        paid(lines, PHONE + PLAN)
    };
    for delivered in [confirm(day(0)), deliver(day(0))] {
        let story = || one().and(&market(), day(0), &delivered);
        let state = story().when(&market(), day(0), &deliver(day(0))).state;
        assert_eq!(devices_of(&state, |unit| unit.delivery.is_some()), [unit(1, 1)]);
        // One parcel may name it all the same.
        let named = story().and(&market(), day(0), &OrderCommand::Deliver(named.clone()));
        for story in [story(), named] {
            let story = story.and(&market(), day(1), &edited(1));
            let money = refund_of("R", &[], Some(PLAN));
            story.when(&market(), day(3), &money).then(|events| {
                assert_eq!(refunded(events), (vec![], vec![(unit(2, 1), PLAN)]));
            });
        }
    }
    // A phone goes back with its plan, which is not delivered.
    let story = one().and(&market(), day(0), &deliver(day(0)));
    story.when(&market(), day(3), &back("R", &["L", "P"])).then(|events| {
        assert_eq!(names(events), ["returned"]);
    });
    // Of an order that has nothing else, it is what is delivered.
    let card = paid(vec![line(1, "P", 1, PLAN)], PLAN);
    card.when(&market(), day(0), &deliver(day(0))).then(|events| {
        assert_eq!(names(events), ["delivered"]);
    });
}
