//! Shopify as a shop system.

use super::export::Export;
use super::values::domain_of;
use super::webhook::{Webhook, translate};
use crate::feed::shop::{Received, ShopSystem, Translated};

/// The header with the shop's domain.
pub(crate) const SHOP: &str = "x-shopify-shop-domain";
/// The header with the webhook's topic.
pub(crate) const TOPIC: &str = "x-shopify-topic";
/// The header that says whether a webhook is a test.
pub(crate) const TEST: &str = "x-shopify-test";
/// The header with the webhook's id.
pub(crate) const WEBHOOK_ID: &str = "x-shopify-webhook-id";

/// Shopify.
pub struct Shopify;

impl ShopSystem for Shopify {
    fn name(&self) -> &'static str {
        "shopify"
    }

    fn shop_header(&self) -> &'static str {
        SHOP
    }

    fn topic_header(&self) -> Option<&'static str> {
        Some(TOPIC)
    }

    fn domain_of(&self, header: &str) -> String {
        domain_of(header)
    }

    fn webhook(&self, topic: &str, received: &Received<'_>) -> Translated {
        let Received { shop, header, body, identities, .. } = *received;
        let is_test = header(TEST).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let id = header(WEBHOOK_ID).unwrap_or_default();
        translate(Webhook { shop, topic, is_test, id }, body, received.settings(), identities)
    }

    fn export(&self, received: &Received<'_>) -> Translated {
        let Received { shop, body, shops, identities, .. } = *received;
        Export { shop, shops, identities }.translate(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_has_one_domain_whatever_names_it() {
        for address in ["Demo.myshopify.com", "https://demo.myshopify.com/admin?x=1"] {
            assert_eq!(Shopify.domain_of(address), "demo.myshopify.com", "{address}");
        }
    }
}
