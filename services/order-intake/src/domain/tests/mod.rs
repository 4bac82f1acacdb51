//! The rules about orders, as given-when-then tests.

mod access;
mod advice;
mod any_order;
mod buyer_protection;
mod completion;
mod delivery;
mod delivery_reports;
mod dispute_offers;
mod dispute_outcomes;
mod disputes;
mod disregarded;
mod edits;
mod kept;
mod later_reports;
mod money;
mod placing;
mod privacy;
mod refusals;
mod shipments;
mod shop_refunds;
mod shops;
mod waits;
mod which_unit;

use recourse_kernel::story::{Story, given};
use recourse_kernel::{DeviceId, Instant, Money, OrderId, OrderKeys, Principal, Role, Sealed};
use recourse_terms::TermsBook;
use std::sync::LazyLock;

use super::OrderState;
use super::commands::{
    Cancel, Complete, ConfirmReceipt, CorrectDelivery, Deliver, LineUnits, OpenDispute,
    OrderCommand, Pay, Place, RefundLine, Reported, Return, Units, UnitsRefunded,
};
use super::events::{OrderEvent, OrderLine, PhotoReference, RequestedRemedy, WarrantyBought};
use crate::Orders;

static BOOK: LazyLock<TermsBook> = LazyLock::new(TermsBook::default);

fn key() -> String {
    order().key.to_string()
}

fn order() -> OrderId {
    OrderId::new(OrderKeys::development().key_of("market", "1001"))
}

fn unit(line: u32, unit: u32) -> DeviceId {
    order().device(line, unit)
}

/// Noon in Moscow on the given day of the test; day 0 is the day of delivery.
fn day(number: i64) -> Instant {
    let day_0: Instant = "2025-03-10T09:00:00Z".parse().unwrap();
    day_0 + chrono::TimeDelta::days(number)
}

fn rub(amount: i64) -> Money {
    Money::new(amount, "RUB".parse().unwrap())
}

fn market() -> Principal {
    Principal::new(Role::Marketplace, "market")
}

fn buyer() -> Principal {
    Principal::new(Role::Buyer, "b-81")
}

fn seller() -> Principal {
    Principal::new(Role::Seller, "s-7")
}

fn sealed() -> Sealed {
    Sealed { person: "buyer:b-81".to_owned(), sealed: "AAAA".to_owned() }
}

#[expect(clippy::unnecessary_wraps, reason = "commands expect an option")]
fn reported(id: &str) -> Option<Reported> {
    Some(Reported { fact: "marketplace.order.reported".to_owned(), id: id.to_owned() })
}

/// A line of two phones with a repair warranty, and a line with a phone case.
fn lines() -> Vec<OrderLine> {
    let phones = OrderLine {
        line: 1,
        title: "Phone".to_owned(),
        quantity: 2,
        unit_price: rub(1_000_000),
        unit_tax: None,
        device: Some(recourse_terms::DeviceKind {
            category: recourse_terms::Category::Smartphone,
            operating_system: recourse_terms::OperatingSystem::Android,
            brand: "Samsung".to_owned(),
            model: "S24".to_owned(),
        }),
        requires_shipping: true,
        warranty: Some(WarrantyBought {
            program: recourse_terms::Program::Repair,
            provider: "wisetech-service".parse().unwrap(),
            price: rub(40_000),
            tax: None,
            reference: None,
        }),
        seller: Some("s-7".to_owned()),
        serials: Vec::new(),
        reference: Some("L-1".to_owned()),
    };
    let case = OrderLine {
        line: 2,
        title: "Case".to_owned(),
        quantity: 1,
        unit_price: rub(50_000),
        unit_tax: None,
        device: None,
        requires_shipping: true,
        warranty: None,
        seller: Some("s-7".to_owned()),
        serials: Vec::new(),
        reference: Some("L-2".to_owned()),
    };
    vec![phones, case]
}

fn a_place() -> Place {
    Place {
        order: order(),
        marketplace: "market".to_owned(),
        number: "1001".to_owned(),
        placed_at: day(-5),
        buyer: "b-81".to_owned(),
        contact: Some(sealed()),
        contact_mark: None,
        country: "RU".parse().unwrap(),
        region: None,
        city: Some("Moscow".to_owned()),
        shop: None,
        language: Some("ru".to_owned()),
        time_zone: Some(chrono_tz::Europe::Moscow),
        lines: lines(),
        complete_after_days: None,
        as_of: None,
        gone: Vec::new(),
        paid: None,
        history: false,
        reported: reported("1"),
    }
}

