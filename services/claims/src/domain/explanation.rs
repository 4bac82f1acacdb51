//! How a decision explains itself: the rules that were tried, the values of the terms that they rest on, and
//! what was decided, as a sentence that everyone reads alike.

use recourse_kernel::{Finding, Findings};
use recourse_terms::{Outcome, Verdict};

use super::ClaimEvent;
use super::appeal::AppealOf;
use super::defects::FoundBy;
use super::settlement::Closed;
use super::verification::{Ground, Rejected};

/// The fact under which a finding names the values of the terms that it rests on.
pub const RESTS_ON: &str = "rests_on";

/// Names the values of the terms that a rule looked at, by the paths of their fields, so that an explanation
/// can show each of them and where it comes from: whether the provider stated it, or it was chosen.
pub(super) fn rests_on(finding: Finding, paths: &[&str]) -> Finding {
    finding.fact(RESTS_ON, paths)
}

impl ClaimEvent {
    /// How the event explains itself, if it decides something.
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
            Self::Closed(event) => &event.findings,
            _ => return None,
        })
    }

    /// What was decided, as a sentence; nothing where the event decides nothing.
    pub fn decided(&self) -> Option<String> {
        Some(match self {
            Self::Filed(_) => "The claim was filed, in time and complete.".to_owned(),
            Self::DefectAdded(event) => match event.by {
                FoundBy::Buyer => "Another defect joined the claim, told by the buyer.".to_owned(),
                FoundBy::Shop => "Another defect joined the claim, found by the shop.".to_owned(),
            },
            Self::Accepted(_) => "The papers are in order: the claim was accepted.".to_owned(),
            Self::Rejected(event) => rejected(event),
            Self::VerdictRecorded(event) => match event.verdict {
                Verdict::Covered => "The defect is covered.".to_owned(),
                Verdict::NotCovered { exclusion } => {
                    format!("The defect is not covered: {}.", exclusion.reason())
                }
                Verdict::NoFaultFound => "No fault was found.".to_owned(),
            },
            Self::RemedyChosen(event) => format!("The remedy is: {}.", event.remedy.name()),
            Self::SettlementStarted(event) => {
                format!("The claim is settled as {}.", outcome(event.facts.outcome))
            }
            Self::SettlementExtended(event) => {
                format!("A way was booked after the settlement, for {}.", event.shipment.price)
            }
            Self::AppealDecided(event) => match (event.of, event.upheld) {
                (AppealOf::Rejection, true) => {
                    "The appeal was upheld: the rejection falls.".to_owned()
                }
                (AppealOf::Rejection, false) => {
                    "The appeal was turned down: the rejection stands.".to_owned()
                }
                (AppealOf::Verdict, true) => "The appeal was upheld: the verdict falls.".to_owned(),
                (AppealOf::Verdict, false) => {
                    "The appeal was turned down: the verdict stands.".to_owned()
                }
            },
            Self::ReviewOpened(event) => format!(
                "A late fact: {} of the decisions would be other ones now. None was turned.",
                event.decisions.len()
            ),
            Self::Closed(Closed { outcome: how, .. }) => {
                format!("The claim was closed as {}.", outcome(*how))
            }
            _ => return None,
        })
    }
}

fn rejected(event: &Rejected) -> String {
    let why = match (event.code, event.exclusion) {
        (_, Some(exclusion)) => exclusion.reason(),
        (Ground::Excluded, None) => "an exclusion",
        (Ground::DocumentsIncomplete, None) => "the papers are not complete",
        (Ground::SerialDoesNotMatch, None) => "the serial is not that of the device that was sold",
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
