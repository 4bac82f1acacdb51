//! Deadlines: what is due, within how many days, and that it was missed (T3, T8, C3).

use recourse_kernel::{ClaimId, Instant};
use recourse_terms::terms::{ClockStops, RemedyBasis};
use recourse_terms::{Provider, Terms};
use serde::{Deserialize, Serialize};

/// A deadline passed (T8). Both sides can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    pub claim: ClaimId,
    pub deadline: Deadline,
    pub due: Instant,
    /// Provider that is notified.
    pub escalated_to: Provider,
}

/// What was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The decision on an exchange claim (T3).
    Decision,
    /// The buyer's answer to a question or an offer (C3).
    Answer,
    Appeal,
}

/// T3: time limit of a decision, and what pauses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideWithin {
    /// Counted days of 24 hours from the filing.
    pub days: u16,
    /// What pauses the count.
    pub clock_stops: ClockStops,
}

impl DecideWithin {
    /// T3, T4: a decision has a deadline only if the terms count from the filing; the days of a
    /// repair count at the shop, from the receipt.
    pub(crate) fn from_terms(terms: &Terms) -> Option<Self> {
        let remedy = &terms.remedy;
        (remedy.counted_from == RemedyBasis::Filing)
            .then(|| Self { days: remedy.within_days, clock_stops: remedy.clock_stops.clone() })
    }
}

/// A pending answer from the buyer, to a question or an offer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Awaited {
    /// When to remind the buyer; `None` once reminded (C3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
    /// First instant at which an answer is too late (C3).
    pub answer_by: Instant,
}

impl Awaited {
    /// When something is due next: the reminder, then the answer.
    pub(crate) fn next(&self) -> Instant {
        self.remind_at.map_or(self.answer_by, |at| at.min(self.answer_by))
    }
}
