//! `POST /v1/marketplaces/woocommerce/webhooks`: verified by signature, translated, and answered
//! once it is on the log.
//!
//! Each shop signs with its own secret, so only shops that `[[service.shops]]` lists with `secrets`
//! are accepted. WooCommerce does not repeat a webhook that was not accepted, and
//! disables it after five in a row: import the orders of that time.
//!
//! When a webhook is created, WooCommerce sends a form with its number, unsigned and without any
//! header of a webhook. It is answered with 200, without effect.

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use data_encoding::BASE64;
use recourse_edge::{Problem, Query};
use recourse_kernel::{Hash, is_marketplace};

use super::webhook_body::{MAX_HEADER_LENGTH, SIGNATURE_LENGTH, Webhooks};
use crate::feed::shop::{ShopSettings, Shops, domain_of};
use crate::feed::woocommerce::{Webhook, translate};
use crate::intake::raw_record::{WOO_DELIVERY_ID, WOO_SOURCE, WOO_TOPIC};
use crate::intake::{Intake, Origin, Taken};

const SIGNATURE: &str = "x-wc-webhook-signature";
/// The longest form with a webhook's number, in bytes.
const MAX_PING: usize = 64;
/// How many hexadecimal digits of a body's digest are in its position.
const DIGEST: usize = 12;
/// What the shop should do about an answer that asks for patience.
const AGAIN: &str = "Import the orders that changed meanwhile: `recourse import orders`.";

/// The state of the route.
#[derive(Clone)]
struct WooCommerce {
    intake: Intake,
    webhooks: Webhooks,
}

pub(super) fn routes(intake: Intake) -> Router {
    Router::new()
        .route("/v1/marketplaces/woocommerce/webhooks", post(answer))
        .with_state(WooCommerce { intake, webhooks: Webhooks::new(AGAIN) })
}

/// The sender is authenticated by the signature; there is no token.
async fn answer(
    State(woocommerce): State<WooCommerce>,
    Query(()): Query<()>,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let headers = request.headers().clone();
    if may_be_a_ping(&headers) {
        let (body, _held) = woocommerce.webhooks.body(request).await?;
        return if is_ping(&body) {
            Ok((StatusCode::OK, Json(Taken::default())))
        } else {
            Err(not_verified())
        };
    }
    let intake = &woocommerce.intake;
    let Announced { signature, topic, delivery, shop, settings } =
        announced(&headers, intake.shops())?;
    let (body, _held) = woocommerce.webhooks.body(request).await?;
    if !settings.secrets.signed(&signature, &body) {
        return Err(not_verified());
    }
    let _turn = woocommerce.webhooks.turn().await?;
    let read = translate(Webhook { shop: &shop, topic }, &body, settings, intake.identities());
    let origin = Origin {
        source: "/recourse/orders/woocommerce",
        position: position(&shop, delivery, &body),
        type_name: format!("woocommerce:{topic}"),
        marketplace: Some(shop.clone()),
        traceparent: recourse_runtime::telemetry::current_traceparent(),
        headers: vec![
            (WOO_TOPIC.to_owned(), topic.as_bytes().to_vec()),
            (WOO_DELIVERY_ID.to_owned(), delivery.as_bytes().to_vec()),
            (WOO_SOURCE.to_owned(), shop.clone().into_bytes()),
        ],
        kept_under: None,
    };
    let taken = intake.take(read, body, origin).await;
    let taken = taken.map_err(|error| woocommerce.webhooks.not_taken(&error))?;
    Ok((StatusCode::OK, Json(taken)))
}

/// The position of a webhook in dead letters. Its delivery id is made of the webhook's number and
/// the second, so two orders can share one; the digest of the body distinguishes them.
fn position(shop: &str, delivery: &str, body: &[u8]) -> String {
    let digest = Hash::of_bytes(body).to_string();
    format!("woocommerce/{shop}/{delivery}/{}", &digest[..DIGEST])
}

/// The headers of a webhook, and the shop that they name.
struct Announced<'a> {
    signature: Vec<u8>,
    topic: &'a str,
    delivery: &'a str,
    shop: String,
    settings: &'a ShopSettings,
}

