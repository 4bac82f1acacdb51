//! WooCommerce as a shop system.

use super::export::Export;
use super::webhook::{Webhook, translate};
use crate::feed::shop::{Received, ShopSystem, Translated};

/// The header with the address of a shop.
pub(crate) const WOO_SOURCE: &str = "x-wc-webhook-source";
/// The header with the topic of a webhook.
pub(crate) const WOO_TOPIC: &str = "x-wc-webhook-topic";
/// The header with the id of a webhook's delivery.
pub(crate) const WOO_DELIVERY_ID: &str = "x-wc-webhook-delivery-id";

/// WooCommerce.
pub struct WooCommerce;

impl ShopSystem for WooCommerce {
    fn name(&self) -> &'static str {
        "woocommerce"
    }

    fn shop_header(&self) -> &'static str {
        WOO_SOURCE
    }

    fn topic_header(&self) -> Option<&'static str> {
        Some(WOO_TOPIC)
    }

    fn webhook(&self, topic: &str, received: &Received<'_>) -> Translated {
        let Received { shop, body, identities, .. } = *received;
        translate(Webhook { shop, topic }, body, received.settings(), identities)
    }

    fn export(&self, received: &Received<'_>) -> Translated {
        let Received { shop, body, shops, identities, .. } = *received;
        Export { shop, shops, identities }.translate(body)
    }
}
