//! Notices what other processes write to the service's own topic while this writer runs.

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::folding::fold_event;
use super::log::Log;
use super::reading::purchase_of;
use super::{Writer, WriterError};
use crate::store::Store;
use crate::topics::is_genesis;

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Reads the offsets between the events written here, so that a foreign writer's record is
    /// noticed while the writer runs, and before a position after it is stored.
    pub(super) fn read_gaps(&mut self) -> Result<(), WriterError> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        for partition in partitions {
            let Some(owned) = self.owned.get_mut(&partition) else { continue };
            let Some(&(_, last)) = owned.between.last() else { continue };
            // Nothing after a foreign writer's open transaction can be read yet; do not wait for
            // it.
            if self.log.stable_end(partition)? < last {
                continue;
            }
            let between = std::mem::take(&mut owned.between);
            let Some((from, _)) = between.first() else { continue };
            let mut found = Vec::new();
            self.log.restore(&[(partition, *from, last)], &mut |event| {
                if between.iter().any(|(from, to)| (*from..*to).contains(&event.offset)) {
                    found.push(event);
                }
                Ok(())
            })?;
            found.retain(|event| !is_genesis(&event.headers));
            let head = owned.head.clone();
            for event in found {
                if let Ok(key) = purchase_of(&event, self.partitions) {
                    owned.cache.load::<D, S>(&mut self.store, [key])?;
                }
                fold_event::<D>(owned, event, self.partitions);
            }
            owned.head = head;
        }
        Ok(())
    }
}
