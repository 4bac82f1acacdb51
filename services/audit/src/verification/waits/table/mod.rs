//! The rulebook's table of deadlines, read from plain events: what begins and what ends each row.
//!
//! A row is in force at least between these events; a decider may know more. Where the events of
//! one matter do not say enough, the row ends early, so that the check never reports a sound log.

mod claims;
mod jobs;
mod others;

use recourse_kernel::{Owner, PauseReason, WaitKind};
use serde_json::Value;

/// An event, by its name without `recourse.` and version, and whether its body is meant.
pub type When = (&'static str, fn(&Value) -> bool);

/// A kind of matter: from which events to which it is open.
#[derive(Debug)]
pub struct Life {
    /// The field of the body that names it.
    pub matter: &'static str,
    /// The events that open it.
    pub opens: &'static [When],
    /// The events that close it.
    pub closes: &'static [When],
    /// Whether its own service waits for something all the time. A job does not: while the claim
    /// decides or the settlement is paid, those are the open matters.
    pub is_always_awaited: bool,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// What is awaited.
    pub what: WaitKind,
    /// Who must act.
    pub owner: Who,
    /// The field of the body that names the matter.
    pub matter: &'static str,
    /// The field of the body that distinguishes several rows of a matter; an ending event without
    /// it ends all of them.
    pub number: Option<&'static str>,
    /// The events that begin it.
    pub begins: &'static [When],
    /// The events that end it.
    pub ends: &'static [When],
    /// The reasons for which its clock may be paused.
    pub pauses: &'static [PauseReason],
    /// It does not have to be awaited while one of these is.
    pub without: &'static [WaitKind],
    /// It has to be awaited only while one of these is; empty if always.
    pub with: &'static [WaitKind],
    /// Whether it can begin when the matter is closed.
    pub after_the_end: bool,
}

/// Who must act, as a row's first event says.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// Always the same.
    Is(Owner),
    /// The party that a field names.
    Named(&'static str),
    /// The other one of buyer and provider than a field names.
    NotThe(&'static str),
    /// The events of the matter alone do not say.
    Anyone,
}

/// All rows, by service.
pub const TABLE: [&[Row]; 3] = [others::ROWS, claims::ROWS, jobs::ROWS];

/// Which events open a matter, and which close it.
pub const LIFE: [Life; 6] =
    [others::DISPUTE, others::POLICY, others::SETTLEMENT, claims::CLAIM, jobs::JOB, jobs::SHIPMENT];

/// A row without anything special.
const ROW: Row = Row {
    what: WaitKind::Delivery,
    owner: Who::Anyone,
    matter: "",
    number: None,
    begins: &[],
    ends: &[],
    pauses: &[],
    without: &[],
    with: &[],
    after_the_end: false,
};

/// Any body.
fn any(_: &Value) -> bool {
    true
}
