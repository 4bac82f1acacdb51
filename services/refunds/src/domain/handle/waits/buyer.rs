//! Buyer: pays for a device that the shop holds (M8), or pays where no device is held.

use recourse_kernel::{
    Finding, Instant, Owner, PauseReason, PaymentId, SettlementId, Wait, WaitKind,
};
use recourse_terms::{Outcome, PaymentKind};

use super::recorded;
use crate::domain::events::{
    CollectionStarted, Deadline, DeadlinePassed, ReminderSent, SettlementEvent,
};
use crate::domain::handle::adding::{after, written_off};
use crate::domain::handle::closing::closed_if_over;
use crate::domain::state::{Due, OwedPayment, RefundsState, Settlement};

/// M8: a payment for a device that the shop holds: a notice first, then the device counts as
/// abandoned. While the shop owes work that was paid for, neither happens (M11), and while an appeal
/// against the verdict is open, the clock is paused (C11).
pub(super) fn buyer_payment(
    id: SettlementId,
    settlement: &Settlement,
    payment: PaymentId,
    owed: &OwedPayment,
) -> Option<Wait> {
    let Due::Held { notice_at, abandoned_at } = owed.due else { return None };
    if settlement.work.is_some() || owed.in_collection {
        return None;
    }
    let is_noticed = owed.passed.contains(&Deadline::Notice);
    let wait = Wait::new(id, WaitKind::BuyerPayment, Owner::Buyer, owed.since);
    if settlement.is_appealed {
        return Some(wait.number(payment.payment).paused(PauseReason::Appeal));
    }
    let remind_at = (!is_noticed).then_some(notice_at);
    Some(wait.number(payment.payment).until(abandoned_at).remind_at(remind_at))
}

/// A payment for which no device is held: a reminder halfway, then it is handed to collection.
pub(super) fn recovery(
    id: SettlementId,
    settlement: &Settlement,
    payment: PaymentId,
    owed: &OwedPayment,
) -> Option<Wait> {
    let Due::Recovery { remind_at, pay_by } = owed.due else { return None };
    if owed.in_collection {
        return None;
    }
    let wait = Wait::new(id, WaitKind::Recovery, Owner::Buyer, owed.since);
    if settlement.is_appealed {
        return Some(wait.number(payment.payment).paused(PauseReason::Appeal));
    }
    let remind_at = remind_at.filter(|_| !owed.is_reminded);
    Some(wait.number(payment.payment).until(pay_by).remind_at(remind_at))
}

/// What was handed to collection stays owed: the buyer is late, unless an appeal against the verdict
/// that it follows from is open.
pub(super) fn collected(
    id: SettlementId,
    settlement: &Settlement,
    payment: PaymentId,
    owed: &OwedPayment,
) -> Option<Wait> {
    owed.in_collection.then(|| {
        let wait = Wait::new(id, WaitKind::Collected, Owner::Buyer, owed.since);
        let wait = wait.number(payment.payment);
        if settlement.is_appealed {
            wait.paused(PauseReason::Appeal)
        } else {
            wait.until(owed.owed.pay_by).late(true)
        }
    })
}

/// M8, T8: the notice, or the abandonment of the device. It then belongs to the provider, so the
/// buyer owes nothing more for it. If nothing else is due, the settlement is closed.
pub(super) fn not_paid(
    id: SettlementId,
    settlement: &Settlement,
    owed: &OwedPayment,
    wait: &Wait,
    now: Instant,
) -> Vec<SettlementEvent> {
    let Due::Held { notice_at, abandoned_at } = owed.due else { return Vec::new() };
    let payment = owed.owed.payment;
    if is_the_reminder(wait) {
        let due = (notice_at, Owner::Buyer);
        return vec![recorded(id, settlement, payment, Deadline::Notice, due)];
    }
    let outcome = outcome_of_abandonment(settlement);
    let held: Vec<_> = settlement.awaited_for_the_device().collect();
    let is_due = |owed: &OwedPayment| match owed.due {
        Due::Held { abandoned_at: other, .. } => other <= abandoned_at,
        _ => false,
    };
    let due = held.iter().filter(|(_, owed)| is_due(owed));
    let mut events: Vec<_> = due
        .map(|(payment, _)| {
            SettlementEvent::DeadlinePassed(DeadlinePassed {
                settlement: id,
                payment: *payment,
                deadline: Deadline::Abandoned,
                due: abandoned_at,
                owner: Owner::Buyer,
                escalated_to: Some(settlement.provider.clone()),
                outcome,
            })
        })
        .collect();
    let why = Finding::failed("M8", "the buyer did not pay; the device counts as abandoned");
    let fallen = held.into_iter().map(|(payment, _)| payment).collect();
    // The device no longer belongs to the buyer, so there is nothing to release.
    events.push(written_off(id, settlement, fallen, outcome, (why, false), now));
    closed_if_over(RefundsState::with(id, settlement.clone()), id, events, now)
}

/// Whether what has come is the reminder. After an outage both may be due; the reminder is first.
fn is_the_reminder(wait: &Wait) -> bool {
    wait.remind_at.is_some() && wait.next() == wait.remind_at && wait.next() != wait.until
}

/// M8: a claim whose repair or agreement was never paid for ends as withdrawn; any other ends as it
/// was settled.
fn outcome_of_abandonment(settlement: &Settlement) -> Option<Outcome> {
    let is_unpaid = |kind| {
        let mut held = settlement.awaited_for_the_device();
        held.any(|(_, payment)| payment.owed.kind == kind)
    };
    match settlement.outcome? {
        Outcome::RepairedAtBuyersCost
            if is_unpaid(PaymentKind::PaidRepair) && !settlement.is_repaired =>
        {
            Some(Outcome::Withdrawn)
        }
        Outcome::SettledByAgreement if is_unpaid(PaymentKind::Agreement) => {
            Some(Outcome::Withdrawn)
        }
        other => Some(other),
    }
}

/// T8: the reminder, or the payment is handed to collection. The claim and the settlement no longer
/// wait for it.
pub(super) fn not_recovered(
    id: SettlementId,
    settlement: &Settlement,
    owed: &OwedPayment,
    wait: &Wait,
    now: Instant,
) -> Vec<SettlementEvent> {
    let Due::Recovery { remind_at, pay_by } = owed.due else { return Vec::new() };
    let payment = owed.owed.payment;
    if let Some(at) = remind_at.filter(|_| is_the_reminder(wait)) {
        let (settlement, kind) = (id, Deadline::Recovery);
        return vec![SettlementEvent::ReminderSent(ReminderSent { settlement, payment, kind, at })];
    }
    let missed = recorded(id, settlement, payment, Deadline::Recovery, (pay_by, Owner::Buyer));
    let mut started = CollectionStarted {
        settlement: id,
        claim: settlement.claim,
        payment,
        amount: owed.owed.amount,
        at: pay_by,
        buyer_is_settled: false,
    };
    let event = SettlementEvent::CollectionStarted(started.clone());
    started.buyer_is_settled = after(id, settlement, &event, now).buyer_is_settled();
    let events = vec![missed, SettlementEvent::CollectionStarted(started)];
    closed_if_over(RefundsState::with(id, settlement.clone()), id, events, now)
}
