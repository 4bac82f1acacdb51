//! The seller refunds a device after the provider has paid cash for it: the buyer returns the
//! excess to the provider (M7).

use recourse_kernel::{PolicyId, SettlementId};
use recourse_terms::{Party, Payment, PaymentKind};

use super::adding::{Reason, added};
use crate::domain::events::SettlementEvent;
use crate::domain::rejection::RefundsRejection;
use crate::domain::rules::cash::{SellerRefunded, cash_paid_twice};
use crate::domain::rules::deadlines::Deadlines;
use crate::domain::rules::opening::numbered;
use crate::domain::state::{RefundsState, Settlement};
use crate::domain::{Cx, Decision};

/// M7: the payments by which the buyer returns cash that the seller has paid as well.
pub(super) fn after_seller_refund(
    state: &RefundsState,
    policy: PolicyId,
    refunded: SellerRefunded,
    cx: &Cx<'_>,
) -> Decision {
    let of_policy = state.settlements().filter(|(_, settlement)| settlement.policy == policy);
    let recovered = of_policy.map(|(id, settlement)| recovery(id, settlement, refunded, cx));
    let recovered = recovered.collect::<Result<Vec<_>, RefundsRejection>>()?;
    Ok(recovered.into_iter().flatten().collect())
}

fn recovery(
    id: SettlementId,
    settlement: &Settlement,
    refunded: SellerRefunded,
    cx: &Cx<'_>,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let Some(twice) = cash_paid_twice(settlement, refunded)? else { return Ok(Vec::new()) };
    let deadlines = deadlines_of(settlement, cx);
    let payment = Payment {
        kind: PaymentKind::Recovery,
        from: Party::Buyer,
        to: Party::Provider,
        amount: twice.too_much,
        rule: "M7".to_owned(),
        note: "the seller has refunded the device as well".to_owned(),
    };
    let (first, parties) = (settlement.next_payment(), settlement.parties());
    let payments = numbered(id, first, vec![payment], parties, &deadlines);
    let add = |payment| {
        let why = Reason { findings: vec![twice.finding.clone()], ..Reason::default() };
        added(id, payment, &deadlines, why)
    };
    Ok(payments.into_iter().map(add).collect())
}

/// T11: the deadlines of a payment for which no device is held.
pub(super) fn deadlines_of(settlement: &Settlement, cx: &Cx<'_>) -> Deadlines {
    let Settlement { terms, provider, country, .. } = settlement;
    Deadlines::without_device(cx.reference, terms.as_ref(), provider, *country, cx.now)
}
