//! The outcome of a command, as a read model keeps it.

use recourse_kernel::{Instant, Refusal};

/// How a command ended. Stored by name, so the names are a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It was carried out, or recorded.
    Accepted,
    /// It was refused, with a reason.
    Refused,
    /// It was dead-lettered, because it could not be decided, or because its purchase is blocked.
    DeadLetter,
}

impl OutcomeKind {
    /// The value of the column `outcome`: `accepted`, `refused` or `dead_letter`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::DeadLetter => "dead_letter",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        match name {
            "refused" => Self::Refused,
            "dead_letter" => Self::DeadLetter,
            _ => Self::Accepted,
        }
    }
}

/// A row of the table `outcomes`, for callers that received no reply.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandOutcome {
    /// As of the last record about it: a dead letter may still become accepted or refused.
    pub kind: OutcomeKind,
    /// The context that answered, such as `claims`.
    pub context: String,
    /// The stream that answered, such as `claims/K`.
    pub stream: String,
    /// The subject of its first event, such as `clm_K-1.2-3`.
    pub subject: String,
    /// The version of the last event that answered it.
    pub version: u64,
    /// The partition of that event, in the events topic of `context`.
    pub partition: i32,
    /// The offset of that event: a read model that includes it shows the result.
    pub offset: i64,
    /// When that event was written.
    pub recorded: Instant,
    /// The keyed hash of the command's content.
    pub mac: String,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
}
