//! Destroys the keys whose time has come: those of the days whose dead letters expire, and those of
//! buyers whose erasure was recorded but not carried out, because a process ended in between or a
//! backup of the keys was restored.

use std::time::Duration;

use recourse_kernel::Instant;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{Intake, IntakeError};
use crate::queries;

const INTERVAL: Duration = Duration::from_mins(10);

/// Starts the loop; it ends with the process.
pub(crate) fn start(intake: Intake, pool: PgPool, shutdown: CancellationToken) {
    tokio::spawn(async move {
        loop {
            match intake.forget(&pool, intake.parts.clock.now()).await {
                Ok(0) => {}
                Ok(keys) => tracing::info!(keys, "keys of personal data destroyed"),
                Err(error) => tracing::warn!(%error, "keys of personal data are not destroyed yet"),
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    });
}

impl Intake {
    /// Destroys every key whose time has come, and returns how many. `pool` is that of the read
    /// model.
    pub async fn forget(&self, pool: &PgPool, now: Instant) -> Result<u64, IntakeError> {
        let mut people = self.parts.retention.expired(now);
        let erased = queries::erased_buyers(pool).await?;
        people.extend(erased.into_iter().map(|buyer| format!("buyer:{buyer}")));
        Ok(self.parts.sealer.erase_existing(&people).await?)
    }
}
