//! Idempotency: the key that makes repeated calls one command, and the ids derived from it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use recourse_kernel::Principal;
use recourse_kernel::master_key::{MasterKey, hmac_sha256};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::problem::Problem;
use super::request::RequestBody;

/// The header `Idempotency-Key`: 1 to 255 visible ASCII characters, chosen by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses a key; `None` if the text is not a valid one.
    pub fn new(text: &str) -> Option<Self> {
        let fits =
            (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The key of one report among those that were sent under this key: reports are distinguished
    /// by their content.
    #[must_use]
    pub fn of_report(&self, mac: &CommandMac, type_name: &str, request: &RequestBody) -> Self {
        Self(format!("{} {}", self.0, mac.of(type_name, &request.whole())))
    }

    /// A key that no other call has, and that no caller can send: each call is a command of its
    /// own.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        Ok(Self(format!("access {}", hex::encode(random))))
    }

    /// The key as the caller sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Err(Problem::bad_request(
                "idempotency_key.missing",
                "every command needs an `Idempotency-Key` header",
            )
            .instead(
                "Use a new random key for each command, and send the same key with every retry.",
            ));
        };
        let key = value.to_str().ok().and_then(Self::new).filter(|_| values.next().is_none());
        key.ok_or_else(|| {
            Problem::bad_request(
                "idempotency_key.malformed",
                "`Idempotency-Key` must be one header of 1 to 255 visible ASCII characters",
            )
        })
    }
}

/// The id of a command: SHA-256 over a domain label, the service, the principal, the purchase's key
/// and the caller's idempotency key, each prefixed with its length as 8 bytes; in hexadecimal.
///
/// This is a stable format: answers already given are looked up by it. The service is included
/// because the same key at two services means two commands.
pub fn command_id(
    context: &str,
    principal: &Principal,
    key: &str,
    idempotency_key: &str,
) -> String {
    let principal = principal.to_string();
    let mut hasher = Sha256::new();
    for part in ["recourse.command-id.v1", context, &principal, key, idempotency_key] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}

/// Computes the keyed hash that distinguishes a repeated command from a different one with the same
/// id.
///
/// It covers the plaintext request, because sealing the same text twice gives different
/// ciphertexts. It is keyed, because a plain hash of a short text on the log would reveal the text.
#[derive(Clone)]
pub struct CommandMac(std::sync::Arc<Zeroizing<[u8; 32]>>);

impl CommandMac {
    /// Uses a key derived from the installation's master key.
    pub fn new(master: &MasterKey) -> Self {
        Self(std::sync::Arc::new(master.derive("command-mac")))
    }

    /// The keyed hash of a command of this type with this request, in hexadecimal. This is a stable
    /// format.
    pub fn of(&self, type_name: &str, request: &Value) -> String {
        let mut canonical = String::new();
        write_canonical(request, &mut canonical);
        hex::encode(hmac_sha256(self.0.as_slice(), &[type_name.as_bytes(), canonical.as_bytes()]))
    }
}

impl CommandMac {
    /// Proves that this installation sent a command: the caller who shows it was answered about it.
    pub(super) fn proof_of_sending(&self, context: &str, command_id: &str) -> String {
        let parts = [b"sent", context.as_bytes(), command_id.as_bytes()];
        hex::encode(&hmac_sha256(self.0.as_slice(), &parts)[..16])
    }
}

/// JSON without whitespace and with sorted object keys, so that key order and line breaks in a body
/// do not matter.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (position, (name, value)) in entries.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (position, value) in values.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_canonical(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Role;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_commands_id_is_a_stable_format() {
        let buyer = Principal::new(Role::Buyer, "b-1");
        assert_eq!(
            command_id("claims", &buyer, "K", "k-1"),
            "f202f8bed733729c565540f2a55432a7b8cd6ba37e45cefadb51ee6fc1cbac0f"
        );
    }

    #[test]
    fn principal_service_and_purchase_distinguish_commands() {
        let (one, two) = (Principal::new(Role::Buyer, "b-1"), Principal::new(Role::Buyer, "b-2"));
        let ids = [
            command_id("claims", &one, "K", "k"),
            command_id("claims", &two, "K", "k"),
            command_id("jobs", &one, "K", "k"),
            command_id("claims", &one, "L", "k"),
            command_id("claims", &one, "K", "l"),
            command_id("claims", &one, "Kk", ""),
        ];
        for (position, id) in ids.iter().enumerate() {
            assert!(!ids[..position].contains(id), "{position}");
        }
    }

    #[test]
    fn the_same_request_has_the_same_mac_in_any_spelling() {
        let mac = CommandMac::new(&MasterKey::development());
        let spelt: Value =
            serde_json::from_str("{ \"b\": [1, {\"y\":2,\"x\":1}],\n \"a\": \"é\" }").unwrap();
        let one = mac.of("t", &spelt);
        assert_eq!(one, mac.of("t", &json!({"a": "é", "b": [1, {"x": 1, "y": 2}]})));
        assert_ne!(one, mac.of("t", &json!({"a": "é", "b": [1, {"x": 1, "y": 3}]})));
        assert_ne!(one, mac.of("u", &spelt));
        assert_ne!(one, CommandMac::new(&MasterKey::from_bytes([1; 32])).of("t", &spelt));
    }

    #[test]
    fn a_report_is_distinguished_from_others_by_its_content() {
        let (key, mac) =
            (IdempotencyKey::new("pay-1").unwrap(), CommandMac::new(&MasterKey::development()));
        let of = |amount: u32| {
            let request =
                RequestBody::new(vec!["pay-1".to_owned()], Some(json!({"amount": amount})));
            key.of_report(&mac, "t", &request)
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_eq!(IdempotencyKey::new(of(1).as_str()), None, "no caller can send such a key");
    }

    #[test]
    fn a_random_key_is_never_the_same_and_cannot_be_sent() {
        let (one, two) = (IdempotencyKey::random().unwrap(), IdempotencyKey::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(IdempotencyKey::new(one.as_str()), None);
    }

    #[test]
    fn a_proof_of_sending_is_of_one_command_of_one_context() {
        let mac = CommandMac::new(&MasterKey::development());
        let proof = mac.proof_of_sending("claims", "c");
        assert_eq!(proof, mac.proof_of_sending("claims", "c"));
        assert_ne!(proof, mac.proof_of_sending("claims", "d"));
        assert_ne!(proof, mac.proof_of_sending("jobs", "c"));
    }

    #[test]
    fn a_key_must_be_visible_ascii() {
        assert!(IdempotencyKey::new("8e03978e-40d5-43e8-bc93-6894a57f9324").is_some());
        for bad in ["", "a b", "ключ", "a\tb", &"x".repeat(256)] {
            assert!(IdempotencyKey::new(bad).is_none(), "{bad}");
        }
    }
}
