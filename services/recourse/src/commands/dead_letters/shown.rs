//! One dead letter in detail, for people and for machines.

use std::fmt;

use recourse_kernel::Instant;
use recourse_runtime::kafka::poll::Fetched;
use serde_json::{Map, Value, json};

/// A dead letter, as `show` prints it.
pub(super) struct Shown {
    pub(super) position: String,
    pub(super) service: &'static str,
    pub(super) state: &'static str,
    pub(super) type_name: String,
    pub(super) since: Instant,
    pub(super) reason: String,
    /// What to do about it, or who resolved it.
    pub(super) to_do: String,
    /// The record as it was received, unless it is a feed's, which may hold personal data.
    pub(super) original: Option<Fetched>,
}

impl Shown {
    pub(super) fn json(&self) -> Value {
        let mut shown = json!({
            "position": self.position,
            "service": self.service,
            "state": self.state,
            "type": self.type_name,
            "since": self.since,
            "reason": self.reason,
            "to_do": self.to_do,
        });
        if let Some(original) = &self.original {
            let headers = original.headers.iter();
            let headers: Map<String, Value> =
                headers.map(|(name, value)| (name.clone(), json!(text(value)))).collect();
            shown["headers"] = Value::Object(headers);
            shown["body"] = body(original).unwrap_or_else(|text| json!(text));
        }
        shown
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "position   {}\nservice    {}", self.position, self.service)?;
        writeln!(f, "state      {}\ntype       {}", self.state, self.type_name)?;
        writeln!(f, "since      {}\nreason     {}", self.since, self.reason)?;
        write!(f, "to do      {}", self.to_do)?;
        let Some(original) = &self.original else {
            return f.write_str(
                "\nbody       sealed: the record is a feed's and may hold personal data",
            );
        };
        for (name, value) in &original.headers {
            write!(f, "\n{name}: {}", text(value))?;
        }
        match body(original) {
            Ok(body) => write!(f, "\n\n{body:#}"),
            Err(text) => write!(f, "\n\n{text}"),
        }
    }
}

/// The body as JSON, or else as a text.
fn body(original: &Fetched) -> Result<Value, String> {
    let body = original.value.as_deref().unwrap_or_default();
    serde_json::from_slice(body).map_err(|_| text(body))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
