//! How the body of a shop system is parsed.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::unusable::Unusable;

/// Parses a body that must be one JSON value without duplicate keys. U+0000, which buyers paste
/// into notes and nothing can store, is dropped.
pub(crate) fn whole(body: &[u8]) -> Result<Value, Unusable> {
    let body = &without_nul(body)[..];
    recourse_kernel::json::check(body).map_err(|error| Unusable::shape(&error))?;
    serde_json::from_slice(body).map_err(|error| Unusable::shape(&error))
}

/// The body without the escapes of U+0000.
fn without_nul(body: &[u8]) -> Cow<'_, [u8]> {
    const NUL: &[u8] = b"\\u0000";
    if !body.windows(NUL.len()).any(|part| part == NUL) {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&first, after)) = rest.split_first() {
        if rest.starts_with(NUL) {
            rest = &rest[NUL.len()..];
        } else if let (b'\\', Some((&escaped, after))) = (first, after.split_first()) {
            // The second of two backslashes begins no escape.
            clean.extend([first, escaped]);
            rest = after;
        } else {
            clean.push(first);
            rest = after;
        }
    }
    Cow::Owned(clean)
}

pub(super) fn parse<T: DeserializeOwned>(body: &Value) -> Result<T, Unusable> {
    T::deserialize(body).map_err(|error| Unusable::shape(&error))
}
