//! What the payment gateway answers: a leg is paid once (M7), in full (M6), or it failed and stays owed.

use recourse_kernel::{Instant, LegId, Money, SettlementId};

use super::commands::{ConfirmLeg, FailLeg};
use super::events::{Closed, LegFailed, LegPaid, SettlementEvent};
use super::rejection::RefundsRejection;
use super::settlement::{LegStage, OwedLeg, RefundsState, Settlement};

/// M7: the same payment told again changes nothing; another one is refused. With its last leg, a settlement
/// is closed.
pub(super) fn confirm(
    state: &RefundsState,
    command: &ConfirmLeg,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let unknown = RefundsRejection::LegNotKnown(command.leg);
    let (settlement, leg) = state.leg(command.leg).ok_or(unknown)?;
    has_a_reference(&command.reference)?;
    m6_amount_is_the_one_owed(leg, command.amount)?;
    match &leg.stage {
        LegStage::Paid { reference } => return m7_never_paid_twice(reference, &command.reference),
        LegStage::WrittenOff => return Err(RefundsRejection::LegWrittenOff(command.leg)),
        LegStage::Owed { .. } => {}
    }
    let id = command.leg.settlement();
    let mut events = vec![SettlementEvent::LegPaid(LegPaid {
        settlement: id,
        leg: command.leg,
        kind: leg.owed.kind,
        from: leg.owed.from,
        to: leg.owed.to,
        amount: leg.owed.amount,
        reference: command.reference.clone(),
        paid_at: command.paid_at,
        buyer_owes_nothing: m3_buyer_owes_nothing_after(settlement, command.leg),
    })];
    let others_are_over =
        settlement.legs.iter().all(|(other, leg)| *other == command.leg || leg.is_over());
    if others_are_over {
        events.push(closed(id, settlement, now));
    }
    Ok(events)
}

/// That nothing is left to be paid. With the last leg everything owed is paid, because each is paid in full.
pub(super) fn closed(id: SettlementId, settlement: &Settlement, now: Instant) -> SettlementEvent {
    SettlementEvent::Closed(Closed {
        settlement: id,
        claim: settlement.claim,
        policy: settlement.policy,
        paid: settlement.everything_owed(),
        written_off: settlement.everything_written_off(),
        closed_at: now,
    })
}

/// A failed attempt is kept, and the leg stays owed. The same failure told again changes nothing.
pub(super) fn fail(
    state: &RefundsState,
    command: &FailLeg,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let unknown = RefundsRejection::LegNotKnown(command.leg);
    let (_, leg) = state.leg(command.leg).ok_or(unknown)?;
    if !(1..=500).contains(&command.reason.chars().count()) {
        return Err(RefundsRejection::NoReason);
    }
    match &leg.stage {
        LegStage::Paid { reference } => {
            Err(RefundsRejection::LegPaidAlready { reference: reference.clone() })
        }
        LegStage::WrittenOff => Err(RefundsRejection::LegWrittenOff(command.leg)),
        LegStage::Owed { last_failed_at, .. } if *last_failed_at == Some(command.failed_at) => {
            Ok(Vec::new())
        }
        LegStage::Owed { failed_attempts, .. } => Ok(vec![SettlementEvent::LegFailed(LegFailed {
            settlement: command.leg.settlement(),
            leg: command.leg,
            attempt: failed_attempts + 1,
            reason: command.reason.clone(),
            failed_at: command.failed_at,
        })]),
    }
}

/// M3: with this leg the buyer has paid everything. What others owe is no reason to keep the buyer's device.
fn m3_buyer_owes_nothing_after(settlement: &Settlement, paid: LegId) -> bool {
    let is_buyers = settlement.legs.get(&paid).is_some_and(OwedLeg::is_awaited_from_buyer);
    let others = settlement.legs.iter().filter(|(leg, _)| **leg != paid);
    is_buyers && !others.map(|(_, leg)| leg).any(OwedLeg::is_awaited_from_buyer)
}

/// M6: a leg is one amount of one currency, paid in full.
fn m6_amount_is_the_one_owed(leg: &OwedLeg, told: Money) -> Result<(), RefundsRejection> {
    let owed = leg.owed.amount;
    if owed == told { Ok(()) } else { Err(RefundsRejection::AmountDiffers { owed, told }) }
}

/// M7: nothing is paid twice.
fn m7_never_paid_twice(
    paid_by: &str,
    told: &str,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    if paid_by == told {
        return Ok(Vec::new());
    }
    Err(RefundsRejection::LegPaidAlready { reference: paid_by.to_owned() })
}

fn has_a_reference(reference: &str) -> Result<(), RefundsRejection> {
    let fits = (1..=200).contains(&reference.chars().count())
        && !reference.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(RefundsRejection::NoReference) }
}
