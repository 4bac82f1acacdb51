//! Any event of any service, as JSON. Audit reads all of them without depending on any service.

use recourse_kernel::{ClaimId, Record, Wire, WireError};
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

/// The claim that an event concerns: named in its body, or contained in its subject's id.
pub fn claim(event: &AnyEvent, record: &Record) -> Option<ClaimId> {
    event.text("claim").and_then(|id| id.parse().ok()).or_else(|| claim_in(&record.subject))
}

fn claim_in(subject: &str) -> Option<ClaimId> {
    let (prefix, path) = subject.split_once('_')?;
    if !matches!(prefix, "clm" | "job" | "shp" | "stl" | "pay") {
        return None;
    }
    let mut parts = path.split('-');
    let (key, device, claim) = (parts.next()?, parts.next()?, parts.next()?);
    // A settlement without a claim has claim number 0.
    if claim == "0" { None } else { format!("clm_{key}-{device}-{claim}").parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_found_in_the_ids_that_contain_it() {
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
