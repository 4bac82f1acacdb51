//! Transactions: producers with epochs, records and offsets, and the markers that end them.

use std::collections::BTreeSet;

use recourse_runtime::safeguards::Safeguard;
use recourse_runtime::writer::log::{Offsets, TransactError};

use super::{Entry, Stored, Topic, World, Written};
use crate::Ending;

/// A transaction with markers still to write.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    pub(super) name: String,
    /// The request to commit is delayed and may still arrive.
    pub(super) late: bool,
    /// The decision to commit (true) or abort, once made.
    pub(super) ending: Option<bool>,
    touched: BTreeSet<(Topic, i32)>,
    pub(super) offsets: Offsets,
}

impl World {
    /// Writes one record of another service, in its own transaction.
    pub(crate) fn foreign_transaction(
        &mut self,
        topic: Topic,
        partition: i32,
        record: Stored,
        ending: Ending,
    ) {
        let number = self.leave_transaction_open(topic, partition, record);
        match ending {
            Ending::Late => self.is_late(number),
            Ending::Committed | Ending::Aborted => {
                self.decide(number, ending == Ending::Committed);
                self.finish(number);
            }
        }
    }

    /// Writes one record of a foreign writer, in a transaction that is left open. Returns its
    /// number.
    pub(crate) fn leave_transaction_open(
        &mut self,
        topic: Topic,
        partition: i32,
        record: Stored,
    ) -> u64 {
        self.begun += 1;
        let number = self.begun;
        let transaction = Transaction {
            name: format!("foreign writer {number}"),
            late: false,
            ending: None,
            touched: [(topic, partition)].into(),
            offsets: Vec::new(),
        };
        self.transactions.insert(number, transaction);
        if let Some(entries) = self.partition_mut(topic, partition) {
            entries.push(Entry { record: Some(record), call_outcome: Written::Open(number) });
        }
        number
    }

    /// Starts a new producer with this name, which ends what an earlier one left open. Returns its
    /// epoch.
    pub(crate) fn take_name(&mut self, name: &str) -> u64 {
        let left: Vec<u64> = self.numbers_of(|other| other.name == name);
        for number in left {
            self.decide(number, false);
            self.finish(number);
        }
        let epoch = self.names.entry(name.to_owned()).or_default();
        *epoch += 1;
        *epoch
    }

    pub(crate) fn begin(&mut self, name: &str, epoch: u64) -> Result<u64, TransactError> {
        self.check_name(name, epoch)?;
        // The coordinator lets no transaction begin before the previous one's markers are written.
        let left: Vec<u64> = self.numbers_of(|other| other.name == name);
        for number in left {
            self.decide(number, false);
            self.finish(number);
        }
        self.begun += 1;
        let transaction = Transaction {
            name: name.to_owned(),
            late: false,
            ending: None,
            touched: BTreeSet::new(),
            offsets: Vec::new(),
        };
        self.transactions.insert(self.begun, transaction);
        Ok(self.begun)
    }

    fn check_name(&self, name: &str, epoch: u64) -> Result<(), TransactError> {
        if self.names.get(name) == Some(&epoch) {
            return Ok(());
        }
        Err(TransactError::FencedByDuplicate(format!("{name} has a newer producer")))
    }

    /// The transaction, if its producer has not been fenced meanwhile.
    fn open(&mut self, number: u64) -> Result<&mut Transaction, TransactError> {
        let fenced = || TransactError::FencedByDuplicate("the transaction timed out".into());
        let open = self.transactions.get_mut(&number).filter(|open| open.ending.is_none());
        open.ok_or_else(fenced)
    }

    pub(crate) fn produce(
        &mut self,
        number: u64,
        topic: Topic,
        partition: i32,
        record: Stored,
    ) -> Result<i64, TransactError> {
        self.open(number)?.touched.insert((topic, partition));
        let end = self.end(topic, partition);
        if let Some(entries) = self.partition_mut(topic, partition) {
            entries.push(Entry { record: Some(record), call_outcome: Written::Open(number) });
        }
        Ok(end)
    }

    /// Adds the inputs' offsets to the transaction, unless the group has a newer generation
    /// (KIP-447). Kafka's group coordinator compares the generations, so this is where the
    /// safeguard is disabled.
    pub(crate) fn send_offsets(
        &mut self,
        number: u64,
        offsets: &Offsets,
        member: u64,
        generation: u64,
    ) -> Result<(), TransactError> {
        self.open(number)?;
        let is_current =
            self.writers.generation == generation && self.writers.members.contains(&member);
        if !is_current && !self.is_without(Safeguard::GroupFencing) {
            self.decide(number, false);
            self.finish(number);
            return Err(TransactError::FencedByGroup("another generation".to_owned()));
        }
        self.open(number)?.offsets.clone_from(offsets);
        Ok(())
    }

    /// The coordinator decides to commit or abort; the markers are not written yet.
    pub(crate) fn end_transaction(
        &mut self,
        number: u64,
        commit: bool,
    ) -> Result<(), TransactError> {
        self.open(number)?;
        self.decide(number, commit);
        Ok(())
    }

    pub(super) fn decide(&mut self, number: u64, commit: bool) {
        if let Some(open) = self.transactions.get_mut(&number) {
            open.ending.get_or_insert(commit);
        }
    }

    /// Delays the request to commit.
    pub(crate) fn is_late(&mut self, number: u64) {
        if let Some(open) = self.transactions.get_mut(&number) {
            open.late = true;
        }
    }

    /// Writes one marker of a decided transaction; false once there is none left.
    pub(crate) fn write_marker(&mut self, number: u64) -> bool {
        let Some(open) = self.transactions.get_mut(&number) else { return false };
        let Some(commit) = open.ending else { return false };
        let Some((topic, partition)) = open.touched.pop_first() else {
            if let Some(ended) = self.transactions.remove(&number)
                && commit
            {
                let offsets = ended.offsets.into_iter();
                self.committed.extend(
                    offsets.map(|(source, partition, offset)| ((source, partition), offset)),
                );
            }
            return false;
        };
        let call_outcome = if commit { Written::Committed } else { Written::Aborted };
        if let Some(entries) = self.partition_mut(topic, partition) {
            for entry in
                entries.iter_mut().filter(|entry| entry.call_outcome == Written::Open(number))
            {
                entry.call_outcome = call_outcome;
            }
            entries.push(Entry { record: None, call_outcome });
        }
        true
    }

    pub(crate) fn finish(&mut self, number: u64) {
        while self.write_marker(number) {}
    }

    pub(super) fn numbers_of(&self, which: impl Fn(&Transaction) -> bool) -> Vec<u64> {
        self.transactions
            .iter()
            .filter(|(_, open)| which(open))
            .map(|(number, _)| *number)
            .collect()
    }
}
