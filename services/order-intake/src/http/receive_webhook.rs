//! `POST /v1/marketplaces/shopify/webhooks`: verified by signature, translated, and answered once
//! it is on the log. Shopify repeats a webhook until it is answered with 200.
//!
//! Requests whose headers cannot be from Shopify, or that have query parameters, are refused before
//! their body is read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use recourse_edge::{Problem, Query};
use recourse_kernel::is_marketplace;

use super::shopify_settings::{Announced, ShopifySettings, not_verified};
use super::webhook_body::Webhooks;
use crate::feed::shopify::{Webhook, translate};
use crate::intake::raw_record::{SHOP, TEST, TOPIC, WEBHOOK_ID};
use crate::intake::{Intake, Origin, Taken};

/// What the sender should do about an answer that asks for patience.
const AGAIN: &str = "Send it again with the same X-Shopify-Webhook-Id.";

/// The state of the route.
#[derive(Clone)]
struct Shopify {
    intake: Intake,
    settings: Arc<ShopifySettings>,
    webhooks: Webhooks,
}

pub(super) fn routes(intake: Intake, settings: ShopifySettings) -> Router {
    let (settings, webhooks) = (Arc::new(settings), Webhooks::new(AGAIN));
    Router::new().route("/v1/marketplaces/shopify/webhooks", post(answer)).with_state(Shopify {
        intake,
        settings,
        webhooks,
    })
}

/// The sender is authenticated by the signature; there is no token.
async fn answer(
    State(shopify): State<Shopify>,
    Query(()): Query<()>,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let headers = request.headers().clone();
    let Announced { signature, topic, id, shop, is_test } = shopify.settings.announced(&headers)?;
    let (body, _held) = shopify.webhooks.body(request).await?;
    let shop = &shop[..];
    if !shopify.settings.is_signed_by(shop, &signature, &body) {
        return Err(not_verified());
    }
    if !is_marketplace(shop) || !shopify.settings.knows(shop) {
        return Err(Problem::forbidden("this shop is not one of the accepted shops"));
    }
    let _turn = shopify.webhooks.turn().await?;
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
        kept_under: None,
    };
    let taken = intake.take(read, body, origin).await;
    let taken = taken.map_err(|error| shopify.webhooks.not_taken(&error))?;
    Ok((StatusCode::OK, Json(taken)))
}
