//! Translates facts of other services into commands of this service. Pure.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{ClaimId, PolicyId, Record, SettlementId, WireError};
use recourse_terms::{Outcome, Party, PaymentKind};
use serde::de::DeserializeOwned;

use crate::domain::commands::{
    JobCommand, NoteAbandonment, NoteAppeal, NoteChain, NoteDefect, NoteOffer, NoteOverturned,
    NoteQuestion, NoteRemedy, NoteReversal, OfClaim,
};
use crate::domain::events::{AppealOf, Remedy, RepairAgreed};
use crate::foreign;

/// The command that a fact leads to; none if it is not relevant here.
pub fn react(record: &Record) -> Result<Option<JobCommand>, WireError> {
    Ok(match record.type_name.as_str() {
        "recourse.claim.filed.v1" => chain(&read(record)?),
        "recourse.claim.accepted.v1" => Some(JobCommand::Open(read(record)?)),
        "recourse.claim.defect_added.v1" => defect(record, &read(record)?),
        "recourse.claim.question_asked.v1" => {
            Some(JobCommand::NoteQuestion(question(record, &read(record)?)))
        }
        "recourse.claim.question_answered.v1" => {
            Some(JobCommand::NoteAnswer(question(record, &read(record)?)))
        }
        "recourse.claim.question_lapsed.v1" => {
            let lapsed = question(record, &read(record)?);
            Some(JobCommand::NoteAnswer(NoteQuestion { lapsed: true, ..lapsed }))
        }
        "recourse.claim.chain_changed.v1" => Some(changed_chain(&read(record)?)),
        "recourse.claim.offer_made.v1" => Some(offer_made(record, &read(record)?)),
        "recourse.claim.offer_reopened.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteOffer(NoteOffer { claim, awaited: true, at: record.time }))
        }
        "recourse.claim.offer_accepted.v1" | "recourse.claim.offer_declined.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteOffer(NoteOffer { claim, awaited: false, at: record.time }))
        }
        "recourse.claim.consented.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteOffer(NoteOffer { claim, awaited: false, at: record.time }))
        }
        "recourse.claim.deadline_passed.v1" => unanswered(&read(record)?),
        "recourse.claim.appealed.v1" => appealed(record, &read(record)?),
        "recourse.claim.chain_contested.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(appeal(claim, AppealOf::Chain, true, record))
        }
        "recourse.claim.appeal_decided.v1" => decided(record, &read(record)?),
        "recourse.claim.remedy_chosen.v1" => {
            Some(JobCommand::NoteRemedy(remedy(record, &read(record)?)))
        }
        "recourse.claim.settlement_started.v1" => ending(record, &read(record)?),
        "recourse.claim.withdrawn.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteWithdrawal(OfClaim { claim, at: record.time }))
        }
        "recourse.claim.closed.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteEnd(OfClaim { claim, at: record.time }))
        }
        "recourse.claim.dispute_noted.v1" => agreed_repair(&read(record)?),
        _ => of_settlement(record)?,
    })
}

/// The facts about payments.
fn of_settlement(record: &Record) -> Result<Option<JobCommand>, WireError> {
    Ok(match record.type_name.as_str() {
        "recourse.settlement.opened.v1" => nothing_owed_at_first(record, &read(record)?),
        "recourse.settlement.payment_paid.v1" | "recourse.settlement.written_off.v1" => {
            nothing_owed_any_more(record, &read(record)?)
        }
        "recourse.settlement.payment_added.v1" => debt(record, &read(record)?),
        "recourse.settlement.payment_reversed.v1" => reversal(record, &read(record)?),
        "recourse.settlement.deadline_passed.v1" => abandonment(&read(record)?),
        "recourse.settlement.closed.v1" => {
            let foreign::SettlementClosed { claim } = read(record)?;
            claim.map(|claim| JobCommand::NotePayment(OfClaim { claim, at: record.time }))
        }
        _ => None,
    })
}

fn read<T: DeserializeOwned>(record: &Record) -> Result<T, WireError> {
    decode_body(&record.type_name, &record.body)
}

