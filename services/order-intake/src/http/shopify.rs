//! `POST /v1/marketplaces/shopify/webhooks`: believed by its signature, taken in, answered once it is on the
//! log. Shopify sends a webhook again until it is answered with 200.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use recourse_runtime::edge::{Body, Problem};
use recourse_runtime::settings::Settings;
use serde_json::Value;
use sha2::Sha256;

use crate::feed::is_marketplace;
use crate::feed::shopify::{Webhook, translate};
use crate::intake::again::{SHOP, TOPIC, WEBHOOK_ID};
use crate::intake::{Intake, IntakeError, Origin, Taken};

/// An order of many lines is long; nothing that we read is longer.
const LONGEST: usize = 4 * 1024 * 1024;

/// `[service] shopify_secret` and `shopify_shops`.
#[derive(Clone, Default)]
pub struct ShopifySettings {
    secret: Option<String>,
    shops: Option<Vec<String>>,
}

impl ShopifySettings {
    /// What the settings say; without a secret no webhook is believed.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let secret = match settings.service.get("shopify_secret") {
            None | Some(Value::Null) => None,
            Some(Value::String(secret)) => Some(secret.clone()).filter(|it| !it.is_empty()),
            // The environment gives a secret of digits alone as a number.
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => anyhow::bail!("`service.shopify_secret` is a text"),
        };
        let shops = match settings.service.get("shopify_shops") {
            None | Some(Value::Null) => None,
            Some(shops) => Some(serde_json::from_value(shops.clone()).map_err(|_| {
                anyhow::anyhow!("`service.shopify_shops` is a list of the shops' domains")
            })?),
        };
        Ok(Self { secret, shops: shops.filter(|shops: &Vec<String>| !shops.is_empty()) })
    }

    /// With this secret, for any shop.
    pub fn with_secret(secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), shops: None }
    }

    /// Whether the signature, in base 64, is that of the body. Compared in constant time.
    fn believes(&self, signature: &str, body: &[u8]) -> bool {
        let Some(secret) = &self.secret else { return false };
        let Ok(mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        let Ok(signature) = BASE64.decode(signature.trim().as_bytes()) else { return false };
        mac.chain_update(body).verify_slice(&signature).is_ok()
    }

    fn knows(&self, shop: &str) -> bool {
        self.shops.as_ref().is_none_or(|shops| shops.iter().any(|known| known == shop))
    }
}

/// What the route needs.
#[derive(Clone)]
pub(super) struct Shopify {
    intake: Intake,
    settings: Arc<ShopifySettings>,
}

impl Shopify {
    pub(super) fn new(intake: Intake, settings: ShopifySettings) -> Self {
        Self { intake, settings: Arc::new(settings) }
    }
}

pub(super) fn routes(shopify: Shopify) -> Router {
    Router::new()
        .route("/v1/marketplaces/shopify/webhooks", post(webhook))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(shopify)
}

/// Who it is from is what the signature says: there is no token.
async fn webhook(
    State(shopify): State<Shopify>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = text("x-shopify-hmac-sha256").unwrap_or_default();
    if !shopify.settings.believes(signature, &body) {
        return Err(Problem::unauthorized(
            "webhook.not_believed",
            "`X-Shopify-Hmac-Sha256` is not the signature of this body",
        ));
    }
    let needed = |name: &str| {
        let value = text(name).filter(|value| !value.is_empty() && value.len() <= 256);
        value.ok_or_else(|| {
            Problem::bad_request("webhook.malformed", format!("the header `{name}` is missing"))
        })
    };
    let (topic, id) = (needed(TOPIC)?, needed(WEBHOOK_ID)?);
    let shop = needed(SHOP)?;
    if !is_marketplace(shop) || !shopify.settings.knows(shop) {
        return Err(Problem::forbidden("this shop is not one of those that are known here"));
    }
    let intake = &shopify.intake;
    let read = translate(Webhook { shop, topic, id: Some(id) }, &body, intake.pseudonyms());
    let read = match read {
        Ok(facts) => facts.into_iter().map(Ok).collect(),
        Err(unusable) => vec![Err(unusable)],
    };
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
        ],
    };
    let taken = intake.take(read, body, origin).await.map_err(|error| waits(&error))?;
    Ok((StatusCode::OK, Json(taken)))
}

fn waits(error: &IntakeError) -> Problem {
    tracing::warn!(%error, "a webhook is not taken in");
    Problem::unavailable("webhook.not_taken", "the webhook cannot be recorded now")
        .instead("send it again with the same X-Shopify-Webhook-Id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(secret: &str, body: &[u8]) -> String {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
        BASE64.encode(&mac.chain_update(body).finalize().into_bytes())
    }

    #[test]
    fn a_webhook_is_believed_by_its_signature_alone() {
        let settings = ShopifySettings::with_secret("hush");
        let signed = signature("hush", b"{}");
        assert!(settings.believes(&signed, b"{}"));
        for (signature, body) in [
            (signed.as_str(), &b"{ }"[..]),
            ("", b"{}"),
            ("AAAA", b"{}"),
            ("not base 64!", b"{}"),
            (&signed[..signed.len() - 4], b"{}"),
            (&signature("other", b"{}"), b"{}"),
        ] {
            assert!(!settings.believes(signature, body), "{signature}");
        }
    }

    #[test]
    fn the_signature_of_a_known_body_is_the_one_that_is_documented_everywhere() {
        let expected = "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=";
        let body = b"The quick brown fox jumps over the lazy dog";
        assert!(ShopifySettings::with_secret("key").believes(expected, body));
    }

    #[test]
    fn without_a_secret_nothing_is_believed() {
        assert!(!ShopifySettings::default().believes(&signature("", b"{}"), b"{}"));
        let mut settings = Settings::default();
        settings.service.insert("shopify_secret".to_owned(), Value::from(""));
        assert!(ShopifySettings::of(&settings).unwrap().secret.is_none());
        settings.service.insert("shopify_secret".to_owned(), Value::from(81));
        assert_eq!(ShopifySettings::of(&settings).unwrap().secret.as_deref(), Some("81"));
    }

    #[test]
    fn shops_can_be_named() {
        let mut settings = Settings::default();
        settings.service.insert("shopify_shops".to_owned(), Value::from(vec!["a.example"]));
        let settings = ShopifySettings::of(&settings).unwrap();
        assert!(settings.knows("a.example") && !settings.knows("b.example"));
    }
}
