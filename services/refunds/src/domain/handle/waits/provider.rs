//! Provider: pays what it owes: cash, postage that is reimbursed, the price of a policy.

use recourse_kernel::{PaymentId, SettlementId, Wait, WaitKind};

use super::recorded;
use crate::domain::events::{Deadline, SettlementEvent};
use crate::domain::state::{Due, OwedPayment, Settlement};

/// The provider, or a carrier that has to return a payment, has until `pay_by`. A missed deadline
/// is recorded once; the payment stays owed.
pub(super) fn provider_payment(
    id: SettlementId,
    _: &Settlement,
    payment: PaymentId,
    owed: &OwedPayment,
) -> Option<Wait> {
    let Due::Provider { pay_by } = owed.due else { return None };
    let wait = Wait::new(id, WaitKind::ProviderPayment, owed.owner(), owed.since);
    let is_late = owed.passed.contains(&Deadline::ProviderPayment);
    Some(wait.number(payment.payment).until(pay_by).late(is_late))
}

/// T8: it is missed.
pub(super) fn missed(
    id: SettlementId,
    settlement: &Settlement,
    owed: &OwedPayment,
) -> Vec<SettlementEvent> {
    let Due::Provider { pay_by } = owed.due else { return Vec::new() };
    let due = (pay_by, owed.owner());
    vec![recorded(id, settlement, owed.owed.payment, Deadline::ProviderPayment, due)]
}
