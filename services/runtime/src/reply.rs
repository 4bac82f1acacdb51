//! A hint from a writer to the edge that asked, on `recourse.replies.v1`.
//!
//! It goes outside the transaction and may be lost; the projected outcome of the command says the same.
//! This is a format between processes of possibly different releases: fields are only ever added.

use recourse_kernel::record::{Header, Notice};
use recourse_kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

/// The type of a reply's record.
pub const REPLY: &str = "recourse.reply.v1";

/// What became of a command. The record's key is the command's id, its value this as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The command's id.
    pub command_id: String,
    /// The keyed hash of the command that this answers: two commands may share an id, and only one of
    /// them was the first.
    pub mac: String,
    /// What became of it.
    pub kind: ReplyKind,
    /// What its first event was about: `clm_K-1.2-3`. Empty where there is none.
    #[serde(default)]
    pub subject: String,
    /// The version of the last event that answered it; 0 where there is none.
    #[serde(default)]
    pub version: u64,
    /// Where that event is, as `context/partition/offset`; unknown when it was answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Reply {
    /// The record's headers: a CloudEvent of the service that answers.
    pub fn headers(&self, context: &str, now: Instant) -> Vec<Header> {
        Notice {
            id: &format!("{}/{}", self.command_id, self.kind.name()),
            source: &format!("/recourse/{context}"),
            type_name: REPLY,
            subject: &self.subject,
            time: now,
        }
        .headers()
    }
}

/// What can become of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// Events were written, now or when it first came.
    Accepted,
    /// It was refused, and an event says so.
    Refused,
    /// Its id was used before for something else.
    Conflict,
    /// Its purchase is held: it waits, parked, for a person.
    Blocked,
}

impl ReplyKind {
    /// The kind's name in replies and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Blocked => "blocked",
        }
    }
}
