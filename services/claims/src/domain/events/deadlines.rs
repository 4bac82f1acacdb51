//! Deadlines: what is due, within how many days, and that it was missed (T3, T8, T11, C3).

use recourse_kernel::{ClaimId, Instant, Owner, WaitKind};
use recourse_terms::terms::{ClockStops, RemedyBasis};
use recourse_terms::{Span, Terms};
use serde::{Deserialize, Serialize};

/// A deadline passed (T8). Both sides can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    pub claim: ClaimId,
    /// What was due.
    pub deadline: WaitKind,
    /// Number of the question, offer or review that it was about; absent if there is only one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u32,
    pub due: Instant,
    /// Who should have acted.
    pub owner: Owner,
    /// Who is notified: the provider, or the marketplace if the marketplace is late.
    pub escalated_to: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// T8: time limit of the check of the documents. It is counted from the filing, without the days in
/// which an answer (C3) or the end of a dispute (C8) is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckWithin {
    /// Counted days of 24 hours.
    pub days: u16,
    /// After how many counted days the documents count as accepted; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_after_days: Option<u16>,
}

impl CheckWithin {
    /// T8, T11: as the terms say.
    pub(crate) fn from_terms(terms: &Terms) -> Self {
        Self {
            days: terms.waits.documents.days(),
            accepted_after_days: terms.waits.documents_accepted_after.map(Span::days),
        }
    }
}

/// T11: the longest that repair-shops or refunds need for a step if each party uses all of its
/// time, in days. Their own deadlines are earlier; this one notices that nothing is reported.
pub(crate) fn carried_out_within_days(terms: &Terms) -> u16 {
    let waits = &terms.waits;
    let spans = [waits.hand_over, waits.shipment_to_shop, waits.inspection, waits.recovery];
    let days = spans.iter().map(|span| span.days()).fold(0, u16::saturating_add);
    days.saturating_add(terms.remedy.within_days).saturating_add(waits.parts_at_most_days)
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
