//! The terms that a case names.

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Terms by the name of their document, changed or unchanged.
#[derive(Debug, Clone)]
pub enum TermsNamed {
    /// Bundled terms, unchanged: `wisetech-repair-1`.
    Shipped(String),
    /// Changed for this case, under their own line and provider.
    Changed(TermsChanged),
}

/// Bundled terms, changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsChanged {
    /// The bundled document.
    pub from: String,
    /// The changes: a merge patch (RFC 7396) of the document.
    pub change: Map<String, Value>,
}

impl<'de> Deserialize<'de> for TermsNamed {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TermsVisitor)
    }
}

struct TermsVisitor;

impl<'de> Visitor<'de> for TermsVisitor {
    type Value = TermsNamed;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bundled terms, such as `wisetech-repair-1`, or `from` and `change`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<TermsNamed, E> {
        Ok(TermsNamed::Shipped(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TermsNamed, A::Error> {
        let changed = TermsChanged::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(TermsNamed::Changed(changed))
    }
}

impl TermsNamed {
    /// The bundled document.
    pub fn document(&self) -> &str {
        match self {
            Self::Shipped(name) => name,
            Self::Changed(changed) => &changed.from,
        }
    }
}
