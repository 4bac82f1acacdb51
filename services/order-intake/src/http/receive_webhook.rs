//! `POST /v1/marketplaces/shopify/webhooks`: verified by signature, translated, and answered once
//! it is on the log. Shopify repeats a webhook until it is answered with 200.
//!
//! Anyone can call this route, and a signature can be checked only after the whole body has
//! arrived. So requests whose headers cannot be from Shopify are refused before that, each body has
//! a short time, and a body that is still arriving takes no place from those that have arrived.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use recourse_edge::Problem;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::shopify_settings::{Announced, ShopifySettings, not_verified};
use super::webhook_body::{Bodies, busy};
use crate::feed::is_marketplace;
use crate::feed::shopify::{Webhook, is_about_privacy, translate};
use crate::intake::raw_record::{SHOP, TEST, TOPIC, WEBHOOK_ID};
use crate::intake::{Intake, IntakeError, Origin, Taken};

/// How many webhooks are translated and sent at once; the others wait.
const MAX_CONCURRENT: usize = 32;
/// How long a webhook waits for its turn. Shopify waits five seconds for an answer.
const TURN_WITHIN: Duration = Duration::from_secs(4);

/// The state of the route.
#[derive(Clone)]
struct Shopify {
    intake: Intake,
    settings: Arc<ShopifySettings>,
    bodies: Arc<Bodies>,
    sending: Arc<Semaphore>,
}

impl Shopify {
    fn new(intake: Intake, settings: ShopifySettings) -> Self {
        Self {
            intake,
            settings: Arc::new(settings),
            bodies: Arc::default(),
            sending: Arc::new(Semaphore::new(MAX_CONCURRENT)),
        }
    }
}

pub(super) fn routes(intake: Intake, settings: ShopifySettings) -> Router {
    Router::new()
        .route("/v1/marketplaces/shopify/webhooks", post(answer))
        .with_state(Shopify::new(intake, settings))
}

/// The sender is authenticated by the signature; there is no token.
async fn answer(
    State(shopify): State<Shopify>,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let headers = request.headers().clone();
    let Announced { signature, topic, id, shop, is_test } = shopify.settings.announced(&headers)?;
    let (body, _held) = shopify.bodies.whole(request).await?;
    if !shopify.settings.is_signed_by(shop, &signature, &body) {
        return Err(not_verified());
    }
    if !is_marketplace(shop) || !shopify.settings.knows(shop) {
        return Err(Problem::forbidden("this shop is not one of the accepted shops"));
    }
    let _turn = turn(&shopify.sending, TURN_WITHIN).await?;
    let intake = &shopify.intake;
    let webhook = Webhook { shop, topic, is_test, id };
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
    // A dead letter of such a webhook must not have what is to be erased.
    let kept = if is_about_privacy(topic) { Bytes::new() } else { body };
    let taken = intake.take(read, kept, origin).await.map_err(|error| waits(&error))?;
    Ok((StatusCode::OK, Json(taken)))
}

/// Waits for a place among those that are sent at once.
async fn turn(sending: &Semaphore, within: Duration) -> Result<SemaphorePermit<'_>, Problem> {
    match tokio::time::timeout(within, sending.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(busy()),
    }
}

fn waits(error: &IntakeError) -> Problem {
    tracing::warn!(%error, "webhook not accepted");
    Problem::unavailable("webhook.not_taken", "the webhook cannot be recorded now")
        .instead("Send it again with the same X-Shopify-Webhook-Id.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_webhook_waits_for_its_turn_and_not_longer() {
        let (sending, within) = (Semaphore::new(1), Duration::from_millis(1));
        let first = turn(&sending, within).await.unwrap();
        let busy = turn(&sending, within).await.unwrap_err();
        assert_eq!((busy.status.as_u16(), busy.code.as_ref()), (503, "webhook.busy"));
        assert_eq!(busy.retry_after, Some(1));
        drop(first);
        assert!(turn(&sending, within).await.is_ok());
    }

    #[test]
    fn a_webhook_that_cannot_be_recorded_is_sent_again() {
        let waits = waits(&IntakeError::Ended);
        assert_eq!((waits.status.as_u16(), waits.code.as_ref()), (503, "webhook.not_taken"));
        assert_eq!(waits.retry_after, Some(1));
    }
}
