//! Every open matter has an owner, who must act, and a date; nothing sleeps (T11).
//!
//! What the events alone say ([`Plain`], with the table of deadlines in [`table`]) is compared with
//! what the deciders of the services say they wait for ([`Waiting`]). Neither knows the other, so
//! that a row which is missing in one of them is found.

pub mod plain;
pub mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use recourse_kernel::{Instant, Matter, PauseReason, Wait, WaitKind};
use serde_json::Value;

pub use plain::Plain;
use table::TABLE;

/// What one stream waits for, as its service's decider says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The matters that are open.
    pub open: Vec<Matter>,
    /// Everything that is awaited.
    pub waits: Vec<Wait>,
}

/// Every violation in one stream, as sentences. `now` is the last time that all deadlines of the
/// stream should have been handled.
pub fn violations(plain: &Plain, waiting: &Waiting, now: Instant) -> Vec<String> {
    let checks = [
        forgotten(plain, waiting),
        unowned(waiting),
        undated(waiting),
        unfired(waiting, now),
        unrecorded(plain, waiting),
        wrongly_paused(plain, waiting),
        missing(plain, waiting),
    ];
    checks.into_iter().flatten().collect()
}

/// Matters that are open by their events, but not for their service.
pub fn forgotten(plain: &Plain, waiting: &Waiting) -> Vec<String> {
    let open: BTreeSet<String> = waiting.open.iter().map(ToString::to_string).collect();
    let forgotten = plain.open().filter(|matter| !open.contains(*matter));
    forgotten.map(|matter| format!("{matter} is open, but its service has forgotten it")).collect()
}

/// Whether a wait is one of this matter: its own, or that of a job's shipment.
pub fn is_of(wait: &Wait, matter: Matter) -> bool {
    match (wait.matter, matter) {
        (Matter::Shipment(shipment), Matter::Job(job)) => shipment.job() == job,
        (own, matter) => own == matter,
    }
}

/// Open matters that wait for nothing.
pub fn unowned(waiting: &Waiting) -> Vec<String> {
    let sleeps = |matter: &&Matter| !waiting.waits.iter().any(|wait| is_of(wait, **matter));
    let sleeping = waiting.open.iter().filter(sleeps);
    sleeping.map(|matter| format!("{matter} is open, but waits for nothing: it sleeps")).collect()
}

/// Waits without a date that are not paused either.
pub fn undated(waiting: &Waiting) -> Vec<String> {
    let undated = |wait: &&Wait| wait.until.is_none() && wait.paused.is_none();
    let undated = waiting.waits.iter().filter(undated);
    undated.map(|wait| format!("{} has neither a date nor a pause", name(wait))).collect()
}

/// Waits whose reminder or deadline has passed without an event.
pub fn unfired(waiting: &Waiting, now: Instant) -> Vec<String> {
    let due = |wait: &Wait| wait.next().filter(|next| *next <= now);
    let unfired = waiting.waits.iter().filter_map(|wait| Some((wait, due(wait)?)));
    unfired
        .map(|(wait, due)| format!("{} was due at {due}: nothing happened", name(wait)))
        .collect()
}

/// Waits that are late, without an event that says so.
pub fn unrecorded(plain: &Plain, waiting: &Waiting) -> Vec<String> {
    let is_unrecorded =
        |wait: &&Wait| wait.is_late && !plain.is_recorded(&wait.matter.to_string(), wait.what);
    let late = waiting.waits.iter().filter(is_unrecorded);
    late.map(|wait| format!("{} is late, which no event records", name(wait))).collect()
}

/// Clocks that are paused for a reason that the table does not know for them, or that has not begun
/// or has ended.
pub fn wrongly_paused(plain: &Plain, waiting: &Waiting) -> Vec<String> {
    let mut found = Vec::new();
    for wait in &waiting.waits {
        let Some(reason) = wait.paused else { continue };
        let mut rows = TABLE.iter().flat_map(|rows| *rows).filter(|row| row.what == wait.what);
        let is_known = rows.any(|row| row.pauses.contains(&reason));
        let begins = TABLE_OF_PAUSES.iter().find(|(pause, _)| *pause == reason);
        let is_of_a_claim = matches!(wait.matter, Matter::Claim(_));
        let has_begun = begins
            .filter(|_| is_of_a_claim)
            .is_none_or(|(_, what)| plain.has_begun(&wait.matter.to_string(), *what));
        if !is_known || !has_begun {
            found.push(format!(
                "{} is paused for {}, which nothing explains",
                name(wait),
                word(reason)
            ));
        }
    }
    found
}

/// What has to be awaited while a clock of the same claim is paused for a reason. The other reasons
/// depend on events of more than one matter.
const TABLE_OF_PAUSES: [(PauseReason, WaitKind); 2] =
    [(PauseReason::Answer, WaitKind::QuestionAnswer), (PauseReason::Dispute, WaitKind::DisputeEnd)];

/// Rows of the table that have begun and not ended, but are not among the waits, or have another
/// owner there.
pub fn missing(plain: &Plain, waiting: &Waiting) -> Vec<String> {
    let mut found = Vec::new();
    for begun in plain.begun() {
        let same = |wait: &&Wait| {
            wait.what == begun.what
                && begun.number.is_none_or(|number| wait.number == number)
                && wait.matter.to_string() == begun.matter
        };
        let mut waits = waiting.waits.iter().filter(same).peekable();
        let what = word(begun.what);
        if waits.peek().is_none() {
            found.push(format!("{} does not wait for {what}, begun at {}", begun.matter, begun.at));
        } else if let Some(owner) = begun.owner
            && waits.all(|wait| wait.owner != owner)
        {
            let owner = word(owner);
            found.push(format!("{} waits for {what}, but not of the {owner}", begun.matter));
        }
    }
    found
}

/// A wait in a sentence.
fn name(wait: &Wait) -> String {
    format!("{} of {} (by the {})", word(wait.what), wait.matter, word(wait.owner))
}

/// The name of a kind, an owner or a reason in events.
pub(crate) fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        other => format!("{other:?}"),
    }
}
