//! How webhooks from Shopify are verified: the secret, and the shops that are accepted.

use axum::http::HeaderMap;
use data_encoding::BASE64;
use recourse_edge::Problem;
use recourse_runtime::settings::Settings;
use serde_json::Value;

use super::webhook_bodies::{SIGNATURE_LENGTH, is_signed};
use crate::intake::raw_record::{SHOP, TEST, TOPIC, WEBHOOK_ID};

const SIGNATURE: &str = "x-shopify-hmac-sha256";

/// `[service] shopify_secret` and `shopify_shops`.
#[derive(Clone, Default)]
pub struct ShopifySettings {
    secret: Option<String>,
    shops: Option<Vec<String>>,
}

impl ShopifySettings {
    /// Reads the settings; without a secret every webhook is refused.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let secret = match settings.service.get("shopify_secret") {
            None | Some(Value::Null) => None,
            Some(Value::String(secret)) => Some(secret.clone()).filter(|it| !it.is_empty()),
            // The environment passes a secret that consists only of digits as a number.
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => anyhow::bail!("`service.shopify_secret` must be a string"),
        };
        let shops = match settings.service.get("shopify_shops") {
            None | Some(Value::Null) => None,
            Some(shops) => Some(serde_json::from_value(shops.clone()).map_err(|_| {
                anyhow::anyhow!("`service.shopify_shops` must be a list of shop domains")
            })?),
        };
        Ok(Self { secret, shops: shops.filter(|shops: &Vec<String>| !shops.is_empty()) })
    }

    /// Uses this secret, and accepts any shop.
    pub fn with_secret(secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), shops: None }
    }

    /// Whether the signature belongs to the body. Compared in constant time.
    pub(super) fn is_signed_by(&self, signature: &[u8], body: &[u8]) -> bool {
        self.secret.as_ref().is_some_and(|secret| is_signed(secret.as_bytes(), signature, body))
    }

    /// Reads the headers of a webhook, and refuses what cannot be valid whatever its body is.
    pub(super) fn announced<'a>(&self, headers: &'a HeaderMap) -> Result<Announced<'a>, Problem> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = text(SIGNATURE).unwrap_or_default().trim().as_bytes();
        let signature = BASE64.decode(signature).unwrap_or_default();
        if self.secret.is_none() || signature.len() != SIGNATURE_LENGTH {
            return Err(not_verified());
        }
        let needed = |name: &str| {
            let value = text(name).filter(|value| !value.is_empty() && value.len() <= 256);
            value.ok_or_else(|| {
                let detail = format!("the header `{name}` is missing");
                Problem::bad_request("webhook.malformed", detail)
            })
        };
        let (topic, id, shop) = (needed(TOPIC)?, needed(WEBHOOK_ID)?, needed(SHOP)?);
        let is_test = text(TEST).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Ok(Announced { signature, topic, id, shop, is_test })
    }

    pub(super) fn knows(&self, shop: &str) -> bool {
        self.shops.as_ref().is_none_or(|shops| shops.iter().any(|known| known == shop))
    }
}

/// The headers of a webhook.
pub(super) struct Announced<'a> {
    pub(super) signature: Vec<u8>,
    pub(super) topic: &'a str,
    pub(super) id: &'a str,
    pub(super) shop: &'a str,
    pub(super) is_test: bool,
}

pub(super) fn not_verified() -> Problem {
    Problem::unauthorized(
        "webhook.not_verified",
        "`X-Shopify-Hmac-Sha256` is not the signature of this body",
    )
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    fn signature(secret: &str, body: &[u8]) -> Vec<u8> {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
        mac.chain_update(body).finalize().into_bytes().to_vec()
    }

    fn headers(signature: &str) -> HeaderMap {
        let all = [(SIGNATURE, signature), (TOPIC, "orders/paid"), (WEBHOOK_ID, "w"), (SHOP, "s")];
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_webhook_is_verified_by_its_signature_alone() {
        let settings = ShopifySettings::with_secret("hush");
        let signed = signature("hush", b"{}");
        assert!(settings.is_signed_by(&signed, b"{}"));
        for (signature, body) in [
            (&signed[..], &b"{ }"[..]),
            (b"", b"{}"),
            (&signed[..signed.len() - 4], b"{}"),
            (&signature("other", b"{}"), b"{}"),
        ] {
            assert!(!settings.is_signed_by(signature, body), "{signature:?}");
        }
    }

    #[test]
    fn a_request_with_invalid_headers_is_refused_before_its_body_is_read() {
        let settings = ShopifySettings::with_secret("hush");
        let signed = BASE64.encode(&signature("hush", b"{}"));
        let refused = |settings: &ShopifySettings, headers: &HeaderMap| {
            settings.announced(headers).err().map(|problem| problem.code.into_owned())
        };
        assert_eq!(refused(&settings, &headers(&signed)), None);
        for unsigned in ["", "AAAA", "not base 64!", &signed[..signed.len() - 4]] {
            let reported = refused(&settings, &headers(unsigned));
            assert_eq!(reported.as_deref(), Some("webhook.not_verified"), "{unsigned}");
        }
        let reported = refused(&ShopifySettings::default(), &headers(&signed));
        assert_eq!(reported.as_deref(), Some("webhook.not_verified"), "without a secret");
        for missing in [TOPIC, WEBHOOK_ID, SHOP] {
            let mut headers = headers(&signed);
            headers.remove(missing);
            let reported = refused(&settings, &headers);
            assert_eq!(reported.as_deref(), Some("webhook.malformed"), "{missing}");
        }
    }

    #[test]
    fn a_header_says_whether_a_webhook_is_a_test() {
        let settings = ShopifySettings::with_secret("hush");
        let mut headers = headers(&BASE64.encode(&signature("hush", b"{}")));
        assert!(!settings.announced(&headers).unwrap().is_test);
        for (value, is_test) in [("true", true), ("True", true), ("false", false)] {
            headers.insert(TEST, value.parse().unwrap());
            assert_eq!(settings.announced(&headers).unwrap().is_test, is_test, "{value}");
        }
    }

    #[test]
    fn the_signature_matches_the_well_known_hmac_example() {
        let expected = BASE64.decode(b"97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=").unwrap();
        let body = b"The quick brown fox jumps over the lazy dog";
        assert!(ShopifySettings::with_secret("key").is_signed_by(&expected, body));
    }

    #[test]
    fn without_a_secret_nothing_is_verified() {
        assert!(!ShopifySettings::default().is_signed_by(&signature("", b"{}"), b"{}"));
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
