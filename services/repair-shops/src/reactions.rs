//! Another service's fact → a command of our own. Pure.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{PolicyId, Record, WireError};
use recourse_terms::Outcome;
use serde::de::DeserializeOwned;

use crate::domain::commands::{
    JobCommand, NoteAbandonment, NoteChain, NoteQuestion, NoteRemedy, OfClaim,
};
use crate::domain::events::{Remedy, RepairAgreed};
use crate::foreign;

/// The command that a fact asks for; nothing if it is none of our concern.
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
            let foreign::ClaimRemedyChosen { claim, remedy } = read(record)?;
            Some(JobCommand::NoteRemedy(NoteRemedy { claim, remedy }))
        }
        "recourse.claim.settlement_started.v1" => ending(&read(record)?),
        "recourse.claim.withdrawn.v1" => {
            let foreign::OfClaim { claim } = read(record)?;
            Some(JobCommand::NoteWithdrawal(OfClaim { claim }))
        }
        "recourse.claim.dispute_noted.v1" => agreed_repair(&read(record)?),
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

/// T6: a claim that continues no other needs no note.
fn chain(filed: &foreign::ClaimFiled) -> Option<JobCommand> {
    let foreign::ClaimChain { first, position } = filed.chain;
    let noted = NoteChain { claim: filed.claim, first, position };
    (first != filed.claim).then_some(JobCommand::NoteChain(noted))
}

/// A repair elsewhere that the seller agreed to and paid for is not held against the device.
fn agreed_repair(noted: &foreign::ClaimDisputeNoted) -> Option<JobCommand> {
    let foreign::ClaimDisputeNoted { dispute, device, ending } = *noted;
    let agreed = JobCommand::NoteAgreedRepair(RepairAgreed { dispute, device });
    (ending == Some(foreign::DisputeEnding::RepairReimbursed)).then_some(agreed)
}

/// M8: a notice leaves the device where it is. The settlement number 0 is of no claim.
fn abandonment(overdue: &foreign::LegOverdue) -> Option<JobCommand> {
    let settlement = overdue.settlement;
    let policy = PolicyId { key: settlement.key, line: settlement.line, unit: settlement.unit };
    let claim = policy.claim(settlement.claim);
    let noted = JobCommand::NoteAbandonment(NoteAbandonment { claim, at: overdue.due });
    let is_abandoned = overdue.deadline == foreign::LegDeadline::Abandoned;
    (is_abandoned && settlement.claim > 0).then_some(noted)
}

fn question(record: &Record, foreign: &foreign::ClaimQuestion) -> NoteQuestion {
    NoteQuestion { claim: foreign.claim, question: foreign.question, at: record.time }
}

/// A settlement says how a claim ends, and so what becomes of the device, also where no remedy was chosen.
fn ending(started: &foreign::ClaimSettlementStarted) -> Option<JobCommand> {
    let remedy = match started.outcome {
        Outcome::Repaired => Remedy::Repair,
        Outcome::Replaced => Remedy::Replacement,
        Outcome::Refunded => Remedy::Cash,
        Outcome::RepairedAtBuyersCost => Remedy::PaidRepair,
        Outcome::ReturnedUnrepaired | Outcome::Withdrawn => Remedy::ReturnUnrepaired,
        // With or without a repair: the remedy that was chosen says which.
        Outcome::SettledByAgreement | Outcome::Rejected => return None,
    };
    Some(JobCommand::NoteRemedy(NoteRemedy { claim: started.claim, remedy }))
}

#[cfg(test)]
mod tests;
