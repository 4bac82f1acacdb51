//! The digest of terms: SHA-256 over their canonical JSON.
//!
//! This is a stable format: every policy refers to its terms by this digest. Canonical JSON has no
//! white space, the keys of every object in ascending byte order, and only whole numbers.

use recourse_kernel::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Terms, TermsLine};

/// A reference to the terms that a policy was sold under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsRef {
    /// The line that it is a version of: `wisetech-repair`.
    pub line: TermsLine,
    /// The version in the line, counted from 1.
    pub version: u32,
    /// The digest of the document, which identifies it uniquely.
    pub digest: Hash,
}

impl Terms {
    /// SHA-256 over the canonical JSON of the document.
    ///
    /// For published documents, [`TermsBook::reference_of`](crate::TermsBook::reference_of) returns
    /// the digest stored in the event without calculating it again.
    pub fn digest(&self) -> Hash {
        // Serialization cannot fail: all keys are strings, and there are no floating-point numbers.
        let value = serde_json::to_value(self).unwrap_or_default();
        Hash::of_bytes(canonical(&value).as_bytes())
    }

    /// A reference to this document. It calculates the digest, so prefer
    /// [`TermsBook::reference_of`](crate::TermsBook::reference_of) for published documents.
    pub fn reference(&self) -> TermsRef {
        TermsRef { line: self.line.clone(), version: self.version, digest: self.digest() }
    }
}

/// Writes canonical JSON. Sorts the keys itself, because the key order of `serde_json` depends on a
/// feature that any other crate in the build can enable.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_bytes());
            text.push('{');
            for (location, (name, value)) in members.into_iter().enumerate() {
                if location > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (location, value) in items.iter().enumerate() {
                if location > 0 {
                    text.push(',');
                }
                write(value, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_is_sorted_at_every_depth() {
        let value: Value =
            serde_json::from_str(r#"{ "b": [ {"z": 1, "a": "\u00e9\""} ], "a": null, "B": true }"#)
                .unwrap();
        assert_eq!(canonical(&value), r#"{"B":true,"a":null,"b":[{"a":"é\"","z":1}]}"#);
    }
}
