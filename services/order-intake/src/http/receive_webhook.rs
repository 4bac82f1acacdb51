//! `POST /v1/marketplaces/shopify/webhooks`: verified by signature, translated, and answered once
//! it is on the log. Shopify repeats a webhook until it is answered with 200.
//!
//! Anyone can call this route, and a signature can be checked only after the whole body has
//! arrived. So requests whose headers cannot be from Shopify are refused before that, and only a
//! few bodies are read at once, each within a short time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use recourse_edge::{Body, Problem};
use tokio::sync::Semaphore;

use super::shopify_settings::{Announced, ShopifySettings, not_verified};
use crate::feed::is_marketplace;
use crate::feed::shopify::{Webhook, translate};
use crate::intake::raw_record::{SHOP, TEST, TOPIC, WEBHOOK_ID};
use crate::intake::{Intake, IntakeError, Origin, Taken};

/// An order with many lines is long; no body that we read is longer.
const MAX_LENGTH: usize = 4 * 1024 * 1024;
/// How many unverified bodies are read at once.
const MAX_CONCURRENT_BODIES: usize = 16;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(5);

/// The state of the route.
#[derive(Clone)]
struct Shopify {
    intake: Intake,
    settings: Arc<ShopifySettings>,
    reading: Arc<Semaphore>,
}

impl Shopify {
    fn new(intake: Intake, settings: ShopifySettings) -> Self {
        let reading = Arc::new(Semaphore::new(MAX_CONCURRENT_BODIES));
        Self { intake, settings: Arc::new(settings), reading }
    }
}

pub(super) fn routes(intake: Intake, settings: ShopifySettings) -> Router {
    Router::new()
        .route("/v1/marketplaces/shopify/webhooks", post(answer))
        .layer(DefaultBodyLimit::max(MAX_LENGTH))
        .with_state(Shopify::new(intake, settings))
}

/// The sender is authenticated by the signature; there is no token.
async fn answer(
    State(shopify): State<Shopify>,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let headers = request.headers().clone();
    let Announced { signature, topic, id, shop, is_test } = shopify.settings.announced(&headers)?;
    let body = whole(&shopify.reading, BODY_WITHIN, request).await?;
    if !shopify.settings.is_signed_by(&signature, &body) {
        return Err(not_verified());
    }
    if !is_marketplace(shop) || !shopify.settings.knows(shop) {
        return Err(Problem::forbidden("this shop is not one of the accepted shops"));
    }
    let intake = &shopify.intake;
    let webhook = Webhook { shop, topic, is_test };
    let read = translate(webhook, &body, intake.shops().of(shop), intake.identities());
    let origin = Origin {
        source: "/recourse/orders/shopify",
        position: format!("shopify/{shop}/{id}"),
        type_name: format!("shopify:{topic}"),
        marketplace: Some(shop.to_owned()),
        traceparent: recourse_runtime::telemetry::current_traceparent(),
        headers: vec![
            (TOPIC.to_owned(), topic.as_bytes().to_vec()),
            (WEBHOOK_ID.to_owned(), id.as_bytes().to_vec()),
            (SHOP.to_owned(), shop.as_bytes().to_vec()),
            (TEST.to_owned(), is_test.to_string().into_bytes()),
        ],
    };
    let taken = intake.take(read, body, origin).await.map_err(|error| waits(&error))?;
    Ok((StatusCode::OK, Json(taken)))
}

/// Reads the whole body, within the limits.
async fn whole(reading: &Semaphore, within: Duration, request: Request) -> Result<Bytes, Problem> {
    let Ok(_permit) = reading.try_acquire() else {
        return Err(Problem::unavailable(
            "webhook.busy",
            "too many webhooks are being read at once",
        )
        .instead("Send it again with the same X-Shopify-Webhook-Id."));
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

fn waits(error: &IntakeError) -> Problem {
    tracing::warn!(%error, "webhook not accepted");
    Problem::unavailable("webhook.not_taken", "the webhook cannot be recorded now")
        .instead("Send it again with the same X-Shopify-Webhook-Id.")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn the_number_of_bodies_read_at_once_is_bounded() {
        let (reading, request) = (Semaphore::new(1), || Request::new("{}".into()));
        assert_eq!(&whole(&reading, BODY_WITHIN, request()).await.unwrap()[..], b"{}");
        let held = reading.try_acquire().unwrap();
        let busy = whole(&reading, BODY_WITHIN, request()).await.unwrap_err();
        assert_eq!((busy.status.as_u16(), busy.code.as_ref()), (503, "webhook.busy"));
        drop(held);
        assert!(whole(&reading, BODY_WITHIN, request()).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_in_time_is_refused() {
        let never = futures::stream::pending::<Result<Bytes, Infallible>>();
        let request = Request::new(axum::body::Body::from_stream(never));
        let within = Duration::from_millis(1);
        let slow = whole(&Semaphore::new(1), within, request).await.unwrap_err();
        assert_eq!((slow.status.as_u16(), slow.code.as_ref()), (408, "webhook.too_slow"));
    }

    #[test]
    fn a_webhook_that_cannot_be_recorded_is_sent_again() {
        let waits = waits(&IntakeError::Ended);
        assert_eq!((waits.status.as_u16(), waits.code.as_ref()), (503, "webhook.not_taken"));
    }
}
