//! Reads the body of a webhook whose sender is not verified yet.
//!
//! A body may take as long as [`WITHIN`], and holds nothing but the bytes that have arrived. The
//! first 64 KiB of every body fit in any case, because the number of requests is limited
//! (`http.concurrency`). What is beyond them comes out of one budget, so that long bodies cannot
//! keep ordinary webhooks out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use bytes::BytesMut;
use futures::StreamExt as _;
use recourse_edge::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// An order with many lines is long; no body that we read is longer.
const MAX_LENGTH: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive.
const WITHIN: Duration = Duration::from_secs(5);
/// How much of each body is outside the budget.
const SHORT: usize = 64 * 1024;
/// The budget for all else, in bytes.
const BUDGET: usize = 64 * 1024 * 1024;

/// Reads bodies within one budget.
pub(super) struct Bodies {
    within: Duration,
    budget: Arc<Semaphore>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(WITHIN, BUDGET)
    }
}

/// The part of the budget that a body holds.
pub(super) type Held = Option<OwnedSemaphorePermit>;

impl Bodies {
    fn new(within: Duration, budget: usize) -> Self {
        Self { within, budget: Arc::new(Semaphore::new(budget)) }
    }

    /// Reads the whole body. It holds its part of the budget until the answer.
    pub(super) async fn whole(&self, request: Request) -> Result<(Bytes, Held), Problem> {
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
        let Ok(more) = u32::try_from(wanted.saturating_sub(has)) else { return Err(busy()) };
        if more == 0 {
            return Ok(());
        }
        let more = Arc::clone(&self.budget).try_acquire_many_owned(more).map_err(|_| busy())?;
        match held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }
}

/// More arrives than can be recorded now.
pub(super) fn busy() -> Problem {
    Problem::unavailable("webhook.busy", "too many webhooks are arriving at once")
        .instead("Send it again with the same X-Shopify-Webhook-Id.")
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

    fn request(length: usize) -> Request {
        Request::new(Body::from(vec![b' '; length]))
    }

    #[tokio::test]
    async fn long_bodies_share_a_budget_and_short_ones_always_fit() {
        let bodies = Bodies::new(WITHIN, 1000);
        let (body, held) = bodies.whole(request(SHORT + 800)).await.unwrap();
        assert_eq!(body.len(), SHORT + 800);
        let refused = bodies.whole(request(SHORT + 800)).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (503, "webhook.busy"));
        assert!(bodies.whole(request(SHORT)).await.is_ok());
        drop(held);
        assert!(bodies.whole(request(SHORT + 800)).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_in_time_is_refused() {
        let never = futures::stream::pending::<Result<Bytes, Infallible>>();
        let bodies = Bodies::new(Duration::from_millis(1), BUDGET);
        let request = Request::new(Body::from_stream(never));
        let slow = bodies.whole(request).await.unwrap_err();
        assert_eq!((slow.status.as_u16(), slow.code.as_ref()), (408, "webhook.too_slow"));
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused() {
        let refused = Bodies::default().whole(request(MAX_LENGTH + 1)).await.unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (413, "body.too_large"));
    }
}
