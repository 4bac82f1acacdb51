//! Takes in webhooks whose sender is not verified yet, for every endpoint of a shop system.
//!
//! Anyone can call such an endpoint, and a signature can be checked only after the whole body has
//! arrived. A body may take as long as [`WITHIN`], and holds nothing but the bytes that have
//! arrived. The first 64 KiB of every body fit in any case, because the number of requests is
//! limited (`http.concurrency`). What is beyond them comes out of one budget, so that long bodies
//! cannot keep ordinary webhooks out. A body that is still arriving takes no place from those that
//! have arrived.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use bytes::BytesMut;
use futures::StreamExt as _;
use recourse_edge::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::intake::IntakeError;

/// The length of a signature in bytes: that of an HMAC-SHA256.
pub(super) const SIGNATURE_LENGTH: usize = 32;
/// The maximum length of a header that is kept, in bytes.
pub(super) const MAX_HEADER_LENGTH: usize = 256;
/// An order with many lines is long; no body that we read is longer.
const MAX_LENGTH: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive.
const WITHIN: Duration = Duration::from_secs(5);
/// How much of each body is outside the budget.
const SHORT: usize = 64 * 1024;
/// The budget for all else, in bytes.
const BUDGET: usize = 64 * 1024 * 1024;
/// How many webhooks are translated and sent at once; the others wait.
const MAX_CONCURRENT: usize = 32;
/// How long a webhook waits for its turn. Shopify waits five seconds for an answer.
const TURN_WITHIN: Duration = Duration::from_secs(4);

/// The webhooks of one shop system that are arriving. Cheap to clone.
#[derive(Clone)]
pub(super) struct Webhooks {
    within: Duration,
    budget: Arc<Semaphore>,
    sending: Arc<Semaphore>,
    turn_within: Duration,
    /// What the sender should do about a webhook that is not recorded now.
    again: &'static str,
}

/// The part of the budget that a body holds.
pub(super) type Held = Option<OwnedSemaphorePermit>;

impl Webhooks {
    /// `again` says what the sender should do about a webhook that is not recorded now.
    pub(super) fn new(again: &'static str) -> Self {
        Self {
            within: WITHIN,
            budget: Arc::new(Semaphore::new(BUDGET)),
            sending: Arc::new(Semaphore::new(MAX_CONCURRENT)),
            turn_within: TURN_WITHIN,
            again,
        }
    }

    /// Reads the whole body. It holds its part of the budget until the answer.
    pub(super) async fn body(&self, request: Request) -> Result<(Bytes, Held), Problem> {
        match tokio::time::timeout(self.within, self.read(request)).await {
            Ok(read) => read,
            Err(_) => Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "webhook.too_slow",
                format!("the body did not arrive within {} s", self.within.as_secs()),
            )),
        }
    }

    async fn read(&self, request: Request) -> Result<(Bytes, Held), Problem> {
        let mut arriving = request.into_body().into_data_stream();
        let (mut body, mut held) = (BytesMut::new(), None);
        while let Some(chunk) = arriving.next().await {
            let chunk = chunk.map_err(|_| {
                Problem::bad_request("webhook.incomplete", "the body ended before its end")
            })?;
            if body.len() + chunk.len() > MAX_LENGTH {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
            self.hold(body.len().saturating_sub(SHORT), &mut held)?;
        }
        Ok((body.freeze(), held))
    }

    /// Holds so much of the budget.
    fn hold(&self, wanted: usize, held: &mut Held) -> Result<(), Problem> {
        let has = held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Ok(more) = u32::try_from(wanted.saturating_sub(has)) else { return Err(self.busy()) };
        if more == 0 {
            return Ok(());
        }
        let more = Arc::clone(&self.budget).try_acquire_many_owned(more);
        let more = more.map_err(|_| self.busy())?;
        match held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }

    /// Waits for a place among those that are sent at once.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        match tokio::time::timeout(self.turn_within, self.sending.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(self.busy()),
        }
    }

    /// The answer to a webhook that cannot be recorded now.
    pub(super) fn not_taken(&self, error: &IntakeError) -> Problem {
        tracing::warn!(%error, "webhook not accepted");
        Problem::unavailable("webhook.not_taken", "the webhook cannot be recorded now")
            .instead(self.again)
    }

    /// More arrives than can be recorded now.
    fn busy(&self) -> Problem {
        Problem::unavailable("webhook.busy", "too many webhooks are arriving at once")
            .instead(self.again)
    }
}

fn too_long() -> Problem {
    let detail = format!("the body is longer than {MAX_LENGTH} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", detail)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body;

    use super::*;

    fn webhooks() -> Webhooks {
        Webhooks::new("Send it again.")
    }

    fn request(length: usize) -> Request {
        Request::new(Body::from(vec![b' '; length]))
    }

    #[tokio::test]
    async fn long_bodies_share_a_budget_and_short_ones_always_fit() {
        let webhooks = Webhooks { budget: Arc::new(Semaphore::new(1000)), ..webhooks() };
        let (body, held) = webhooks.body(request(SHORT + 800)).await.unwrap();
        assert_eq!(body.len(), SHORT + 800);
        let refused = webhooks.body(request(SHORT + 800)).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (503, "webhook.busy"));
        assert!(webhooks.body(request(SHORT)).await.is_ok());
        drop(held);
        assert!(webhooks.body(request(SHORT + 800)).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_in_time_is_refused() {
        let never = futures::stream::pending::<Result<Bytes, Infallible>>();
        let webhooks = Webhooks { within: Duration::from_millis(1), ..webhooks() };
        let request = Request::new(Body::from_stream(never));
        let slow = webhooks.body(request).await.unwrap_err();
        assert_eq!((slow.status.as_u16(), slow.code.as_ref()), (408, "webhook.too_slow"));
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused() {
        let refused = webhooks().body(request(MAX_LENGTH + 1)).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (413, "body.too_large"));
    }

    #[tokio::test]
    async fn a_webhook_waits_for_its_turn_and_not_longer() {
        let (sending, turn_within) = (Arc::new(Semaphore::new(1)), Duration::from_millis(1));
        let webhooks = Webhooks { sending, turn_within, ..webhooks() };
        let first = webhooks.turn().await.unwrap();
        let busy = webhooks.turn().await.unwrap_err();
        assert_eq!((busy.status.as_u16(), busy.code.as_ref()), (503, "webhook.busy"));
        assert_eq!(busy.retry_after, Some(1));
        drop(first);
        assert!(webhooks.turn().await.is_ok());
    }

    #[test]
    fn a_webhook_that_cannot_be_recorded_is_sent_again() {
        let not_taken = webhooks().not_taken(&IntakeError::Ended);
        assert_eq!(not_taken.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(not_taken.code, "webhook.not_taken");
        assert_eq!(not_taken.retry_after, Some(1));
    }
}
