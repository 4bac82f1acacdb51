//! Cash for a device (M1), and what of it goes back when the seller pays as well (M7).

use recourse_kernel::{Finding, Money};
use recourse_terms::settlement::{cash_due_after, cash_percent_of};
use recourse_terms::{Party, PaymentKind, SettlementError, SettlementFacts, Terms};

use crate::domain::events::{CashBasis, OpenedPayment};
use crate::domain::rejection::RefundsRejection;
use crate::domain::state::Settlement;

/// What the seller has refunded of a device's price, in total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SellerRefunded {
    Part(Money),
    Whole,
}

/// Cash that the provider paid and the seller has paid as well.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PaidTwice {
    pub(crate) too_much: Money,
    pub(crate) finding: Finding,
}

/// M1: what the cash was calculated from, so that a later refund by the seller can be counted
/// against it (M7).
pub(crate) fn cash_basis(
    terms: &Terms,
    facts: &SettlementFacts,
    payments: &[OpenedPayment],
) -> Option<CashBasis> {
    let is_cash = |payment: &OpenedPayment| {
        payment.kind == PaymentKind::DeviceCash && payment.to == Party::Buyer
    };
    payments.iter().any(is_cash).then(|| {
        let percent = cash_percent_of(terms, facts);
        CashBasis { percent, device_price: facts.device_price }
    })
}

/// M7: the cash that is no longer due after the seller's refund. What is already owed or was
/// recovered before does not count again.
pub(crate) fn cash_paid_twice(
    settlement: &Settlement,
    refunded: SellerRefunded,
) -> Result<Option<PaidTwice>, RefundsRejection> {
    let Some(basis) = &settlement.cash else { return Ok(None) };
    let refunded = match refunded {
        SellerRefunded::Part(amount) => amount,
        SellerRefunded::Whole => basis.device_price,
    };
    let due = cash_due_after(basis.percent, basis.device_price, refunded)?;
    let too_much = owed_beyond(settlement, due)?;
    if too_much.amount <= 0 {
        return Ok(None);
    }
    let finding = Finding::passed("M7", "the seller has refunded the device as well")
        .fact("refunded_by_seller", refunded)
        .fact("cash_due", due)
        .fact("percent", basis.percent);
    Ok(Some(PaidTwice { too_much, finding }))
}

fn owed_beyond(settlement: &Settlement, due: Money) -> Result<Money, SettlementError> {
    let mut too_much = Money::zero(due.currency).minus(due)?;
    let live = settlement.payments.values().filter(|payment| payment.is_owed_or_paid());
    for payment in live.map(|payment| &payment.owed) {
        too_much = match (payment.kind, payment.to) {
            (PaymentKind::DeviceCash, Party::Buyer) => too_much.plus(payment.amount)?,
            (PaymentKind::DeviceCash | PaymentKind::Recovery, _) => {
                too_much.minus(payment.amount)?
            }
            _ => too_much,
        };
    }
    Ok(too_much)
}
