//! The order key K, and what a string that is no id is called.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
pub(super) const KEY_LENGTH: usize = 26;

/// Crockford's base 32, upper case, without padding.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(ALPHABET);
    #[expect(clippy::expect_used, reason = "a constant alphabet of 32 distinct symbols")]
    specification.encoding().expect("Crockford's alphabet is valid")
});

/// A string that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid id of the form {form}")]
pub struct InvalidId {
    text: String,
    form: &'static str,
}

impl InvalidId {
    /// A longer text is cut where it is quoted: no id is as long.
    const LONGEST_QUOTE: usize = 60;

    pub(super) fn new(text: &str, form: &'static str) -> Self {
        let text = match text.char_indices().nth(Self::LONGEST_QUOTE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        Self { text, form }
    }
}

/// The order key K: a 128-bit hash of (marketplace, order number), as 26 characters of Crockford's
/// base 32.
///
/// It is the Kafka key of every record about a purchase, so a purchase is in the same partition of
/// every topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey([u8; KEY_LENGTH]);

impl OrderKey {
    /// The key of an order, from the hash of the marketplace's name and order number.
    pub(crate) fn from_hash(hash: [u8; 16]) -> Self {
        let mut key = [0; KEY_LENGTH];
        CROCKFORD.encode_mut(&hash, &mut key);
        Self(key)
    }

    /// Upper case, without a prefix: `WD3YT8B7PZJCNBKJJ8ZYR0QTJ0`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl AsRef<str> for OrderKey {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrderKey {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId::new(text, "K (26 characters of Crockford's base 32)");
        let key: [u8; KEY_LENGTH] = text.as_bytes().try_into().map_err(|_| invalid())?;
        if key.iter().all(|c| ALPHABET.as_bytes().contains(c)) {
            Ok(Self(key))
        } else {
            Err(invalid())
        }
    }
}

impl Serialize for OrderKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for OrderKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
