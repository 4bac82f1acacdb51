//! A hint from a writer to the edge that sent the command, on `recourse.replies.v1`.
//!
//! It is sent outside the transaction and may be lost; the projected outcome of the command has the
//! same content. This format is shared by processes of different releases: fields are only ever
//! added.

use recourse_kernel::Notice;
use recourse_kernel::record::Header;
use recourse_kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

/// The `ce_type` of a record whose body is a [`Reply`].
pub const REPLY: &str = "recourse.reply.v1";

/// The outcome of a command. The record's key is the command id; its value is this struct as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The command that this answers; also the record's key.
    pub command_id: String,
    /// The keyed hash of the command that this answers. Two commands may share an id, and only one
    /// of them came first.
    pub mac: String,
    /// In JSON `accepted`, `refused`, `conflict` or `blocked`.
    pub kind: ReplyKind,
    /// The subject of its first event, such as `clm_K-1.2-3`. Empty if there is none.
    #[serde(default)]
    pub subject: String,
    /// The version of the last event it caused; 0 if there is none.
    #[serde(default)]
    pub version: u64,
    /// The position of that event, as `context/partition/offset`. Absent if the command was
    /// answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Error code, rules and sentence, if `kind` is [`ReplyKind::Refused`].
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

/// How a command can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// Events were written, now or when the command first arrived.
    Accepted,
    /// It was refused, and the refusal is recorded as an event.
    Refused,
    /// Its id was already used for a different command.
    Conflict,
    /// Its purchase is blocked: the command is dead-lettered until someone resolves it.
    Blocked,
}

impl ReplyKind {
    /// The name used in replies and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Blocked => "blocked",
        }
    }
}
