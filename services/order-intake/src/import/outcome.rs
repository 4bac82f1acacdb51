//! What became of an import.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::files::UnreadFile;
use crate::intake::{Prepared, Taken};

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the facts.
    pub taken: Taken,
    /// The records that were dead-lettered, by reason.
    pub unused: BTreeMap<String, Unused>,
    /// Why records were ignored that were understood, and how many.
    pub ignored: BTreeMap<&'static str, u64>,
    /// The files that could not be read, or not to their end.
    pub not_read: Vec<UnreadFile>,
    /// Where it stopped, if it was stopped.
    pub stopped_at: Option<Reached>,
}

/// The dead-lettered records with one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// A code for machines.
    pub code: String,
    /// How many records.
    pub records: u64,
    /// The position of the first of them.
    pub first: String,
}

/// How far an import got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The file that was being read.
    pub file: PathBuf,
    /// The number of the last record in it that is on the log; 0 if none is.
    pub record: u64,
}

impl Outcome {
    /// Whether everything was read and used.
    pub fn is_complete(&self) -> bool {
        self.taken.dead_letter == 0 && self.not_read.is_empty() && self.stopped_at.is_none()
    }

    /// Adds the reasons of what was dead-lettered or ignored.
    pub(super) fn note(&mut self, prepared: &[Prepared]) {
        for one in prepared {
            let letter = match one {
                Prepared::Command(_) => continue,
                Prepared::Ignored(why) => {
                    *self.ignored.entry(why).or_default() += 1;
                    continue;
                }
                Prepared::DeadLetter(letter) => letter,
            };
            let unused = self.unused.entry(letter.reason.clone()).or_insert_with(|| Unused {
                code: letter.code.clone().unwrap_or_default(),
                records: 0,
                first: letter.position.clone(),
            });
            unused.records += 1;
        }
    }
}
