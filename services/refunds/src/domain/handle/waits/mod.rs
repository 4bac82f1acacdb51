//! What settlements wait for (T11): one function for each row of the rulebook's table of deadlines,
//! and what happens when its date has come.

mod buyer;
mod provider;
mod work;

use recourse_kernel::{Instant, Matter, Owner, PaymentId, SettlementId, Wait, WaitKind};

use crate::domain::Cx;
use crate::domain::events::{Deadline, DeadlinePassed, SettlementEvent};
use crate::domain::state::{OwedPayment, RefundsState, Settlement};

/// A row of the table: what an unpaid payment waits for.
type Row = fn(SettlementId, &Settlement, PaymentId, &OwedPayment) -> Option<Wait>;

/// The rows about payments. Each payment that is owed has exactly one.
const ROWS: [Row; 5] = [
    provider::provider_payment,
    buyer::buyer_payment,
    buyer::recovery,
    buyer::collected,
    work::paid_repair,
];

/// The settlements in which something is due, apart from what is in collection.
pub(crate) fn open(state: &RefundsState) -> Vec<Matter> {
    let open = state.settlements().filter(|(_, settlement)| !settlement.is_closed);
    open.map(|(id, _)| id.into()).collect()
}

/// Everything that the settlements of a purchase wait for.
pub(crate) fn waits(state: &RefundsState) -> Vec<Wait> {
    state.settlements().flat_map(|(id, settlement)| of_settlement(id, settlement)).collect()
}

/// Everything that a settlement waits for.
pub(crate) fn of_settlement(id: SettlementId, settlement: &Settlement) -> Vec<Wait> {
    let owed = settlement.payments.iter().filter(|(_, payment)| payment.is_owed());
    let waits = owed.flat_map(|(payment, owed)| {
        ROWS.iter().filter_map(move |row| row(id, settlement, *payment, owed))
    });
    let mut waits: Vec<Wait> = waits.collect();
    waits.sort_unstable();
    // The work that the shop owes is waited for once, however many payments are due after it.
    waits.dedup();
    waits
}

/// What happens when the reminder or the deadline of a wait has come.
pub(crate) fn passed(state: &RefundsState, wait: &Wait, cx: &Cx<'_>) -> Vec<SettlementEvent> {
    let Matter::Settlement(id) = wait.matter else { return Vec::new() };
    let payment = id.payment(wait.number);
    let Some((settlement, owed)) = state.payment(payment) else { return Vec::new() };
    match wait.what {
        WaitKind::ProviderPayment => provider::missed(id, settlement, owed),
        WaitKind::BuyerPayment => buyer::not_paid(id, settlement, owed, wait, cx.now),
        WaitKind::Recovery => buyer::not_recovered(id, settlement, owed, wait, cx.now),
        WaitKind::PaidRepair => work::not_done(id, settlement),
        _ => Vec::new(),
    }
}

/// T8: a deadline that passed is recorded, and escalated to the provider.
fn recorded(
    settlement: SettlementId,
    of: &Settlement,
    payment: PaymentId,
    deadline: Deadline,
    (due, owner): (Instant, Owner),
) -> SettlementEvent {
    let is_escalated = deadline != Deadline::Notice;
    SettlementEvent::DeadlinePassed(DeadlinePassed {
        settlement,
        payment,
        deadline,
        due,
        owner,
        escalated_to: is_escalated.then(|| of.provider.clone()),
        outcome: None,
    })
}
