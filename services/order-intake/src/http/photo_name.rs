//! A photo, as a body names it.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// A photo, named by its hash or by the whole response of its upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PhotoName {
    /// SHA-256 of the photo, in hexadecimal.
    pub(super) sha256: String,
}

/// The response of an upload.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the rest is known from the upload")]
struct Uploaded {
    sha256: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    media_type: Option<String>,
}

/// By hand, because an untagged enum would take fields that it does not know.
impl<'de> Deserialize<'de> for PhotoName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HashOrAnswer;

        impl<'de> Visitor<'de> for HashOrAnswer {
            type Value = PhotoName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the SHA-256 of a photo, or the response of its upload")
            }

            fn visit_str<E: de::Error>(self, sha256: &str) -> Result<PhotoName, E> {
                Ok(PhotoName { sha256: sha256.to_owned() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PhotoName, A::Error> {
                let uploaded = Uploaded::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PhotoName { sha256: uploaded.sha256 })
            }
        }

        deserializer.deserialize_any(HashOrAnswer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_photo_is_named_by_its_hash_or_by_the_answer_to_its_upload() {
        let read = |body: Value| serde_json::from_value::<PhotoName>(body).ok();
        let known = Some(PhotoName { sha256: "5f".to_owned() });
        assert_eq!(read(json!("5f")), known);
        let answer = json!({"sha256": "5f", "size": 600, "media_type": "image/jpeg"});
        assert_eq!(read(answer), known);
        for wrong in [json!({"sha256": "5f", "hash": 1}), json!({}), json!(5)] {
            assert_eq!(read(wrong), None);
        }
    }
}