fn place() -> OrderCommand {
    OrderCommand::Place(Box::new(a_place()))
}

fn pay(amount: i64) -> OrderCommand {
    let amount = rub(amount);
    OrderCommand::Pay(Pay { order: order(), paid_at: day(-5), amount, reported: reported("2") })
}

fn cancel(at: Instant) -> OrderCommand {
    let reason = "customer".to_owned();
    OrderCommand::Cancel(Cancel {
        order: order(),
        cancelled_at: at,
        reason,
        reported: reported("3"),
    })
}

fn a_delivery(at: Instant) -> Deliver {
    Deliver {
        order: order(),
        delivered_at: at,
        exact: false,
        zone: Some(chrono_tz::Europe::Moscow),
        units: Units::default(),
        by_shipment: false,
        reference: None,
        reported: reported("4"),
    }
}

fn deliver(at: Instant) -> OrderCommand {
    OrderCommand::Deliver(a_delivery(at))
}

fn correct(at: Instant) -> OrderCommand {
    OrderCommand::CorrectDelivery(CorrectDelivery {
        order: order(),
        delivered_at: at,
        zone: None,
        units: Units::default(),
        reported: reported("5"),
    })
}

fn confirm(at: Instant) -> OrderCommand {
    OrderCommand::ConfirmReceipt(ConfirmReceipt {
        order: order(),
        confirmed_at: at,
        reported: reported("6"),
    })
}

fn complete(at: Instant) -> OrderCommand {
    OrderCommand::Complete(Complete { order: order(), completed_at: at, reported: reported("7") })
}

fn a_return(devices: &[DeviceId], at: Instant) -> OrderCommand {
    OrderCommand::Return(Return {
        order: order(),
        returned_at: at,
        units: Units { devices: devices.to_vec(), lines: Vec::new() },
        reason: "defect".to_owned(),
        reference: None,
        reported: reported("8"),
    })
}

fn a_refund(units: Units, amount: i64, reference: Option<&str>) -> OrderCommand {
    OrderCommand::RefundLine(RefundLine {
        order: order(),
        refunds: vec![UnitsRefunded { units, amount: rub(amount), tax: None, returned: false }],
        other: None,
        pending: false,
        payment: None,
        refunded_at: day(3),
        reference: reference.map(str::to_owned),
        reported: reported("9"),
    })
}

fn these(devices: &[DeviceId]) -> Units {
    Units { devices: devices.to_vec(), lines: Vec::new() }
}

fn of_line(reference: &str, quantity: u32) -> Units {
    let line = LineUnits { reference: reference.to_owned(), quantity };
    Units { devices: Vec::new(), lines: vec![line] }
}

fn nothing_yet() -> Story<'static, Orders> {
    given(&key(), &*BOOK, [])
}

fn placed() -> Story<'static, Orders> {
    nothing_yet().and(&market(), day(-5), &place())
}

fn delivered() -> Story<'static, Orders> {
    placed().and(&market(), day(-5), &pay(2_130_000)).and(&market(), day(0), &deliver(day(0)))
}

fn names(events: &[OrderEvent]) -> Vec<&'static str> {
    use recourse_kernel::Wire as _;
    let name = |event: &OrderEvent| {
        event.type_name().trim_start_matches("recourse.order.").trim_end_matches(".v1")
    };
    events.iter().map(name).collect()
}

fn a_photo() -> PhotoReference {
    let media_type = "image/jpeg".to_owned();
    PhotoReference { sha256: "5".repeat(64), size: 600, media_type }
}

/// A dispute about the first phone that asks for a refund.
fn an_open_dispute() -> OpenDispute {
    OpenDispute {
        device: unit(1, 1),
        reason: sealed(),
        requested_remedy: RequestedRemedy::Refund,
        photos: vec![a_photo()],
        receipt: None,
    }
}

#[track_caller]
fn nothing_happens(events: &[OrderEvent]) {
    assert_eq!(events, &[]);
}

/// A report that is newer, and says nothing new.
#[track_caller]
fn only_its_time_is_kept(events: &[OrderEvent]) {
    assert_eq!(names(events), ["reported_again"]);
}

fn devices_of(state: &OrderState, wanted: impl Fn(&super::state::Unit) -> bool) -> Vec<DeviceId> {
    let units = &state.order.as_ref().unwrap().units;
    units.iter().filter(|(_, unit)| wanted(unit)).map(|(device, _)| *device).collect()
}
