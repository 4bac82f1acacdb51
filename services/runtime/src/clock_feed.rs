//! The moved clock of development mode: every process follows the topic `recourse.clock.v1`.

use std::time::Duration;

use chrono::DateTime;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, ClockMoved};
use crate::guard::Guard;
use crate::health::Health;
use crate::kafka::Connection;
use crate::kafka::follower::Follower;
use crate::kafka::poll::Polled;
use crate::topics::{Topics, is_genesis};

const PAUSE: Duration = Duration::from_millis(100);
/// The part's name in `/ready` once it has died.
const PART: &str = "clock.feed";

/// A clock that shows the topic's last record: RFC 3339 in UTC, one time per record.
pub async fn follow(
    connection: &Connection,
    topics: &Topics,
    health: &Health,
    shutdown: CancellationToken,
) -> anyhow::Result<Clock> {
    let clock = Clock::moved(DateTime::UNIX_EPOCH);
    let mut config = connection.reader();
    config.set("fetch.wait.max.ms", "50");
    let mut reader = Follower::new(config, &topics.clock(), 0)?;
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let follower = clock.clone();
    let guard = Guard::new(health, PART, &shutdown);
    std::thread::Builder::new().name("clock-feed".to_owned()).spawn(move || {
        let _guard = guard;
        let mut ready = Some(ready);
        while !shutdown.is_cancelled() {
            match reader.poll(PAUSE) {
                Ok(Polled::Record(record)) if is_genesis(&record.headers) => {}
                Ok(Polled::Record(record)) => {
                    let body = record.value.unwrap_or_default();
                    match serde_json::from_slice::<ClockMoved>(&body) {
                        Ok(moved) => follower.move_to(moved.now),
                        Err(error) => {
                            let offset = record.offset;
                            tracing::warn!(offset, %error, "a record of the clock is not readable");
                        }
                    }
                }
                Ok(Polled::End { .. }) => {
                    if let Some(ready) = ready.take() {
                        let _ = ready.send(());
                    }
                }
                Ok(Polled::Nothing) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot read the clock topic; retrying");
                    std::thread::sleep(PAUSE);
                }
            }
        }
    })?;
    is_ready.await?;
    Ok(clock)
}
