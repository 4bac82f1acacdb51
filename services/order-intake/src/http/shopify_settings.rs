//! How webhooks from Shopify are verified: the secrets, and the shops that are accepted.

use axum::http::HeaderMap;
use data_encoding::BASE64;
use recourse_edge::Problem;
use recourse_runtime::settings::Settings;
use serde_json::Value;

use super::webhook_body::{MAX_HEADER_LENGTH, SIGNATURE_LENGTH};
use crate::feed::shop::{Secrets, Shops};
use crate::feed::shopify::domain_of;
use crate::intake::raw_record::{SHOP, TEST, TOPIC, WEBHOOK_ID};

const SIGNATURE: &str = "x-shopify-hmac-sha256";

/// `[service] shopify_secret` and `shopify_shops`, and the secrets of `[[service.shops]]`.
#[derive(Clone, Default)]
pub struct ShopifySettings {
    /// The secrets of every shop that has none of its own.
    secrets: Secrets,
    accepted: Option<Vec<String>>,
    shops: Shops,
}

impl ShopifySettings {
    /// Reads the settings; a shop without any secret has every webhook refused.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let secrets = match settings.service.get("shopify_secret") {
            None | Some(Value::Null) => Secrets::default(),
            Some(Value::String(empty)) if empty.is_empty() => Secrets::default(),
            Some(Value::String(secret)) => Secrets::new([secret.clone()])?,
            // The environment passes a secret that consists only of digits as a number.
            Some(Value::Number(number)) => Secrets::new([number.to_string()])?,
            Some(several) => Secrets::read(several)
                .map_err(|error| anyhow::anyhow!("`service.shopify_secret`: {error}"))?,
        };
        let accepted: Vec<String> = match settings.service.get("shopify_shops") {
            None | Some(Value::Null) => Vec::new(),
            Some(shops) => serde_json::from_value(shops.clone()).map_err(|_| {
                anyhow::anyhow!("`service.shopify_shops` must be a list of shop domains")
            })?,
        };
        let accepted: Vec<_> = accepted.iter().map(|shop| domain_of(shop)).collect();
        Ok(Self {
            secrets,
            accepted: Some(accepted).filter(|shops| !shops.is_empty()),
            shops: Shops::read(settings.service.get("shops"))?,
        })
    }

    /// Uses this secret, and accepts any shop.
    pub fn with_secret(secret: &str) -> Self {
        let secrets = Secrets::new([secret.to_owned()]).unwrap_or_default();
        Self { secrets, ..Self::default() }
    }

    /// The shop's own secrets, or those of all shops. Only its own, if it has any: a shop cannot
    /// sign for another one.
    fn secrets_of(&self, shop: &str) -> &Secrets {
        let own = &self.shops.of(shop).secrets;
        if own.is_empty() { &self.secrets } else { own }
    }

    /// Whether one of the shop's secrets signed the body.
    pub(super) fn is_signed_by(&self, shop: &str, signature: &[u8], body: &[u8]) -> bool {
        self.secrets_of(shop).signed(signature, body)
    }

    /// Reads the headers of a webhook, and refuses what cannot be valid whatever its body is.
    pub(super) fn announced<'a>(&self, headers: &'a HeaderMap) -> Result<Announced<'a>, Problem> {
        let signature = text(headers, SIGNATURE).unwrap_or_default().as_bytes();
        let signature = BASE64.decode(signature).unwrap_or_default();
        if signature.len() != SIGNATURE_LENGTH {
            return Err(not_verified());
        }
        let needed = |name: &str| {
            text(headers, name).filter(|value| value.len() <= MAX_HEADER_LENGTH).ok_or_else(|| {
                let detail = format!("the header `{name}` is missing");
                Problem::bad_request("webhook.malformed", detail)
            })
        };
        let (topic, id) = (needed(TOPIC)?, needed(WEBHOOK_ID)?);
        let shop = domain_of(needed(SHOP)?);
        if self.secrets_of(&shop).is_empty() {
            return Err(not_verified());
        }
        let is_test = text(headers, TEST).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Ok(Announced { signature, topic, id, shop, is_test })
    }

    /// Whether the shop is accepted: it is listed, it has secrets of its own, or none is listed.
    pub(super) fn knows(&self, shop: &str) -> bool {
        let is_listed = |shops: &Vec<String>| shops.iter().any(|known| known == shop);
        self.accepted.as_ref().is_none_or(is_listed) || !self.shops.of(shop).secrets.is_empty()
    }
}

