//! Duties of the provider and missed deadlines. These are stable formats.

use recourse_kernel::{Instant, JobId, Owner, ShipmentId, WaitKind};
use recourse_terms::Provider;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    DeclareBeyondRepair,
}

/// The log raised a duty of the provider (T5, T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DutyRaised {
    /// The job that the event belongs to.
    pub job: JobId,
    pub duty: Duty,
    /// The rule that raises it: `T5` or `T6`.
    pub rule: String,
    /// Since when the duty exists.
    pub at: Instant,
    /// The first instant at which the declaration is late; a missing declaration is then a missed
    /// deadline (T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_by: Option<Instant>,
}

/// A deadline was missed (T8, T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// The job that the event belongs to.
    pub job: JobId,
    /// What was due.
    pub deadline: WaitKind,
    /// The part, if a part is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The shipment, if one is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    pub due: Instant,
    /// Who should have acted.
    pub owner: Owner,
    /// The provider that the missed deadline is escalated to.
    pub escalated_to: Provider,
}

/// The buyer was reminded of something that is due (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderSent {
    /// The job that the event belongs to.
    pub job: JobId,
    /// What is due: `hand_over` or `collection`.
    pub kind: WaitKind,
    pub at: Instant,
}
