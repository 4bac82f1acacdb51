//! Duties of the provider and missed deadlines. These are stable formats.

use recourse_kernel::{Instant, JobId};
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobDeadline {
    /// The repair within counted days (T4); under an exchange policy they start when it is chosen
    /// (T3).
    Remedy,
    /// An awaited part, on its expected date (T9).
    Parts,
    /// The declaration that the device is beyond repair, once the duty was raised (T5, T6).
    Declaration,
    /// Sending a replacement, or a device repaired under an exchange policy (T3).
    Dispatch,
}

/// A deadline was missed (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// The job that the event belongs to.
    pub job: JobId,
    pub deadline: JobDeadline,
    /// The part, if a part is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    pub due: Instant,
    /// The provider that the missed deadline is escalated to.
    pub escalated_to: Provider,
}
