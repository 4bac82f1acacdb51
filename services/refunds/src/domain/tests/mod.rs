//! Settlements as given/when/then stories: who owes what, that it is paid once, and what happens if
//! it is not. The steps that several topics share are here.

mod advice;
mod appeals;
mod late_shipments;
mod late_work;
mod opening;
mod overdue;
mod paying;
mod property;
mod recovery;
mod reversals;
mod reviews;
mod settling_again;
mod waits;

use std::sync::LazyLock;

use chrono::NaiveDate;
use recourse_kernel::story::{Story, given};
use recourse_kernel::{
    ClaimId, Decider, Instant, Money, OrderId, OrderKey, OrderKeys, PaymentId, PolicyId, Principal,
    Rejection, Role, SettlementId,
};
use recourse_terms::{
    Direction, Means, Outcome, Party, PaymentKind, SettlementFacts, ShipmentFact, Terms, TermsBook,
    TermsEvent, TermsPublished, Verdict,
};

use super::commands::{ConfirmPayment, FailPayment, NoteAppeal, ReversePayment};
use super::{RefundsCommand, SettlementEvent};
use crate::Refunds;
use crate::foreign::{PricePaidChanged, SettlementExtended, SettlementStarted};

static WISETECH: LazyLock<Terms> = LazyLock::new(|| {
    let text = include_str!("../../../../../deploy/terms/wisetech-repair-1.json");
    serde_json::from_str(text).unwrap()
});

static WISETECH_2: LazyLock<Terms> = LazyLock::new(|| {
    let text = include_str!("../../../../../deploy/terms/wisetech-repair-2.json");
    serde_json::from_str(text).unwrap()
});

static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let mut book = TermsBook::default();
    for (offset, terms) in (0..).zip([&WISETECH, &WISETECH_2]) {
        let published = TermsPublished::of(Terms::clone(terms));
        book.apply(&TermsEvent::TermsPublished(Box::new(published)), offset);
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

fn policy() -> PolicyId {
    OrderId::new(key()).device(1, 1).policy()
}

fn claim() -> ClaimId {
    policy().claim(1)
}

fn settlement() -> SettlementId {
    claim().settlement()
}

fn gateway() -> Principal {
    Principal::new(Role::Gateway, "g-1")
}

fn claims() -> Principal {
    Principal::system("reactions")
}

fn opened_at() -> Instant {
    at("2025-06-01T12:00:00Z")
}

/// When the gateway reports what it did until then.
fn reported_at() -> Instant {
    at("2025-06-03T12:00:00Z")
}

fn started(outcome: Outcome, verdict: Option<Verdict>) -> SettlementStarted {
    let day: NaiveDate = "2025-03-11".parse().unwrap();
    let filed: NaiveDate = "2025-05-10".parse().unwrap();
    SettlementStarted {
        claim: claim(),
        settlement: settlement(),
        policy: policy(),
        provider: WISETECH.provider.clone(),
        buyer: "b-1".into(),
        terms: WISETECH.reference(),
        device_held: None,
        facts: SettlementFacts {
            verdict,
            ..SettlementFacts::new(outcome, rub(1_000_000), day, filed)
        },
    }
}

fn post_to_shop(price: i64) -> ShipmentFact {
    ShipmentFact {
        direction: Direction::ToShop,
        means: Means::Post,
        booked_by: Party::Buyer,
        carrier: "post".into(),
        price: rub(price),
        lost: false,
        counts_as: None,
        never_picked_up: false,
        reimbursement_cap: None,
    }
}

/// The return shipment, booked by the provider.
fn post_to_buyer(price: i64) -> ShipmentFact {
    ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        ..post_to_shop(price)
    }
}

/// A repair that was covered; the buyer's post is reimbursed (M3).
fn repaired() -> RefundsCommand {
    let mut fact = started(Outcome::Repaired, Some(Verdict::Covered));
    fact.facts.shipments = vec![post_to_shop(35_000)];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

/// A repair that the buyer pays, 2,000.00 RUB.
fn paid_repair() -> RefundsCommand {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    RefundsCommand::OpenForClaim(Box::new(fact))
}

fn payment(number: u32) -> PaymentId {
    settlement().payment(number)
}

fn pay(payment: PaymentId, amount: i64, reference: &str) -> RefundsCommand {
    let paid_at = at("2025-06-02T00:00:00Z");
    let (amount, reference) = (rub(amount), reference.to_owned());
    RefundsCommand::ConfirmPayment(ConfirmPayment { payment, amount, reference, paid_at })
}

fn fail(payment: PaymentId, when: &str) -> RefundsCommand {
    RefundsCommand::FailPayment(FailPayment {
        payment,
        code: "card_expired".into(),
        reason: None,
        failed_at: at(when),
    })
}

fn start() -> Story<'static, Refunds> {
    given::<Refunds>(key().as_str(), &BOOK, [])
}

/// Both shipments of version 2, 790.00 and 800.00 RUB, owed by a buyer who is at fault.
fn both_shipments() -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let provider = |direction, price| ShipmentFact {
        direction,
        means: Means::Courier,
        booked_by: Party::Provider,
        ..post_to_shop(price)
    };
    fact.facts.shipments =
        vec![provider(Direction::ToShop, 79_000), provider(Direction::ToBuyer, 80_000)];
    fact.terms = WISETECH_2.reference();
    RefundsCommand::OpenForClaim(Box::new(fact))
}

fn late_shipment(price: i64) -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let shipment = post_to_buyer(price);
    fact.facts.shipments = vec![post_to_shop(35_000), shipment.clone()];
    extended(fact, Some(shipment))
}

/// Facts of a settled claim that became known later.
fn extended(fact: SettlementStarted, shipment: Option<ShipmentFact>) -> RefundsCommand {
    RefundsCommand::Extend(Box::new(SettlementExtended {
        settlement: settlement(),
        terms: fact.terms,
        shipment,
        device_held: None,
        facts: fact.facts,
    }))
}

fn reverse(payment: PaymentId, when: &str) -> RefundsCommand {
    RefundsCommand::ReversePayment(ReversePayment {
        payment,
        code: Some("chargeback".to_owned()),
        reason: None,
        reversed_at: at(when),
    })
}

fn note_appeal(open: bool, at: Instant) -> RefundsCommand {
    RefundsCommand::NoteAppeal(NoteAppeal { claim: claim(), open, at })
}

fn returned() -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    fact.facts.shipments = vec![post_to_shop(35_000)];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

/// Cash of 90 % of 10,000.00 RUB, in the seventh month.
fn cash() -> RefundsCommand {
    let mut fact = started(Outcome::Refunded, Some(Verdict::Covered));
    fact.facts.first_filed = "2025-09-20".parse().unwrap();
    RefundsCommand::OpenForClaim(Box::new(fact))
}

fn seller_refunded(so_far: i64) -> RefundsCommand {
    let (policy, device_price_refunded) = (policy(), rub(so_far));
    RefundsCommand::NoteSellerRefund(PricePaidChanged { policy, device_price_refunded })
}
