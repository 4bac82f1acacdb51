//! Policies as given/when/then stories: the rules of sale, coverage and ending. The steps that
//! several topics share are here.

mod advice;
mod cancelling;
mod coverage;
mod delivery_corrected;
mod edits;
mod pro_rata;
mod property;
mod replacement;
mod sale;
mod seller_refunds;
mod waits;

use std::sync::LazyLock;

use recourse_kernel::story::{Story, given};
use recourse_kernel::{
    Decider, DeviceId, Instant, Money, OrderId, OrderKey, OrderKeys, PolicyId, Principal,
    Rejection, Role,
};
use recourse_terms::{
    Category, DeviceKind, OperatingSystem, Outcome, Program, Terms, TermsBook, TermsEvent,
    TermsPublished,
};

use super::commands::CancelPolicy;
use super::events::{CancelReason, EndReason};
use super::state::Stage;
use super::{PolicyEvent, SalesCommand};
use crate::Sales;
use crate::foreign::{
    ChosenWarranty, ClaimClosed, DisputeEnding, DisputePerformed, LineRefunded, OrderCancelled,
    OrderDelivered, OrderPaid, OrderPlaced, PlacedLine,
};

static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let documents = [
        include_str!("../../../../../deploy/terms/wisetech-repair-1.json"),
        include_str!("../../../../../deploy/terms/wisetech-repair-2.json"),
        include_str!("../../../../../deploy/terms/wisetech-exchange-1.json"),
        include_str!("../../../../../deploy/terms/tomrepair-repair-1.json"),
        include_str!("../../../../../deploy/terms/warranty-group-exchange-1.json"),
    ];
    let mut book = TermsBook::default();
    for (offset, document) in (0..).zip(documents) {
        let terms: Terms = serde_json::from_str(document).unwrap();
        book.apply(&TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))), offset);
    }
    book
});

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn rub(amount: i64) -> Money {
    Money::new(amount, "RUB".parse().unwrap())
}

fn key() -> OrderKey {
    OrderKeys::development().key_of("market", "1001")
}

fn order() -> OrderId {
    OrderId::new(key())
}

fn device() -> DeviceId {
    order().device(1, 1)
}

fn orders() -> Principal {
    Principal::system("reactions")
}

fn phone() -> DeviceKind {
    DeviceKind {
        category: Category::Smartphone,
        operating_system: OperatingSystem::Android,
        brand: "Samsung".into(),
        model: "Galaxy A5".into(),
    }
}

/// A phone for 12,345.00 RUB with a Wisetech repair warranty at 4 %: 493.80 RUB.
fn order_with_warranty(provider: &str, program: Program, price: i64) -> OrderPlaced {
    OrderPlaced {
        order: order(),
        marketplace: Some("market".into()),
        placed_at: at("2025-03-01T09:00:00Z"),
        buyer: "b-1".into(),
        country: "RU".parse().unwrap(),
        city: Some("Perm".into()),
        lines: vec![PlacedLine {
            line: 1,
            quantity: 1,
            unit_price: rub(1_234_500),
            unit_tax: None,
            device: Some(phone()),
            warranty: Some(ChosenWarranty {
                program,
                provider: provider.parse().unwrap(),
                price: rub(price),
                tax: None,
            }),
            seller: Some("s-7".into()),
        }],
    }
}

fn placed() -> SalesCommand {
    SalesCommand::NotePlaced(order_with_warranty("wisetech-service", Program::Repair, 49_380))
}

fn paid() -> SalesCommand {
    SalesCommand::NotePaid(OrderPaid { order: order(), paid_at: at("2025-03-01T10:00:00Z") })
}

fn cancelled() -> SalesCommand {
    let cancelled_at = at("2025-03-02T00:00:00Z");
    SalesCommand::NoteCancelled(OrderCancelled { order: order(), cancelled_at })
}

fn delivery(when: &str) -> OrderDelivered {
    OrderDelivered {
        order: order(),
        delivered_at: at(when),
        zone: "Asia/Yekaterinburg".into(),
        devices: vec![device()],
    }
}

fn delivered() -> SalesCommand {
    SalesCommand::NoteDelivered(delivery("2025-03-10T20:30:00Z"))
}

fn refunded(amount: i64, full: bool) -> SalesCommand {
    SalesCommand::NoteLineRefunded(LineRefunded {
        order: order(),
        devices: vec![device()],
        amount: rub(amount),
        full,
        refunded_at: at("2025-03-12T00:00:00Z"),
    })
}

fn dispute(ending: DisputeEnding) -> SalesCommand {
    let at = at("2025-03-20T00:00:00Z");
    let performed = DisputePerformed { device: device(), ending, amount: None, at };
    SalesCommand::NoteDisputePerformed(performed)
}

fn replaced(outcome: Outcome) -> SalesCommand {
    let claim = device().policy().claim(1);
    let (policy, closed_at) = (claim.policy(), at("2025-06-01T00:00:00Z"));
    SalesCommand::NoteClaimClosed(ClaimClosed { claim, policy, outcome, closed_at })
}

fn cancel() -> SalesCommand {
    SalesCommand::Cancel(CancelPolicy { policy: device().policy(), receipt: None })
}

fn start() -> Story<'static, Sales> {
    given::<Sales>(key().as_str(), &BOOK, [])
}

fn now() -> Instant {
    at("2025-03-01T12:00:00Z")
}

/// An order with a warranty, up to its delivery.
fn covered_soon() -> Story<'static, Sales> {
    start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid()).and(
        &orders(),
        at("2025-03-11T00:00:00Z"),
        &delivered(),
    )
}

/// A Warranty Group exchange policy, sold and delivered, with coverage started.
fn insured() -> Story<'static, Sales> {
    let order = order_with_warranty("the-warranty-group", Program::Exchange, 74_070);
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .and(&orders(), now(), &paid())
        .and(&orders(), at("2025-03-11T00:00:00Z"), &delivered())
        .and_the_clock_reaches(at("2025-04-01T00:00:00Z"))
}

/// The only cancellation among the events: its reason and the amount owed.
#[track_caller]
fn cancellation(events: &[PolicyEvent]) -> (CancelReason, i64) {
    let [PolicyEvent::Cancelled(event)] = events else { panic!("{events:?}") };
    (event.reason, event.price_owed.amount)
}
