//! Personal data as deciders see it: sealed bytes and whose key opens them.

use serde::{Deserialize, Serialize};

/// A person's data, encrypted with a key of that person's own at the edge.
///
/// This is a format: it is stored in events. `box` is URL-safe base 64 without padding of the
/// cipher's nonce and output. Destroying the person's key makes it unreadable for ever, while the
/// log still verifies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose key opens it: a pseudonym such as `buyer:b-81`.
    pub person: String,
    /// The sealed bytes.
    #[serde(rename = "box")]
    pub sealed: String,
}
