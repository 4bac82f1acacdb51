//! Checks of the log, read straight from Kafka from its first record, without any database.
//!
//! Each check is a pure function over records in order; a [`Verifier`] runs all of them in one
//! pass. The tests of every check inject a violation that it has to find.

pub mod answers;
pub mod approval;
pub mod chain;
pub mod folding;
pub mod log;
pub mod money;
pub mod readmodels;
pub mod routing;
pub mod verifier;
pub mod versions;
pub mod visibility;
pub mod waits;

#[cfg(test)]
mod injected;

use std::fmt;

use recourse_kernel::Record;

pub use verifier::{Tally, Verifier};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Every record can be read.
    Reading,
    /// Every stream is one hash chain.
    Chain,
    /// Every stream's versions are 1, 2, 3, … without a gap or a repeat.
    Versions,
    /// Every input is answered once.
    Answers,
    /// Every record has its stream's key, is in its key's partition and on its context's topic.
    Routing,
    /// Every stream folds without an error.
    Folding,
    /// Every settlement owes what its claim approved, every closed one is balanced, and no payment
    /// is made twice.
    Money,
    /// Every open matter has an owner, who must act, and a date; nothing sleeps (T11).
    Waits,
    /// Nothing reacted to a record of an aborted transaction.
    Visibility,
    /// Every read model equals its rebuild from the log.
    ReadModels,
}

impl Check {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Chain => "hash chain",
            Self::Versions => "versions",
            Self::Answers => "answers",
            Self::Routing => "routing",
            Self::Folding => "folding",
            Self::Money => "money",
            Self::Waits => "waits",
            Self::Visibility => "visibility",
            Self::ReadModels => "read models",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub check: Check,
    /// Position `topic/partition/offset`, or a table.
    pub location: String,
    /// What is wrong, as a sentence.
    pub why: String,
}

impl Break {
    /// A violation at a record.
    pub fn at(check: Check, entry: &Entry, why: impl Into<String>) -> Self {
        Self { check, location: entry.location.clone(), why: why.into() }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.check.name(), self.location, self.why)
    }
}

/// One event with its position in Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The context of the topic: `claims`.
    pub context: String,
    pub partition: i32,
    /// `topic/partition/offset`.
    pub location: String,
    pub record: Record,
}
