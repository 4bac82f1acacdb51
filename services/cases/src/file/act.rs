//! An action of a step, as it is written.

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::{Map, Value};

/// An action: a word alone, or a word with fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The word: `file`, `accept`, …
    pub word: String,
    pub fields: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ActVisitor)
    }
}

struct ActVisitor;

impl<'de> Visitor<'de> for ActVisitor {
    type Value = Act;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a word, such as `accept`, or a word with its fields")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Act, E> {
        Ok(Act { word: word.to_owned(), fields: Map::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Act, A::Error> {
        let Some((word, fields)) = map.next_entry::<String, Option<Map<String, Value>>>()? else {
            return Err(de::Error::custom("an action is missing, such as `accept`"));
        };
        if let Some(another) = map.next_key::<String>()? {
            return Err(de::Error::custom(format!(
                "`{word}` and `{another}` have to be two steps"
            )));
        }
        Ok(Act { word, fields: fields.unwrap_or_default() })
    }
}
