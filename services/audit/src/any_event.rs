//! Any event of any service, as its JSON: audit reads them all and depends on none of the services.

use recourse_kernel::{ClaimId, Record, Wire, WireError};
use serde_json::Value;

/// Any event. Its type is the record's.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyEvent(pub Value);

impl Wire for AnyEvent {
    /// Nothing: the record knows its type.
    fn type_name(&self) -> &'static str {
        ""
    }

    fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(&self.0).map_err(|error| WireError::malformed("", error))
    }

    /// A body that is no JSON is taken as nothing: that it is there must be seen too.
    fn decode(_type_name: &str, body: &[u8]) -> Result<Self, WireError> {
        Ok(Self(serde_json::from_slice(body).unwrap_or(Value::Null)))
    }

    fn type_names() -> &'static [&'static str] {
        &[]
    }
}

impl AnyEvent {
    /// A text of the body.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }
}

/// The context of an event's stream: `claims`.
pub fn context(record: &Record) -> &str {
    record.stream.split('/').next().unwrap_or_default()
}

/// The claim that an event is about: named by its body, or in the path of its subject's id.
pub fn claim(event: &AnyEvent, record: &Record) -> Option<ClaimId> {
    event.text("claim").and_then(|id| id.parse().ok()).or_else(|| claim_in(&record.subject))
}

fn claim_in(subject: &str) -> Option<ClaimId> {
    let (prefix, path) = subject.split_once('_')?;
    if !matches!(prefix, "clm" | "job" | "shipment" | "stl" | "payment") {
        return None;
    }
    let mut parts = path.split('-');
    let (key, device, claim) = (parts.next()?, parts.next()?, parts.next()?);
    // Claim 0 of a settlement is none.
    if claim == "0" { None } else { format!("clm_{key}-{device}-{claim}").parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_found_in_the_paths_of_what_belongs_to_it() {
        const K: &str = "0123456789ABCDEFGHJKMNPQRS";
        let claim = Some(format!("clm_{K}-1.2-3"));
        let found = |subject: String| claim_in(&subject).map(|claim| claim.to_string());
        for subject in ["clm_K-1.2-3", "job_K-1.2-3-1", "shp_K-1.2-3-1-4", "pay_K-1.2-3-2"] {
            assert_eq!(found(subject.replace('K', K)), claim, "{subject}");
        }
        for subject in ["stl_K-1.2-0", "pay_K-1.2-0-1", "pol_K-1.2", "dsp_K-1.2-1", "claims/K"] {
            assert_eq!(found(subject.replace('K', K)), None, "{subject}");
        }
    }
}
