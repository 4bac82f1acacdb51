//! The epochs in which a process owns partitions. Whatever it reads of a partition in another epoch
//! is a successor's.

use std::collections::HashMap;

use super::StoreError;
use crate::safeguards::{DisabledSafeguards, Safeguard};

/// The epoch of each partition and fold version, as of its take-over.
#[derive(Debug, Default)]
pub struct Epochs {
    ours: HashMap<(i32, u32), i64>,
    without: DisabledSafeguards,
}

impl Epochs {
    /// No partition is taken over yet.
    pub fn new(without: DisabledSafeguards) -> Self {
        Self { ours: HashMap::new(), without }
    }

    /// Notes the epoch of a take-over, against which [`Epochs::check`] compares every later read.
    pub fn taken_over(&mut self, partition: i32, fold_version: u32, epoch: i64) {
        self.ours.insert((partition, fold_version), epoch);
    }

    /// Fails if the partition was taken over by another process since: its states may be newer than
    /// the position known here. One that was never taken over here may be read in any epoch.
    pub fn check(
        &self,
        partition: i32,
        fold_version: u32,
        stored: Option<i64>,
    ) -> Result<(), StoreError> {
        let ours = self.ours.get(&(partition, fold_version)).copied();
        if ours.is_none() || ours == stored || self.without.is_without(Safeguard::StoreGuard) {
            return Ok(());
        }
        Err(StoreError::Superseded { id: 0, partition })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_only_in_the_epoch_of_the_take_over() {
        let mut epochs = Epochs::default();
        assert_eq!(epochs.check(3, 1, Some(7)), Ok(()));
        epochs.taken_over(3, 1, 7);
        assert_eq!(epochs.check(3, 1, Some(7)), Ok(()));
        let superseded = Err(StoreError::Superseded { id: 0, partition: 3 });
        assert_eq!(epochs.check(3, 1, Some(8)), superseded);
        assert_eq!(epochs.check(3, 1, None), superseded);
        assert_eq!(epochs.check(3, 2, Some(8)), Ok(()));
    }
}