/// T6: a claim that continues no other and had no earlier repairs needs no note.
fn chain(filed: &foreign::ClaimFiled) -> Option<JobCommand> {
    let foreign::ClaimChain { first, position, unsuccessful_repairs } = filed.chain;
    let repairs = Some(unsuccessful_repairs);
    let noted = NoteChain { claim: filed.claim, first, position, repairs };
    let is_reported = first != filed.claim || unsuccessful_repairs > 0;
    is_reported.then_some(JobCommand::NoteChain(noted))
}

/// C4: what the buyer wrote about another defect. The shop knows those that it found itself.
fn defect(record: &Record, added: &foreign::ClaimDefectAdded) -> Option<JobCommand> {
    let foreign::ClaimDefectAdded { claim, defect, ref text } = *added;
    let text = text.clone()?;
    Some(JobCommand::NoteDefect(NoteDefect { claim, defect, text, at: record.time }))
}

/// C12: the adjuster put the claim into a chain, or took it out.
fn changed_chain(changed: &foreign::ClaimChainChanged) -> JobCommand {
    let foreign::ClaimChain { first, position, unsuccessful_repairs } = changed.chain;
    let repairs = Some(unsuccessful_repairs);
    JobCommand::NoteChain(NoteChain { claim: changed.claim, first, position, repairs })
}

/// T12: an offer of the provider awaits the buyer's answer, a counter-offer the provider's.
fn offer_made(record: &Record, offer: &foreign::ClaimOffer) -> JobCommand {
    let awaited = offer.by == foreign::OfferSide::Provider;
    JobCommand::NoteOffer(NoteOffer { claim: offer.claim, awaited, at: record.time })
}

/// T11: the days of an offer are over.
fn unanswered(passed: &foreign::ClaimDeadlinePassed) -> Option<JobCommand> {
    let foreign::ClaimDeadlinePassed { claim, deadline, due: at } = *passed;
    let ended = JobCommand::NoteOffer(NoteOffer { claim, awaited: false, at });
    (deadline == foreign::ClaimDeadline::OfferAnswer).then_some(ended)
}

/// C11: an appeal against a rejection does not concern a shop.
fn concerned(of: foreign::AppealOf) -> Option<AppealOf> {
    match of {
        foreign::AppealOf::Verdict => Some(AppealOf::Verdict),
        foreign::AppealOf::Chain => Some(AppealOf::Chain),
        foreign::AppealOf::Other => None,
    }
}

fn appealed(record: &Record, appealed: &foreign::ClaimAppealed) -> Option<JobCommand> {
    Some(appeal(appealed.claim, concerned(appealed.of)?, true, record))
}

fn appeal(claim: ClaimId, of: AppealOf, open: bool, record: &Record) -> JobCommand {
    JobCommand::NoteAppeal(NoteAppeal { claim, of, open, at: record.time })
}

/// C11: only an appeal against the verdict changes what the shop owes.
fn decided(record: &Record, decided: &foreign::ClaimAppealDecided) -> Option<JobCommand> {
    let of = concerned(decided.of)?;
    if decided.upheld && of == AppealOf::Verdict {
        let noted = NoteOverturned { claim: decided.claim, at: record.time };
        return Some(JobCommand::NoteOverturned(noted));
    }
    Some(appeal(decided.claim, of, false, record))
}

/// M3: the buyer owes nothing from the start for which the device would be kept, so one that is
/// returned need not wait. With other outcomes the device is kept, or is sent as soon as it is
/// repaired.
fn nothing_owed_at_first(
    record: &Record,
    opened: &foreign::SettlementOpened,
) -> Option<JobCommand> {
    let goes_back = matches!(
        opened.outcome?,
        Outcome::ReturnedUnrepaired
            | Outcome::Withdrawn
            | Outcome::Rejected
            | Outcome::SettledByAgreement
    );
    let is_owed = opened.payments.iter().any(|payment| payment.from == Party::Buyer);
    let is_kept = is_owed && opened.abandoned_at.is_some();
    let claim = opened.claim.filter(|_| goes_back && !is_kept)?;
    Some(JobCommand::NoteBuyersPayment(OfClaim { claim, at: record.time }))
}

/// M3: the buyer has paid everything. What the provider owes is no reason to keep the device.
fn nothing_owed_any_more(record: &Record, left: &foreign::BuyersDebt) -> Option<JobCommand> {
    let claim = claim_of(left.settlement).filter(|_| left.buyer_owes_nothing)?;
    Some(JobCommand::NoteBuyersPayment(OfClaim { claim, at: record.time }))
}

