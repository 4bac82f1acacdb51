//! A record as it arrived, so that it can be read again.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use recourse_kernel::WireError;
use recourse_kernel::record::Header;
use serde::{Deserialize, Serialize};

use super::error::IntakeError;

/// The header with the shop's domain.
pub(crate) const SHOP: &str = "x-shopify-shop-domain";
/// The header with the webhook's topic.
pub(crate) const TOPIC: &str = "x-shopify-topic";
/// The header that says whether a webhook is a test.
pub(crate) const TEST: &str = "x-shopify-test";
/// The header with the webhook's id.
pub(crate) const WEBHOOK_ID: &str = "x-shopify-webhook-id";
/// The header of a record that was imported only as history.
pub(crate) const HISTORY: &str = "recourse-history";
/// The header with the address of a WooCommerce shop.
pub(crate) const WOO_SOURCE: &str = "x-wc-webhook-source";
/// The header with the topic of a webhook from WooCommerce.
pub(crate) const WOO_TOPIC: &str = "x-wc-webhook-topic";
/// The header with the id of a delivery of a webhook from WooCommerce.
pub(crate) const WOO_DELIVERY_ID: &str = "x-wc-webhook-delivery-id";

/// A record as received, with its headers. This is a stable format: it is stored, sealed, on the
/// dead-letter topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRecord {
    /// Its headers; those that are not text are left out.
    pub headers: BTreeMap<String, String>,
    /// Its body, in base 64.
    body: String,
}

impl RawRecord {
    pub(super) fn new(headers: &[Header], body: &[u8]) -> Self {
        let text = |(name, value): &Header| {
            String::from_utf8(value.clone()).ok().map(|value| (name.clone(), value))
        };
        Self { headers: headers.iter().filter_map(text).collect(), body: BASE64.encode(body) }
    }

    pub(super) fn encoded(&self) -> Result<Vec<u8>, IntakeError> {
        let bytes = serde_json::to_vec(self);
        Ok(bytes.map_err(|error| WireError::malformed("raw record", error))?)
    }

    /// Decodes a record that was sealed.
    pub fn decoded(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The body, decoded from base 64.
    pub fn body(&self) -> Option<Vec<u8>> {
        BASE64.decode(self.body.as_bytes()).ok()
    }
}
