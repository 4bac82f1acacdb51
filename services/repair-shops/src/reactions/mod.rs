//! Translates facts of other services into commands of this service. Pure.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{ClaimId, PolicyId, Record, SettlementId, WireError};
use recourse_terms::{Outcome, Party, PaymentKind};
use serde::de::DeserializeOwned;

use crate::domain::commands::{
    JobCommand, NoteAbandonment, NoteChain, NoteQuestion, NoteRemedy, OfClaim,
};
use crate::domain::events::{Remedy, RepairAgreed};
use crate::foreign;

/// The command that a fact leads to; none if it is not relevant here.
pub fn react(record: &Record) -> Result<Option<JobCommand>, WireError> {
    Ok(match record.type_name.as_str() {
        "recourse.claim.filed.v1" => chain(&read(record)?),
        "recourse.claim.accepted.v1" => Some(JobCommand::Open(read(record)?)),
        "recourse.claim.question_asked.v1" => {
            Some(JobCommand::NoteQuestion(question(record, &read(record)?)))
        }
        "recourse.claim.question_answered.v1" => {
            Some(JobCommand::NoteAnswer(question(record, &read(record)?)))
        }
        "recourse.claim.remedy_chosen.v1" => {
            Some(JobCommand::NoteRemedy(remedy(record, &read(record)?)))
        }
        "recourse.claim.settlement_started.v1" => ending(record, &read(record)?),
        "recourse.claim.withdrawn.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteWithdrawal(OfClaim { claim }))
        }
        "recourse.claim.dispute_noted.v1" => agreed_repair(&read(record)?),
        "recourse.settlement.opened.v1" => nothing_owed_at_first(&read(record)?),
        "recourse.settlement.payment_paid.v1" | "recourse.settlement.written_off.v1" => {
            nothing_owed_any_more(&read(record)?)
        }
        "recourse.settlement.payment_added.v1" => debt(&read(record)?),
        "recourse.settlement.deadline_passed.v1" => abandonment(&read(record)?),
        "recourse.settlement.closed.v1" => {
            let foreign::SettlementClosed { claim } = read(record)?;
            claim.map(|claim| JobCommand::NotePayment(OfClaim { claim }))
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

/// M3: the buyer owes nothing from the start, so a device that is returned need not wait. With
/// other outcomes the device is kept, or is sent as soon as it is repaired.
fn nothing_owed_at_first(opened: &foreign::SettlementOpened) -> Option<JobCommand> {
    let goes_back = matches!(
        opened.outcome?,
        Outcome::ReturnedUnrepaired
            | Outcome::Withdrawn
            | Outcome::Rejected
            | Outcome::SettledByAgreement
    );
    let is_free = opened.payments.iter().all(|payment| payment.from != Party::Buyer);
    let claim = opened.claim.filter(|_| goes_back && is_free)?;
    Some(JobCommand::NoteBuyersPayment(OfClaim { claim }))
}

/// M3: the buyer has paid everything. What the provider owes is no reason to keep the device.
fn nothing_owed_any_more(left: &foreign::BuyersDebt) -> Option<JobCommand> {
    let claim = claim_of(left.settlement).filter(|_| left.buyer_owes_nothing)?;
    Some(JobCommand::NoteBuyersPayment(OfClaim { claim }))
}

/// M3: a further amount that the buyer owes must also be paid before the device is returned.
/// Recovery of a double payment is not tied to a device (M7).
fn debt(added: &foreign::PaymentAdded) -> Option<JobCommand> {
    let is_for_the_device = added.from == Party::Buyer && added.kind != PaymentKind::Recovery;
    let claim = claim_of(added.settlement).filter(|_| is_for_the_device)?;
    Some(JobCommand::NoteDebt(OfClaim { claim }))
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
    NoteQuestion { claim: foreign.claim, question: foreign.question, at: record.time }
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