/// M3: a further amount that the buyer owes for the device must also be paid before it is returned.
/// Others, such as the recovery of a double payment (M7), are not tied to a device.
fn debt(record: &Record, added: &foreign::PaymentAdded) -> Option<JobCommand> {
    let is_for_the_device = added.from == Party::Buyer && added.abandoned_at.is_some();
    let claim = claim_of(added.settlement).filter(|_| is_for_the_device)?;
    Some(JobCommand::NoteDebt(OfClaim { claim, at: record.time }))
}

/// M12: the buyer's bank took back what the device waits for: a repair that is not done. Anything
/// else is recovered, and keeps no device.
fn reversal(record: &Record, reversed: &foreign::PaymentReversed) -> Option<JobCommand> {
    let for_the_repair = matches!(reversed.kind, PaymentKind::PaidRepair | PaymentKind::Agreement);
    let is_for_the_device = reversed.from == Party::Buyer && reversed.abandoned_at.is_some();
    let claim = claim_of(reversed.settlement).filter(|_| is_for_the_device)?;
    let at = record.time;
    Some(JobCommand::NoteReversal(NoteReversal { claim, for_the_repair, at }))
}

/// The claim of a settlement; claim number 0 means none.
fn claim_of(settlement: SettlementId) -> Option<ClaimId> {
    let policy = PolicyId { key: settlement.key, line: settlement.line, unit: settlement.unit };
    (settlement.claim > 0).then(|| policy.claim(settlement.claim))
}

/// A repair elsewhere that the seller agreed to and paid for does not exclude the device.
fn agreed_repair(noted: &foreign::ClaimDisputeNoted) -> Option<JobCommand> {
    let foreign::ClaimDisputeNoted { dispute, device, ending } = *noted;
    let agreed = JobCommand::NoteAgreedRepair(RepairAgreed { dispute, device });
    (ending == Some(foreign::DisputeEnding::RepairReimbursed)).then_some(agreed)
}

/// M8: only the deadline `abandoned` affects the device; a notice does not.
fn abandonment(overdue: &foreign::PaymentOverdue) -> Option<JobCommand> {
    let is_abandoned = overdue.deadline == foreign::PaymentDeadline::Abandoned;
    let claim = claim_of(overdue.settlement).filter(|_| is_abandoned)?;
    Some(JobCommand::NoteAbandonment(NoteAbandonment { claim, at: overdue.due }))
}

fn question(record: &Record, foreign: &foreign::ClaimQuestion) -> NoteQuestion {
    let foreign::ClaimQuestion { claim, question } = *foreign;
    NoteQuestion { claim, question, at: record.time, lapsed: false }
}

fn remedy(record: &Record, chosen: &foreign::ClaimRemedyChosen) -> NoteRemedy {
    let remedy = match chosen.remedy {
        foreign::ChosenRemedy::Repair => Remedy::Repair,
        foreign::ChosenRemedy::Replacement => Remedy::Replacement,
        foreign::ChosenRemedy::Cash => Remedy::Cash,
        foreign::ChosenRemedy::PaidRepair => Remedy::PaidRepair,
        foreign::ChosenRemedy::ReturnUnrepaired => Remedy::ReturnUnrepaired,
    };
    NoteRemedy { claim: chosen.claim, remedy, at: Some(record.time) }
}

/// The outcome of a settlement determines what happens to the device, even if no remedy was chosen.
fn ending(record: &Record, started: &foreign::ClaimSettlementStarted) -> Option<JobCommand> {
    let remedy = match started.outcome {
        Outcome::Repaired => Remedy::Repair,
        Outcome::Replaced => Remedy::Replacement,
        Outcome::Refunded => Remedy::Cash,
        Outcome::RepairedAtBuyersCost => Remedy::PaidRepair,
        // A rejected claim has a settlement only if another device was sent instead of the claimed
        // one (C6).
        Outcome::ReturnedUnrepaired | Outcome::Withdrawn | Outcome::Rejected => {
            Remedy::ReturnUnrepaired
        }
        // With or without a repair: the chosen remedy decides.
        Outcome::SettledByAgreement => return None,
    };
    Some(JobCommand::NoteRemedy(NoteRemedy { claim: started.claim, remedy, at: Some(record.time) }))
}

#[cfg(test)]
mod tests;
