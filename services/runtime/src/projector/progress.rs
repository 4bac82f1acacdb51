//! How far this process's read model has been projected, for callers that read their own writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// How far each partition of each context has been projected. Clones are cheap and share state.
///
/// [`Progress::advance`] and [`Progress::reached`] use the *next* offset to read, so commit markers
/// count; [`Progress::wait`] takes the offset of a record.
#[derive(Clone, Default)]
pub struct Progress(Arc<Mutex<Positions>>);

type Positions = HashMap<(String, i32), watch::Sender<i64>>;

impl Progress {
    /// Starts at offset zero everywhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that everything of this partition before `offset` is projected. Never goes back.
    pub fn advance(&self, context: &str, partition: i32, offset: i64) {
        self.with(context, partition, |sender| {
            sender.send_if_modified(|reached| {
                let further = offset > *reached;
                *reached = offset.max(*reached);
                further
            });
        });
    }

    /// The next offset to project; 0 before the first [`Progress::advance`].
    pub fn reached(&self, context: &str, partition: i32) -> i64 {
        self.with(context, partition, |sender| *sender.borrow())
    }

    /// Waits until the record at `offset` has been projected; false if it was not in time.
    pub async fn wait(&self, context: &str, partition: i32, offset: i64, within: Duration) -> bool {
        let mut receiver = self.with(context, partition, watch::Sender::subscribe);
        if *receiver.borrow() > offset {
            return true;
        }
        let reached = receiver.wait_for(|reached| *reached > offset);
        matches!(tokio::time::timeout(within, reached).await, Ok(Ok(_)))
    }

    fn with<R>(
        &self,
        context: &str,
        partition: i32,
        act: impl FnOnce(&watch::Sender<i64>) -> R,
    ) -> R {
        let mut partitions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(partitions
            .entry((context.to_owned(), partition))
            .or_insert_with(|| watch::Sender::new(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AN_INSTANT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_waiter_is_woken_once_the_position_has_passed_the_record() {
        let progress = Progress::new();
        let waiter = tokio::spawn({
            let progress = progress.clone();
            async move { progress.wait("claims", 7, 41, Duration::from_secs(5)).await }
        });
        progress.advance("claims", 7, 41);
        assert!(!progress.wait("claims", 7, 41, AN_INSTANT).await, "41 itself is not read yet");
        progress.advance("claims", 7, 42);
        assert!(waiter.await.unwrap());
    }

    #[tokio::test]
    async fn a_position_never_goes_back() {
        let progress = Progress::new();
        progress.advance("claims", 0, 10);
        progress.advance("claims", 0, 3);
        assert_eq!(progress.reached("claims", 0), 10);
        assert_eq!(progress.reached("jobs", 0), 0);
    }
}
