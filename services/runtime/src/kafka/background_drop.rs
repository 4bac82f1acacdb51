//! Drops a Kafka client without waiting for it to shut down.
//!
//! librdkafka destroys a client once its last thread has ended, and a client that has lost a broker
//! or a partition may never get there (seen: `rd_kafka_destroy` of a consumer that had stopped
//! fetching). Whatever replaces such a client must not hang with it.

use std::ops::{Deref, DerefMut};

/// Drops `client` on a thread of its own, which ends when the client has shut down.
pub fn part_with<T: Send + 'static>(client: T) {
    let background_drop = std::thread::Builder::new().name("background_drop".to_owned());
    if let Err(error) = background_drop.spawn(move || drop(client)) {
        tracing::warn!(
            %error, "cannot start a thread to drop a client on; dropping it on this thread"
        );
    }
}

/// A client that belongs to no group and is dropped in the background; nothing waits for it to
/// leave.
pub struct BackgroundDrop<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> BackgroundDrop<T> {
    /// Takes over a client, to pass it to [`part_with`] when the result is dropped.
    pub fn from(client: T) -> Self {
        Self(Some(client))
    }
}

impl<T: Send + 'static> Deref for BackgroundDrop<T> {
    type Target = T;

    #[allow(clippy::expect_used, reason = "only `drop` takes it")]
    fn deref(&self) -> &T {
        self.0.as_ref().expect("present until dropped")
    }
}

impl<T: Send + 'static> DerefMut for BackgroundDrop<T> {
    #[allow(clippy::expect_used, reason = "only `drop` takes it")]
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("present until dropped")
    }
}

impl<T: Send + 'static> Drop for BackgroundDrop<T> {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            part_with(client);
        }
    }
}
