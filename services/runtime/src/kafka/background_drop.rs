//! Parting with a client without waiting for it.
//!
//! librdkafka ends a client when its last thread has ended, and one that has lost a broker or a partition may never
//! (seen: `rd_kafka_destroy` of a reader that heard nothing). Whoever gives such a client up must not hang with it.

use std::ops::{Deref, DerefMut};

/// Drops it on a thread of its own, which ends when the client does.
pub fn part_with<T: Send + 'static>(client: T) {
    let background_drop = std::thread::Builder::new().name("background_drop".to_owned());
    if let Err(error) = background_drop.spawn(move || drop(client)) {
        tracing::warn!(%error, "no thread to part with a client on; it is dropped here");
    }
}

/// A client in no group, which is parted with when it is dropped. Nobody waits for it to leave.
pub struct BackgroundDrop<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> BackgroundDrop<T> {
    /// Holds it until then.
    pub fn from(client: T) -> Self {
        Self(Some(client))
    }
}

impl<T: Send + 'static> Deref for BackgroundDrop<T> {
    type Target = T;

    #[allow(clippy::expect_used, reason = "it is only taken when this is dropped")]
    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is there until this is dropped")
    }
}

impl<T: Send + 'static> DerefMut for BackgroundDrop<T> {
    #[allow(clippy::expect_used, reason = "it is only taken when this is dropped")]
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is there until this is dropped")
    }
}

impl<T: Send + 'static> Drop for BackgroundDrop<T> {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            part_with(client);
        }
    }
}
