//! The events that streams of all services can have. These are stable formats.

use serde::{Deserialize, Serialize};

use crate::Decider;

pub(super) const COMMAND_REFUSED: &str = "command_refused.v1";
pub(super) const INPUT_NOTED: &str = "input_noted.v1";
pub(super) const PURCHASE_BLOCKED: &str = "purchase_blocked.v1";
pub(super) const INPUT_DEAD_LETTERED: &str = "input_dead_lettered.v1";
pub(super) const INPUT_REDRIVEN: &str = "input_redriven.v1";
pub(super) const INPUT_DISCARDED: &str = "input_discarded.v1";
pub(super) const PURCHASE_RELEASED: &str = "purchase_released.v1";

const KINDS: [&str; 7] = [
    COMMAND_REFUSED,
    INPUT_NOTED,
    PURCHASE_BLOCKED,
    INPUT_DEAD_LETTERED,
    INPUT_REDRIVEN,
    INPUT_DISCARDED,
    PURCHASE_RELEASED,
];

/// Records an input that changes nothing in this service.
#[derive(Serialize, Deserialize)]
pub(super) struct InputNoted {
    pub(super) input_type: String,
}

/// An input that was dead-lettered, redriven or discarded, identified by its position.
#[derive(Serialize, Deserialize)]
pub(super) struct DeadLetter {
    pub(super) dead_letter: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) reason: String,
}

impl DeadLetter {
    pub(super) fn new(dead_letter: &str, reason: &str) -> Self {
        Self { dead_letter: dead_letter.to_owned(), reason: reason.to_owned() }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Released {}

/// The kind of one of this service's generic events; none for its own events.
pub(super) fn generic_kind<D: Decider>(type_name: &str) -> Option<&str> {
    let kind = type_name.strip_prefix(D::TYPE_PREFIX)?.strip_prefix('.')?;
    KINDS.contains(&kind).then_some(kind)
}

/// The kind of an event that streams of all services can have, such as `input_noted.v1`; none for
/// other types.
pub fn generic_kind_of(type_name: &str) -> Option<&'static str> {
    KINDS
        .into_iter()
        .find(|kind| type_name.strip_suffix(kind).is_some_and(|prefix| prefix.ends_with('.')))
}