/// Reads the headers of a webhook, and refuses what cannot be valid whatever its body is.
fn announced<'a>(headers: &'a HeaderMap, shops: &'a Shops) -> Result<Announced<'a>, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = text(SIGNATURE).unwrap_or_default().trim().as_bytes();
    let signature = BASE64.decode(signature).unwrap_or_default();
    let shop = domain_of(text(WOO_SOURCE).unwrap_or_default());
    let settings = shops.of(&shop);
    // A shop without a secret is answered like one with a wrong signature.
    let may_be_signed = signature.len() == SIGNATURE_LENGTH && !settings.secrets.is_empty();
    if !may_be_signed || !is_marketplace(&shop) {
        return Err(not_verified());
    }
    let needed = |name: &str| {
        let fits = |value: &&str| (1..=MAX_HEADER_LENGTH).contains(&value.len());
        text(name).filter(fits).ok_or_else(|| {
            let detail = format!("the header `{name}` is missing");
            Problem::bad_request("webhook.malformed", detail)
        })
    };
    let (topic, delivery) = (needed(WOO_TOPIC)?, needed(WOO_DELIVERY_ID)?);
    Ok(Announced { signature, topic, delivery, shop, settings })
}

/// Whether the headers are those of the form that WooCommerce sends when a webhook is created.
fn may_be_a_ping(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_form = text(CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    is_form
        && length.is_some_and(|length| length <= MAX_PING)
        && !headers.contains_key(WOO_TOPIC)
        && !headers.contains_key(SIGNATURE)
}

fn is_ping(body: &[u8]) -> bool {
    let number = body.strip_prefix(b"webhook_id=").unwrap_or_default();
    !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

fn not_verified() -> Problem {
    Problem::unauthorized(
        "webhook.not_verified",
        "`X-WC-Webhook-Signature` is not the signature of this body, or the shop has no `secrets`",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shops() -> Shops {
        Shops::read(Some(&json!([
            {"domain": "example.com", "secrets": ["new", "old"]},
            {"domain": "none.example"},
        ])))
        .unwrap()
    }

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn of_a_webhook(source: &str) -> HeaderMap {
        headers(&[
            (SIGNATURE, &BASE64.encode(&[7; SIGNATURE_LENGTH])),
            (WOO_SOURCE, source),
            (WOO_TOPIC, "order.updated"),
            (WOO_DELIVERY_ID, "d-1"),
        ])
    }

    #[test]
    fn each_shop_has_its_own_secret_and_a_shop_without_one_is_refused() {
        let shops = shops();
        let headers = of_a_webhook("https://Example.com/");
        let announced = announced(&headers, &shops).ok().unwrap();
        assert_eq!(announced.shop, "example.com");
        assert_eq!(announced.settings.domain, "example.com");
        for source in ["https://none.example/", "https://new.example", ""] {
            let headers = of_a_webhook(source);
            let refused = super::announced(&headers, &shops).err().unwrap();
            assert_eq!(refused.code.as_ref(), "webhook.not_verified", "{source}");
        }
    }

    #[test]
    fn a_request_with_invalid_headers_is_refused_before_its_body_is_read() {
        let (shops, good) = (shops(), of_a_webhook("https://example.com/"));
        for missing in [WOO_TOPIC, WOO_DELIVERY_ID] {
            let mut headers = good.clone();
            headers.remove(missing);
            let refused = announced(&headers, &shops).err().unwrap();
            assert_eq!(refused.code.as_ref(), "webhook.malformed", "{missing}");
        }
        for unsigned in ["", "AAAA", "not base 64!"] {
            let mut headers = good.clone();
            headers.insert(SIGNATURE, unsigned.parse().unwrap());
            let refused = announced(&headers, &shops).err().unwrap();
            assert_eq!(refused.code.as_ref(), "webhook.not_verified", "{unsigned}");
        }
    }

    #[test]
    fn the_form_that_is_sent_on_creation_is_recognised() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let ping = headers(&[form, ("content-length", "13")]);
        assert!(may_be_a_ping(&ping));
        assert!(is_ping(b"webhook_id=42"));
        assert!(!is_ping(b"webhook_id=") && !is_ping(b"webhook_id=4&x=1") && !is_ping(b"{}"));
        assert!(!may_be_a_ping(&headers(&[form, ("content-length", "65")])), "too long");
        assert!(!may_be_a_ping(&headers(&[form])), "of unknown length");
        assert!(!may_be_a_ping(&of_a_webhook("https://example.com/")));
    }

    #[test]
    fn two_orders_of_one_second_have_two_positions() {
        let at = |body: &[u8]| position("example.com", "d-1", body);
        assert_eq!(at(b"1"), at(b"1"));
        assert_ne!(at(b"1"), at(b"2"));
    }
}
