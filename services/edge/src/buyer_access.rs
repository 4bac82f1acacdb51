//! Tokens of the edge's own issuer. Each lets its bearer act as the buyer of one order, for a few
//! minutes: for buyers who have an account at a shop, and none at this installation's issuer.
//!
//! Their key is not that of the issuer, and signs for no other role.

use std::path::PathBuf;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp,
};
use recourse_kernel::{OrderId, Principal, Role};
use recourse_runtime::settings::{Mode, Settings};
use serde::{Deserialize, Serialize};

use super::token::{IssuerError, development_key};

const DEVELOPMENT_KEY_FILE: &str = "buyer-access-es256.p8";

/// Why the key for buyers' access cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BuyerAccessError {
    /// The file cannot be read.
    #[error("cannot read `buyer_access.key_file` {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The file has no such key.
    #[error(
        "`buyer_access.key_file` {0} has no key for ES256; create one with `openssl \
         genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`"
    )]
    Key(PathBuf),
    /// The development key cannot be created or read.
    #[error(transparent)]
    Development(#[from] IssuerError),
}

/// Issues and verifies tokens for the buyer of one order.
pub struct BuyerAccess {
    signs: EncodingKey,
    verifies: DecodingKey,
    key_id: String,
    issuer: String,
    audience: String,
    validation: Validation,
}

/// The claims of a token. This is a public format.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    role: String,
    order: OrderId,
    nbf: u64,
    iat: u64,
    exp: u64,
}

impl BuyerAccess {
    /// The issuer with the configured key. `None` in production without a key; in development
    /// without one, and without another issuer, a key is created.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, BuyerAccessError> {
        let (access, jwt) = (&settings.buyer_access, &settings.jwt);
        let is_development =
            settings.mode == Mode::Development && jwt.jwks_file.is_none() && jwt.jwks_url.is_none();
        let (path, bytes) = match &access.key_file {
            Some(path) => {
                let failed = |error| BuyerAccessError::File(path.clone(), error);
                (path.clone(), std::fs::read(path).map_err(failed)?)
            }
            None if is_development => {
                let key = development_key(&jwt.dev_keys, DEVELOPMENT_KEY_FILE)?;
                (jwt.dev_keys.join(DEVELOPMENT_KEY_FILE), key)
            }
            None => return Ok(None),
        };
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&access.issuer]);
        validation.set_audience(&[&jwt.audience]);
        validation.validate_nbf = true;
        validation.leeway = jwt.leeway_s;
        let (signs, verifies, key_id) = keys(&bytes).ok_or(BuyerAccessError::Key(path))?;
        let (issuer, audience) = (access.issuer.clone(), jwt.audience.clone());
        Ok(Some(Self { signs, verifies, key_id, issuer, audience, validation }))
    }

    /// A token for the buyer of this order, valid for `valid_for` from now.
    pub fn issue(
        &self,
        order: OrderId,
        buyer: &str,
        valid_for: Duration,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let now = get_current_timestamp();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: buyer.to_owned(),
            role: Role::Buyer.name().to_owned(),
            order,
            nbf: now,
            iat: now,
            exp: now.saturating_add(valid_for.as_secs()),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.signs)
    }

    /// The issuer (`iss`) of these tokens.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether a token with this `kid` is of this issuer.
    pub(super) fn signs_with(&self, key_id: Option<&str>) -> bool {
        key_id == Some(self.key_id.as_str())
    }

    /// The buyer, and the only order that the token is for.
    pub(super) fn verify(
        &self,
        token: &str,
    ) -> Result<(Principal, OrderId), jsonwebtoken::errors::Error> {
        let claims = decode::<Claims>(token, &self.verifies, &self.validation)?.claims;
        // Whatever else is signed with this key, its bearer is a buyer.
        Ok((Principal::new(Role::Buyer, claims.sub), claims.order))
    }
}

/// The private key in PKCS#8, as PEM or as DER, with its public key and the public key's id.
fn keys(bytes: &[u8]) -> Option<(EncodingKey, DecodingKey, String)> {
    let signs = if bytes.starts_with(b"-----BEGIN") {
        EncodingKey::from_ec_pem(bytes).ok()?
    } else {
        EncodingKey::from_ec_der(bytes)
    };
    let public = Jwk::from_encoding_key(&signs, Algorithm::ES256).ok()?;
    let key_id = public.thumbprint(ThumbprintHash::SHA256).ok()?;
    let verifies = DecodingKey::from_jwk(&public).ok()?;
    Some((signs, verifies, key_id))
}

#[cfg(test)]
#[path = "buyer_access_tests.rs"]
mod tests;
