//! M7: the seller refunds a device after the provider has paid cash for it. Nothing is paid twice:
//! the buyer returns the excess to the provider.

use recourse_kernel::{Finding, Money, PolicyId, SettlementId};
use recourse_terms::settlement::cash_due_after;
use recourse_terms::{Party, PaymentKind, SettlementError};

use super::events::{OpenedPayment, PaymentAdded, SettlementEvent};
use super::rejection::RefundsRejection;
use super::settlement::{RefundsState, Settlement};

/// What the seller has refunded of a device's price, in total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SellerRefunded {
    /// A part of the price.
    Part(Money),
    /// The full price.
    Whole,
}

/// The payments by which the buyer returns cash that the seller has paid as well. What is already
/// owed or was recovered before is not claimed again.
pub(super) fn after_seller_refund(
    state: &RefundsState,
    policy: PolicyId,
    refunded: SellerRefunded,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let of_policy = state.settlements().filter(|(_, settlement)| settlement.policy == policy);
    let added = of_policy.map(|(id, settlement)| recovery(id, settlement, refunded));
    let added: Vec<Option<SettlementEvent>> = added.collect::<Result<_, SettlementError>>()?;
    Ok(added.into_iter().flatten().collect())
}

fn recovery(
    id: SettlementId,
    settlement: &Settlement,
    refunded: SellerRefunded,
) -> Result<Option<SettlementEvent>, SettlementError> {
    let Some(basis) = &settlement.cash else { return Ok(None) };
    let refunded = match refunded {
        SellerRefunded::Part(amount) => amount,
        SellerRefunded::Whole => basis.device_price,
    };
    let due = cash_due_after(basis.percent, basis.device_price, refunded)?;
    let mut too_much = Money::zero(due.currency).minus(due)?;
    for payment in settlement.payments.values().map(|payment| &payment.owed) {
        too_much = match payment.kind {
            PaymentKind::DeviceCash => too_much.plus(payment.amount)?,
            PaymentKind::Recovery => too_much.minus(payment.amount)?,
            _ => too_much,
        };
    }
    if too_much.amount <= 0 {
        return Ok(None);
    }
    let finding = Finding::passed("M7", "the seller has refunded the device as well")
        .fact("refunded_by_seller", refunded)
        .fact("cash_due", due)
        .fact("percent", basis.percent);
    Ok(Some(SettlementEvent::PaymentAdded(PaymentAdded {
        settlement: id,
        payment: OpenedPayment {
            payment: id.payment(settlement.next_payment()),
            kind: PaymentKind::Recovery,
            from: Party::Buyer,
            to: Party::Provider,
            amount: too_much,
            rule: "M7".to_owned(),
            note: Some("the seller has refunded the device as well".to_owned()),
        },
        notice_at: None,
        abandoned_at: None,
        outcome: None,
        cash: None,
        findings: vec![finding],
    })))
}
