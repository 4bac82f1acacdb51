//! The seller refunds a device after the provider has paid cash for it: the buyer returns the
//! excess to the provider (M7).

use recourse_kernel::{PolicyId, SettlementId};
use recourse_terms::{Party, PaymentKind};

use crate::domain::Decision;
use crate::domain::events::{OpenedPayment, PaymentAdded, SettlementEvent};
use crate::domain::rejection::RefundsRejection;
use crate::domain::rules::cash::{SellerRefunded, cash_paid_twice};
use crate::domain::state::{RefundsState, Settlement};

/// M7: the payments by which the buyer returns cash that the seller has paid as well.
pub(super) fn after_seller_refund(
    state: &RefundsState,
    policy: PolicyId,
    refunded: SellerRefunded,
) -> Decision {
    let of_policy = state.settlements().filter(|(_, settlement)| settlement.policy == policy);
    let recovered = of_policy.map(|(id, settlement)| recovery(id, settlement, refunded));
    let recovered = recovered.collect::<Result<Vec<_>, RefundsRejection>>()?;
    Ok(recovered.into_iter().flatten().collect())
}

fn recovery(
    id: SettlementId,
    settlement: &Settlement,
    refunded: SellerRefunded,
) -> Result<Option<SettlementEvent>, RefundsRejection> {
    let Some(twice) = cash_paid_twice(settlement, refunded)? else { return Ok(None) };
    Ok(Some(SettlementEvent::PaymentAdded(PaymentAdded {
        settlement: id,
        payment: OpenedPayment {
            payment: id.payment(settlement.next_payment()),
            kind: PaymentKind::Recovery,
            from: Party::Buyer,
            to: Party::Provider,
            payee: Some(settlement.parties().payee(Party::Provider, id)),
            amount: twice.too_much,
            rule: "M7".to_owned(),
            note: Some("the seller has refunded the device as well".to_owned()),
        },
        provider: None,
        notice_at: None,
        abandoned_at: None,
        outcome: None,
        cash: None,
        findings: vec![twice.finding],
    })))
}
