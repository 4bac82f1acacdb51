//! Checks over the log as it stands in Kafka, from its first record: nothing in between, no database.
//!
//! Each check is a pure function over records as they come; a [`Verifier`] runs all of them in one pass. Every
//! check is proven by a planted break in its own tests.

pub mod answers;
pub mod approval;
pub mod chain;
pub mod folding;
pub mod log;
pub mod money;
pub mod readmodels;
pub mod routing;
pub mod timeline;
pub mod verifier;
pub mod versions;
pub mod visibility;

#[cfg(test)]
mod injected;

use std::fmt;

use recourse_kernel::Record;

pub use verifier::{Tally, Verifier};

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Every record can be read.
    Reading,
    /// Every stream is one hash chain.
    Chain,
    /// Every stream counts 1, 2, 3, … without a gap or a repeat.
    Versions,
    /// Every input is answered once.
    Answers,
    /// Every record stands under its key, in its key's partition, on its context's topic.
    Routing,
    /// Every stream folds without an error.
    Folding,
    /// Every settlement owes what its claim approved, every closed one is balanced, and no leg is paid twice.
    Money,
    /// Nothing of an aborted transaction was acted upon.
    Visibility,
    /// Every read model equals its rebuild from the log.
    ReadModels,
}

impl Check {
    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Chain => "hash chain",
            Self::Versions => "versions",
            Self::Answers => "answers",
            Self::Routing => "routing",
            Self::Folding => "folding",
            Self::Money => "money",
            Self::Visibility => "visibility",
            Self::ReadModels => "read models",
        }
    }
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Which check found it.
    pub check: Check,
    /// Where: `topic/partition/offset`, or a table.
    pub place: String,
    /// What is wrong, as a sentence.
    pub why: String,
}

impl Break {
    /// A break at a record.
    pub fn at(check: Check, entry: &Entry, why: impl Into<String>) -> Self {
        Self { check, place: entry.place.clone(), why: why.into() }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.check.name(), self.place, self.why)
    }
}

/// One event as it stands in Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The context of the topic: `claims`.
    pub context: String,
    /// The partition.
    pub partition: i32,
    /// `topic/partition/offset`.
    pub place: String,
    /// The record.
    pub record: Record,
}
