//! A record as it arrived, so that it can be read again.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use recourse_kernel::WireError;
use recourse_kernel::record::Header;
use serde::{Deserialize, Serialize};

use super::error::IntakeError;

pub(crate) use crate::feed::shopify::{SHOP, TEST, TOPIC, WEBHOOK_ID};
pub(crate) use crate::feed::woocommerce::{WOO_DELIVERY_ID, WOO_SOURCE, WOO_TOPIC};

/// The header of a record that was imported only as history.
pub(crate) const HISTORY: &str = "recourse-history";

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
