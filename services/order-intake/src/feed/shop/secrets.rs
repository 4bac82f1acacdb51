//! The secrets that a shop signs its webhooks with.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::Sha256;

/// Some secrets: two while one of them rotates. They are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

/// Why a list of secrets cannot be used. It never repeats a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("secrets must be a list of texts, and none may be empty")]
pub struct InvalidSecrets;

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Uses these secrets.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Result<Self, InvalidSecrets> {
        let secrets: Vec<String> = secrets.into_iter().collect();
        if secrets.iter().any(|secret| secret.trim().is_empty()) {
            return Err(InvalidSecrets);
        }
        Ok(Self(secrets))
    }

    /// Reads a list of secrets.
    pub fn read(list: &Value) -> Result<Self, InvalidSecrets> {
        let list = list.as_array().ok_or(InvalidSecrets)?;
        let secrets = list.iter().map(|secret| secret.as_str().map(str::to_owned));
        Self::new(secrets.collect::<Option<Vec<String>>>().ok_or(InvalidSecrets)?)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them signed the body. Each is compared in constant time, and all of them are
    /// compared, so that the time does not say which one it was.
    pub fn signed(&self, signature: &[u8], body: &[u8]) -> bool {
        self.0.iter().fold(false, |found, secret| found | is_by(secret, signature, body))
    }
}

fn is_by(secret: &str, signature: &[u8], body: &[u8]) -> bool {
    let Ok(mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.chain_update(body).verify_slice(signature).is_ok()
}

impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Serde's own message would quote the value.
        let list = Value::deserialize(deserializer)?;
        Self::read(&list).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let secrets = Secrets::new(["hush".to_owned()]).unwrap();
        assert_eq!(format!("{secrets:?}"), "Secrets(1)");
    }
}
