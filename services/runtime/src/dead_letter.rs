//! The dead letter that is published on `recourse.<context>.dlq.v1` for an input that could not be
//! read or decided.

use recourse_kernel::Notice;
use recourse_kernel::record::{Header, format_time};
use recourse_kernel::{Instant, Sealed, WireError};
use serde::{Deserialize, Serialize};

/// The `ce_type` of a record whose body is a [`DeadLetter`].
pub const DEAD_LETTER: &str = "recourse.dead_letter.v1";

/// Where an input is, and why it could not be read or decided. This is a stable format.
///
/// The input itself stays on its topic, which is kept permanently. A feed's topic belongs to
/// another party, so a sealed copy of its record is kept here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// `topic/partition/offset` of the input; of an imported file, its name and line.
    pub position: String,
    /// The type that the input claims to have.
    pub type_name: String,
    /// The error as a sentence, for the operator.
    pub reason: String,
    /// The reason, for programs, if a feed's fact could not be used: `unknown_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When the service gave up on the input, by the clock of that service.
    pub dead_lettered_at: Instant,
    /// A feed's record, sealed with the key of the day on which it arrived, `feed:2025-03-05`. That
    /// key is destroyed later. `None` if the record's buyer was erased before, or if it is about
    /// personal data or too long to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Sealed>,
}

/// The type of an operator's command to discard an input.
pub const DISCARD: &str = "recourse.input.discard.v1";

/// The body of an operator's command to discard an input: `recourse.input.discard.v1`. This is a
/// stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discard {
    /// The reason; the first 500 characters are kept.
    pub reason: String,
}

impl Discard {
    /// Reads it, and cuts the reason to what is kept.
    pub fn read(body: &[u8]) -> Result<Self, WireError> {
        let read: Self =
            serde_json::from_slice(body).map_err(|error| WireError::malformed(DISCARD, error))?;
        Ok(Self { reason: read.reason.chars().take(500).collect() })
    }
}

impl DeadLetter {
    /// The headers of its record: a CloudEvent about the input's position.
    pub fn headers(&self, context: &str) -> Vec<Header> {
        about(&self.position, "dead-lettered", context, DEAD_LETTER, self.dead_lettered_at)
    }
}

/// The `ce_type` of a record whose body is a [`Resolution`].
pub const DEAD_LETTER_RESOLVED: &str = "recourse.dead_letter.resolved.v1";

/// An operator redrove or discarded a dead letter, and no event says so: it blocked no purchase, or
/// who redrove it and why is to be kept. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// As in [`DeadLetter::position`]; also the record's key.
    pub position: String,
    /// In JSON, `redriven` or `discarded`.
    pub outcome: ResolutionOutcome,
    /// Who did it and why.
    pub reason: String,
    /// By the clock of the machine on which the operator ran `recourse dead-letters`.
    pub resolved_at: Instant,
}

/// What an operator did with a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionOutcome {
    /// It was decided after all.
    Redriven,
    /// It is given up and stays undecided.
    Discarded,
}

impl Resolution {
    /// The headers of its record: a CloudEvent about the input's position.
    pub fn headers(&self, context: &str) -> Vec<Header> {
        about(&self.position, "resolved", context, DEAD_LETTER_RESOLVED, self.resolved_at)
    }
}

fn about(position: &str, what: &str, context: &str, kind: &str, at: Instant) -> Vec<Header> {
    Notice {
        id: &format!("{position}/{what}/{}", format_time(at)),
        source: &format!("/recourse/{context}"),
        type_name: kind,
        subject: position,
        time: at,
    }
    .headers()
}
