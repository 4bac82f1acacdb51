//! Personal data as deciders see it: sealed bytes, and the person whose key opens them.

use serde::{Deserialize, Serialize};

/// A person's data, encrypted at the edge with that person's own key.
///
/// This is a stable format: it is stored in events. `box` is the cipher's nonce and output in
/// URL-safe base64 without padding. Destroying the person's key makes the data permanently
/// unreadable, while the log still verifies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sealed {
    /// The person whose key opens it: a pseudonym such as `buyer:b-81`.
    pub person: String,
    /// The sealed bytes, base64-encoded.
    #[serde(rename = "box")]
    pub sealed: String,
}
