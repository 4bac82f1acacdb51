//! How a decision explains itself: its findings, and the decision as a sentence, the same for
//! every reader.

use recourse_kernel::Findings;
use recourse_terms::{Outcome, Verdict};

use super::ClaimEvent;
use super::appeal::{AppealDecided, AppealOf};
use super::settlement::Closed;
use super::submission::FoundBy;
use super::verification::{Ground, Rejected};

impl ClaimEvent {
    /// The findings of the event, if it decides something.
    pub fn findings(&self) -> Option<&Findings> {
        Some(match self {
            Self::Filed(event) => &event.findings,
            Self::DefectAdded(event) => &event.findings,
            Self::Accepted(event) => &event.findings,
            Self::Rejected(event) => &event.findings,
            Self::VerdictRecorded(event) => &event.findings,
            Self::RemedyChosen(event) => &event.findings,
            Self::SettlementStarted(event) => &event.findings,
            Self::SettlementExtended(event) => &event.findings,
            Self::AppealDecided(event) => &event.findings,
            Self::ReviewOpened(event) => &event.findings,
            Self::ChainChanged(event) => &event.findings,
            Self::GoodwillGranted(event) => &event.findings,
            Self::GoodwillApproved(event) => &event.findings,
            Self::Closed(event) => &event.findings,
            _ => return None,
        })
    }

    /// The decision as a sentence; `None` if the event decides nothing.
    pub fn decided(&self) -> Option<String> {
        Some(match self {
            Self::Filed(_) => "The claim was filed, in time and complete.".to_owned(),
            Self::DefectAdded(event) => match event.by {
                FoundBy::Buyer => "A defect reported by the buyer joined the claim.".to_owned(),
                FoundBy::Shop => "A defect found by the shop joined the claim.".to_owned(),
            },
            Self::Accepted(event) if event.by_clock => {
                "The documents were not checked in time, so they count as accepted.".to_owned()
            }
            Self::Accepted(_) => "The documents are in order: the claim was accepted.".to_owned(),
            Self::Rejected(event) => rejected(event),
            Self::VerdictRecorded(event) => match event.verdict {
                Verdict::Covered => "The defect is covered.".to_owned(),
                Verdict::NotCovered { exclusion } => {
                    format!("The defect is not covered: {}.", exclusion.reason())
                }
                Verdict::NoFaultFound => "No fault was found.".to_owned(),
            },
            Self::RemedyChosen(event) => format!("The remedy is {}.", event.remedy.name()),
            Self::SettlementStarted(event) => {
                format!("The claim is settled as {}.", outcome(event.facts.outcome))
            }
            Self::SettlementExtended(event) => match &event.shipment {
                Some(shipment) => format!(
                    "A shipment for {} changed after the settlement started.",
                    shipment.price
                ),
                None => "What is owed changed after the settlement started.".to_owned(),
            },
            Self::ChainChanged(event) => match event.chain.position {
                1 => "The claim is the first one for its defect.".to_owned(),
                position => format!("The claim is number {position} for the same defect."),
            },
            Self::GoodwillGranted(event) if event.needs_approval => {
                format!("The provider granted {}; another person approves it.", event.amount)
            }
            Self::GoodwillGranted(event) => format!("The provider granted {}.", event.amount),
            Self::GoodwillApproved(event) => format!("{} were approved.", event.amount),
            Self::AppealDecided(event) => appeal_decided(event),
            Self::ReviewOpened(event) => format!(
                "A fact arrived late: {} of the decisions would differ now. None was changed.",
                event.decisions.len()
            ),
            Self::Closed(Closed { outcome: how, .. }) => {
                format!("The claim was closed as {}.", outcome(*how))
            }
            _ => return None,
        })
    }
}

fn appeal_decided(event: &AppealDecided) -> String {
    let what = match event.of {
        AppealOf::Rejection => "rejection",
        AppealOf::Verdict => "verdict",
        AppealOf::Chain => "change of the chain",
    };
    if event.upheld {
        format!("Appeal upheld: the {what} is overturned.")
    } else {
        format!("Appeal denied: the {what} remains in force.")
    }
}

fn rejected(event: &Rejected) -> String {
    let why = match (event.code, event.exclusion) {
        (_, Some(exclusion)) => exclusion.reason(),
        (Ground::Excluded, None) => "an exclusion",
        (Ground::DocumentsIncomplete, None) => "the documents are incomplete",
        (Ground::SerialDoesNotMatch, None) => "the serial does not match the device that was sold",
    };
    format!("The claim was rejected: {why}.")
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Repaired => "repaired",
        Outcome::Replaced => "replaced",
        Outcome::Refunded => "refunded",
        Outcome::RepairedAtBuyersCost => "repaired at the buyer's cost",
        Outcome::SettledByAgreement => "settled by agreement",
        Outcome::ReturnedUnrepaired => "returned unrepaired",
        Outcome::Rejected => "rejected",
        Outcome::Withdrawn => "withdrawn by the buyer",
    }
}
