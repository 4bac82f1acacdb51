//! A parked fact, read again after whatever was wrong has been mended.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use recourse_kernel::record::Header;
use serde::{Deserialize, Serialize};

use recourse_runtime::dead_letter::DeadLetter;

use super::{Intake, IntakeError, Origin, Taken};
use crate::feed::{Fact, Unusable, native, shopify};

/// The header that names a shop.
pub const SHOP: &str = "x-shopify-shop-domain";
/// The header that says what a webhook is about.
pub const TOPIC: &str = "x-shopify-topic";
/// The header that makes a webhook recognisable.
pub const WEBHOOK_ID: &str = "x-shopify-webhook-id";

/// A record as it came, headers and all. This is a format: it stands, sealed, on the parked topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRecord {
    /// Its headers; those that are no text are left out.
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
        Ok(bytes.map_err(|error| recourse_kernel::WireError::malformed("raw record", error))?)
    }

    /// Reads what was sealed.
    pub fn decoded(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The body's bytes.
    pub fn body(&self) -> Option<Vec<u8>> {
        BASE64.decode(self.body.as_bytes()).ok()
    }
}

impl Intake {
    /// Reads a parked fact again, and takes it in as if it had come now; what still cannot be used is parked
    /// again.
    pub async fn again(&self, dead_letter: &DeadLetter) -> Result<Taken, IntakeError> {
        let sealed = dead_letter.record.as_ref().ok_or(IntakeError::NotReadable)?;
        let opened = self.parts.sealer.open(sealed).await?;
        let raw = RawRecord::decoded(&opened).ok_or(IntakeError::NotReadable)?;
        let body = raw.body().ok_or(IntakeError::NotReadable)?;
        let origin = Origin {
            source: "/recourse/orders/dead_letter",
            position: dead_letter.position.clone(),
            type_name: dead_letter.type_name.clone(),
            marketplace: sealed.person.strip_prefix("feed:").map(str::to_owned),
            traceparent: None,
            headers: raw.headers.iter().map(|(k, v)| (k.clone(), v.clone().into_bytes())).collect(),
        };
        let facts = self.read(&raw, &origin.headers, &body);
        self.take(facts, body.into(), origin).await
    }

    fn read(
        &self,
        raw: &RawRecord,
        headers: &[Header],
        body: &[u8],
    ) -> Vec<Result<Fact, Unusable>> {
        let text = |name: &str| raw.headers.get(name).map(String::as_str);
        let Some(shop) = text(SHOP) else {
            return vec![native::translate(headers, body, self.identities())];
        };
        let Some(topic) = text(TOPIC) else {
            return shopify::exported_bytes(shop, body, self.identities());
        };
        let webhook = shopify::Webhook { shop, topic, id: text(WEBHOOK_ID) };
        match shopify::translate(webhook, body, self.identities()) {
            Ok(facts) => facts.into_iter().map(Ok).collect(),
            Err(unusable) => vec![Err(unusable)],
        }
    }
}
