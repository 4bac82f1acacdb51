//! Shop: does a repair that was paid for (M11).

use recourse_kernel::{Owner, PaymentId, SettlementId, Wait, WaitKind};

use super::recorded;
use crate::domain::events::{Deadline, SettlementEvent};
use crate::domain::state::{OwedPayment, Settlement};

/// M11: while the shop owes work that was paid for, the settlement waits for the shop, whatever the
/// buyer still owes for the device.
pub(super) fn paid_repair(
    id: SettlementId,
    settlement: &Settlement,
    _: PaymentId,
    owed: &OwedPayment,
) -> Option<Wait> {
    let work = settlement.work.filter(|_| owed.is_for_a_held_device())?;
    let wait = Wait::new(id, WaitKind::PaidRepair, Owner::Shop, work.paid_at);
    Some(wait.number(work.payment.payment).until(work.by).late(work.is_late))
}

/// T8: it is missed; what happens then is decided for the job.
pub(super) fn not_done(id: SettlementId, settlement: &Settlement) -> Vec<SettlementEvent> {
    let Some(work) = settlement.work else { return Vec::new() };
    vec![recorded(id, settlement, work.payment, Deadline::PaidRepair, (work.by, Owner::Shop))]
}