/// The headers of a webhook.
#[derive(Debug)]
pub(super) struct Announced<'a> {
    pub(super) signature: Vec<u8>,
    pub(super) topic: &'a str,
    pub(super) id: &'a str,
    /// The shop's domain.
    pub(super) shop: String,
    pub(super) is_test: bool,
}

/// A header of Shopify's, which is sent with or without `X-`.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let short = name.strip_prefix("x-").unwrap_or(name);
    [name, short].into_iter().find_map(|name| {
        let value = headers.get(name)?.to_str().ok()?.trim();
        Some(value).filter(|value| !value.is_empty())
    })
}

/// The same for every reason, so that it says nothing about the secrets.
pub(super) fn not_verified() -> Problem {
    Problem::unauthorized(
        "webhook.not_verified",
        "`X-Shopify-Hmac-Sha256` is not the signature of this body",
    )
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use serde_json::json;
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

    fn read(service: &Value) -> anyhow::Result<ShopifySettings> {
        let mut settings = Settings::default();
        for (name, value) in service.as_object().unwrap() {
            settings.service.insert(name.clone(), value.clone());
        }
        ShopifySettings::of(&settings)
    }

    #[test]
    fn a_webhook_is_verified_by_its_signature_alone() {
        let settings = ShopifySettings::with_secret("hush");
        let signed = signature("hush", b"{}");
        assert!(settings.is_signed_by("s", &signed, b"{}"));
        for (signature, body) in [
            (&signed[..], &b"{ }"[..]),
            (b"", b"{}"),
            (&signed[..signed.len() - 4], b"{}"),
            (&signature("other", b"{}"), b"{}"),
        ] {
            assert!(!settings.is_signed_by("s", signature, body), "{signature:?}");
        }
    }

    #[test]
    fn while_a_secret_rotates_both_are_accepted() {
        let shops = json!([
            {"domain": "a.example", "secrets": ["new-a", "old-a"]},
            {"domain": "b.example"},
        ]);
        let settings = read(&json!({"shopify_secret": ["new", "old"], "shops": shops})).unwrap();
        let signed_by =
            |shop, secret| settings.is_signed_by(shop, &signature(secret, b"{}"), b"{}");
        assert!(signed_by("a.example", "new-a") && signed_by("a.example", "old-a"));
        assert!(signed_by("b.example", "new") && signed_by("c.example", "old"));
        // A shop with secrets of its own has only these, and no other shop has them.
        assert!(!signed_by("a.example", "new") && !signed_by("b.example", "new-a"));
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
    fn headers_are_read_with_and_without_the_x() {
        let settings = ShopifySettings::with_secret("hush");
        let signed = BASE64.encode(&signature("hush", b"{}"));
        let all = [
            ("Shopify-Hmac-SHA256", signed.as_str()),
            ("shopify-topic", "orders/paid"),
            ("SHOPIFY-WEBHOOK-ID", "w"),
            ("X-Shopify-Shop-Domain", "S"),
            ("Shopify-Test", "true"),
        ];
        let headers: HeaderMap = all
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let announced = settings.announced(&headers).unwrap();
        assert_eq!((announced.topic, announced.id, &*announced.shop), ("orders/paid", "w", "s"));
        assert!(announced.is_test);
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
        assert!(ShopifySettings::with_secret("key").is_signed_by("s", &expected, body));
    }

    #[test]
    fn without_a_secret_nothing_is_verified() {
        assert!(!ShopifySettings::default().is_signed_by("s", &signature("", b"{}"), b"{}"));
        assert!(read(&json!({"shopify_secret": ""})).unwrap().secrets.is_empty());
        let digits = read(&json!({"shopify_secret": 81})).unwrap();
        assert!(digits.is_signed_by("s", &signature("81", b"{}"), b"{}"));
    }

    #[test]
    fn invalid_secrets_are_refused_at_the_start_and_never_repeated() {
        for invalid in [
            json!({"shopify_secret": ["hush", ""]}),
            json!({"shopify_secret": {"key": "hush"}}),
            json!({"shops": [{"domain": "a", "secrets": "hush"}]}),
            json!({"shops": [{"domain": "a", "secrets": ["hush", 7]}]}),
        ] {
            let refused = read(&invalid).err().unwrap().to_string();
            assert!(refused.contains("secret") && !refused.contains("hush"), "{refused}");
        }
    }

    #[test]
    fn shops_can_be_named() {
        let shops = json!([{"domain": "c.example", "secrets": ["hush"]}]);
        let settings =
            read(&json!({"shopify_shops": ["https://A.example/"], "shops": shops})).unwrap();
        assert!(settings.knows("a.example") && !settings.knows("b.example"));
        assert!(settings.knows("c.example"), "it has a secret of its own");
    }
}
