//! The bodies of webhooks.
//!
//! Anyone can call the routes of webhooks, and a signature can be checked only after the whole body
//! has arrived. So only a few bodies are read at once for each shop system, each within a short
//! time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use hmac::{Hmac, KeyInit, Mac};
use recourse_edge::{Body, Problem};
use sha2::Sha256;
use tokio::sync::Semaphore;

use crate::intake::IntakeError;

/// An order with many lines is long; no body that we read is longer.
pub(super) const MAX_LENGTH: usize = 4 * 1024 * 1024;
/// The length of a signature in bytes.
pub(super) const SIGNATURE_LENGTH: usize = 32;
/// How many unverified bodies are read at once.
const MAX_CONCURRENT_BODIES: usize = 16;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(5);

/// Whether the signature, an HMAC-SHA256, belongs to the body. Compared in constant time.
pub(super) fn is_signed(secret: &[u8], signature: &[u8], body: &[u8]) -> bool {
    let Ok(mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) else {
        return false;
    };
    mac.chain_update(body).verify_slice(signature).is_ok()
}

/// The bodies that are being read. Cheap to clone.
#[derive(Clone)]
pub(super) struct WebhookBodies {
    reading: Arc<Semaphore>,
    /// What the sender should do if a webhook is not accepted now.
    again: &'static str,
}

impl WebhookBodies {
    pub(super) fn new(again: &'static str) -> Self {
        Self { reading: Arc::new(Semaphore::new(MAX_CONCURRENT_BODIES)), again }
    }

    /// Reads the whole body, within the limits.
    pub(super) async fn whole(&self, request: Request) -> Result<Bytes, Problem> {
        self.within(BODY_WITHIN, request).await
    }

    async fn within(&self, within: Duration, request: Request) -> Result<Bytes, Problem> {
        let Ok(_permit) = self.reading.try_acquire() else {
            return Err(Problem::unavailable(
                "webhook.busy",
                "too many webhooks are being read at once",
            )
            .instead(self.again));
        };
        match tokio::time::timeout(within, Body::from_request(request, &())).await {
            Ok(read) => read.map(|Body(bytes)| bytes),
            Err(_) => Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "webhook.too_slow",
                format!("the body did not arrive within {} s", within.as_secs()),
            )),
        }
    }

    /// The answer to a webhook that cannot be recorded now.
    pub(super) fn waits(&self, error: &IntakeError) -> Problem {
        tracing::warn!(%error, "webhook not accepted");
        Problem::unavailable("webhook.not_taken", "the webhook cannot be recorded now")
            .instead(self.again)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn the_number_of_bodies_read_at_once_is_bounded() {
        let bodies = WebhookBodies { reading: Arc::new(Semaphore::new(1)), again: "Repeat it." };
        let request = || Request::new("{}".into());
        assert_eq!(&bodies.whole(request()).await.unwrap()[..], b"{}");
        let held = bodies.reading.try_acquire().unwrap();
        let busy = bodies.whole(request()).await.unwrap_err();
        assert_eq!((busy.status.as_u16(), busy.code.as_ref()), (503, "webhook.busy"));
        drop(held);
        assert!(bodies.whole(request()).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_in_time_is_refused() {
        let never = futures::stream::pending::<Result<Bytes, Infallible>>();
        let request = Request::new(axum::body::Body::from_stream(never));
        let bodies = WebhookBodies::new("Repeat it.");
        let slow = bodies.within(Duration::from_millis(1), request).await.unwrap_err();
        assert_eq!((slow.status.as_u16(), slow.code.as_ref()), (408, "webhook.too_slow"));
    }

    #[test]
    fn a_webhook_that_cannot_be_recorded_is_sent_again() {
        let waits = WebhookBodies::new("Repeat it.").waits(&IntakeError::Ended);
        assert_eq!((waits.status.as_u16(), waits.code.as_ref()), (503, "webhook.not_taken"));
    }
}
