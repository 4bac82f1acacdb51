//! What became of an import.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::intake::{Prepared, Taken};

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the facts.
    pub taken: Taken,
    /// The records that were dead-lettered, by reason.
    pub unused: BTreeMap<String, Unused>,
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
    /// Adds the reasons of what was dead-lettered.
    pub(super) fn note(&mut self, prepared: &[Prepared]) {
        for one in prepared {
            let Prepared::DeadLetter(letter) = one else { continue };
            let unused = self.unused.entry(letter.reason.clone()).or_insert_with(|| Unused {
                code: letter.code.clone().unwrap_or_default(),
                records: 0,
                first: letter.position.clone(),
            });
            unused.records += 1;
        }
    }
}
