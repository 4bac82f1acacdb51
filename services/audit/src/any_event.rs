//! Any event of any service, as JSON: timelines show events of types that they do not know.

use recourse_kernel::ids::claim_in;
use recourse_kernel::{ClaimId, Record, Wire, WireError};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// The JSON body of an event. The type name is in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyEvent(pub Value);

impl Wire for AnyEvent {
    /// Always empty: the type name is in the record.
    fn type_name(&self) -> &'static str {
        ""
    }

    fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(&self.0).map_err(|error| WireError::malformed("", error))
    }

    /// A body that is not JSON decodes as null, so that the event still appears in the timeline.
    fn decode(_type_name: &str, body: &[u8]) -> Result<Self, WireError> {
        Ok(Self(serde_json::from_slice(body).unwrap_or(Value::Null)))
    }

    fn read<'de, D: Deserializer<'de>>(_type_name: &str, body: D) -> Result<Self, D::Error> {
        Value::deserialize(body).map(Self)
    }

    fn type_names() -> &'static [&'static str] {
        &[]
    }
}

impl AnyEvent {
    /// A string field of the body.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }
}

/// The context of an event's stream, such as `claims`.
pub fn context(record: &Record) -> &str {
    record.stream.split('/').next().unwrap_or_default()
}

/// The claim that an event concerns: as its record says, named in its body, or contained in its
/// subject's id.
pub fn claim(event: &AnyEvent, record: &Record) -> Option<ClaimId> {
    let recorded = record.claim.as_deref().and_then(|id| id.parse().ok());
    let named = || event.text("claim").and_then(|id| id.parse().ok());
    recorded.or_else(named).or_else(|| claim_in(&record.subject))
}
