//! A sound settlement of two payments, in which tests inject violations.

use recourse_kernel::{
    DeviceId, Event, Hash, Instant, Money, OrderId, OrderKey, OrderKeys, Principal, Record, Wire,
};
use recourse_refunds::domain::SettlementEvent;
use recourse_refunds::domain::events::{
    Closed, Opened, OpenedPayment, PaymentPaid, SettlementReason, Totals,
};
use recourse_runtime::topics::partition_of;
use recourse_terms::{Party, PaymentKind};

use super::Entry;

pub(super) const PARTITIONS: i32 = 12;

/// Opened, two payments made, closed.
pub(super) fn settlement() -> Vec<Entry> {
    let key = OrderKeys::development().key_of("market", "1001");
    let device = OrderId::new(key).device(1, 1);
    let payments = [payment(device, 1, 12_000), payment(device, 2, 500)];
    let mut events = vec![SettlementEvent::Opened(Box::new(Opened {
        settlement: device.settlement(1),
        claim: Some(device.policy().claim(1)),
        policy: device.policy(),
        provider: "tomrepair".parse().unwrap(),
        buyer: "b-1".to_owned(),
        reason: SettlementReason::ClaimSettled,
        outcome: None,
        payments: payments.to_vec(),
        notice_at: None,
        abandoned_at: None,
        cash: None,
        terms: None,
        country: None,
        buyer_is_settled: false,
        findings: Vec::new(),
    }))];
    events.extend(payments.iter().map(|payment| SettlementEvent::PaymentPaid(paid(payment))));
    events.push(SettlementEvent::Closed(Closed {
        settlement: device.settlement(1),
        claim: Some(device.policy().claim(1)),
        policy: device.policy(),
        outcome: None,
        paid: vec![rub(12_500)],
        written_off: Vec::new(),
        totals: vec![Totals {
            currency: rub(0).currency,
            owed: 12_500,
            paid: 12_500,
            reversed: 0,
            due: 0,
            in_collection: 0,
            written_off: 0,
        }],
        buyer_is_settled: true,
        closed_at: at(9),
    }));
    chained(key, &events)
}

fn payment(device: DeviceId, number: u32, amount: i64) -> OpenedPayment {
    OpenedPayment {
        payment: device.settlement(1).payment(number),
        kind: PaymentKind::PostageToShop,
        from: Party::Provider,
        to: Party::Buyer,
        payee: None,
        amount: rub(amount),
        rule: "M3".to_owned(),
        note: None,
        pay_by: at(60),
        remind_at: None,
    }
}

fn paid(payment: &OpenedPayment) -> PaymentPaid {
    PaymentPaid {
        settlement: payment.payment.settlement(),
        payment: payment.payment,
        kind: payment.kind,
        from: payment.from,
        to: payment.to,
        amount: payment.amount,
        reference: format!("pay-{}", payment.payment.payment),
        paid_at: at(5),
        buyer_owes_nothing: false,
        buyer_is_settled: false,
        work_by: None,
    }
}

fn rub(amount: i64) -> Money {
    Money::new(amount, "RUB".parse().unwrap())
}

fn at(minute: i64) -> Instant {
    chrono::DateTime::from_timestamp(1_740_000_000 + 60 * minute, 0).unwrap()
}

/// The events as records of one stream, each linked to the previous one.
fn chained(key: OrderKey, events: &[SettlementEvent]) -> Vec<Entry> {
    let (stream, partition) =
        (format!("settlements/{key}"), partition_of(key.as_str().as_bytes(), PARTITIONS));
    let mut head = Hash::default();
    let mut entries = Vec::new();
    for (event, version) in events.iter().zip(1..) {
        let mut record = Record {
            id: format!("{stream}/{version}"),
            source: "/recourse/settlements".to_owned(),
            type_name: event.type_name().to_owned(),
            subject: event.subject(),
            time: at(10),
            recorded: at(10),
            key: key.to_string(),
            stream: stream.clone(),
            version,
            input: "recourse.settlements.commands.v1/0/1".to_owned(),
            command_id: format!("c-{version}"),
            command_mac: "mac".to_owned(),
            causation_id: "request".to_owned(),
            correlation_id: format!("ord_{key}"),
            principal: Principal::system("test"),
            terms: None,
            claim: None,
            stage: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: head,
            hash: Hash::default(),
            traceparent: None,
            body: event.encode().unwrap(),
        };
        record.hash = record.computed_hash();
        head = record.hash;
        entries.push(Entry {
            context: "settlements".to_owned(),
            partition,
            location: format!("recourse.settlements.events.v1/{partition}/{version}"),
            record,
        });
    }
    entries
}
