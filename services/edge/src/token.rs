//! The development issuer: an ES256 key in a folder, with its JWKS next to it.
//!
//! It exists in development mode only. Production configures an external issuer and holds no
//! signing key.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::{Mode, Settings};
use serde::Serialize;

const KEY_FILE: &str = "issuer-es256.p8";
const JWKS_FILE: &str = "jwks.json";

/// Why the development issuer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The process runs in production mode.
    #[error("tokens are issued in development mode only; in production get them from your issuer")]
    Production,
    /// The settings configure another issuer's keys.
    #[error("another issuer's keys are configured, so development tokens are not accepted")]
    AnotherIssuer,
    /// The key folder cannot be read or written.
    #[error("cannot use the development keys in {0}: {1}")]
    Folder(PathBuf, std::io::Error),
    /// The key cannot be generated or parsed.
    #[error("the development key in {0} is not usable; remove the folder to get a new one")]
    Key(PathBuf),
    /// `jsonwebtoken` could not encode the claims or sign them.
    #[error("cannot sign a token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
}

/// Issues ES256 tokens that the processes which share its folder (`jwt.dev_keys`) accept.
pub struct DevelopmentIssuer {
    folder: PathBuf,
    issuer: String,
    audience: String,
    key: EncodingKey,
    key_id: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marketplace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<&'a str>,
    nbf: u64,
    iat: u64,
    exp: u64,
}

/// A token for `who`, valid for `valid_for` from now. Development mode only.
pub fn issue_token(
    settings: &Settings,
    who: &Principal,
    valid_for: Duration,
) -> Result<String, IssuerError> {
    DevelopmentIssuer::open(settings)?.issue(who, valid_for)
}

impl DevelopmentIssuer {
    /// Opens the issuer whose key is in the configured folder, and creates key and JWKS if missing.
    /// Many processes may do so at once: the first key wins.
    pub fn open(settings: &Settings) -> Result<Self, IssuerError> {
        if settings.mode == Mode::Production {
            return Err(IssuerError::Production);
        }
        if settings.jwt.jwks_file.is_some() || settings.jwt.jwks_url.is_some() {
            return Err(IssuerError::AnotherIssuer);
        }
        let folder = settings.jwt.dev_keys.clone();
        let failed = |error| IssuerError::Folder(folder.clone(), error);
        let key = EncodingKey::from_ec_der(&development_key(&folder, KEY_FILE)?);
        let unusable = |_| IssuerError::Key(folder.clone());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(unusable)?;
        let key_id = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        public.common.key_id = Some(key_id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let set = serde_json::to_vec_pretty(&JwkSet { keys: vec![public] }).unwrap_or_default();
        let jwks = folder.join(JWKS_FILE);
        if std::fs::read(&jwks).ok().as_deref() != Some(&set) {
            let draft = draft(&jwks, &set).map_err(failed)?;
            std::fs::rename(draft, &jwks).map_err(failed)?;
        }
        let (issuer, audience) = (settings.jwt.issuer.clone(), settings.jwt.audience.clone());
        Ok(Self { folder, issuer, audience, key, key_id })
    }

    /// The path of the JWKS file with the public key.
    pub fn jwks_file(&self) -> PathBuf {
        self.folder.join(JWKS_FILE)
    }

    /// A token for `who`, valid for `valid_for` from now.
    pub fn issue(&self, who: &Principal, valid_for: Duration) -> Result<String, IssuerError> {
        let now = get_current_timestamp();
        // A shop's organisation is the shop; any other's is a marketplace, or a seller there.
        let acts_for = who.acts_for.as_deref();
        let shop = acts_for.filter(|_| who.role == Role::Shop);
        let (marketplace, seller) = match acts_for.filter(|_| who.role != Role::Shop) {
            Some(path) => match path.split_once('/') {
                Some((marketplace, seller)) => (Some(marketplace), Some(seller)),
                None => (Some(path), None),
            },
            None => (None, None),
        };
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: &who.subject,
            role: who.role.name(),
            provider: who.provider.as_deref(),
            shop,
            marketplace,
            seller,
            nbf: now,
            iat: now,
            exp: now.saturating_add(valid_for.as_secs()),
        };
        Ok(encode(&self.header(), &claims, &self.key)?)
    }

    fn header(&self) -> Header {
        Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) }
    }

    /// A token with arbitrary claims, for tests of rejected tokens.
    #[cfg(test)]
    pub(super) fn sign(&self, claims: &serde_json::Value) -> Result<String, IssuerError> {
        Ok(encode(&self.header(), claims, &self.key)?)
    }

    /// The same with another `typ` in its header.
    #[cfg(test)]
    pub(super) fn sign_as(
        &self,
        typ: Option<&str>,
        claims: &serde_json::Value,
    ) -> Result<String, IssuerError> {
        let header = Header { typ: typ.map(str::to_owned), ..self.header() };
        Ok(encode(&header, claims, &self.key)?)
    }
}

/// The private key in a file of the folder, which is created if missing: PKCS#8, as DER.
pub(super) fn development_key(folder: &Path, name: &str) -> Result<Vec<u8>, IssuerError> {
    let failed = |error| IssuerError::Folder(folder.to_owned(), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let path = folder.join(name);
    if !path.exists() {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random)
            .map_err(|_| IssuerError::Key(folder.to_owned()))?;
        write_once(&path, document.as_ref()).map_err(failed)?;
    }
    std::fs::read(&path).map_err(failed)
}

/// Creates a file atomically: it is complete as soon as it exists. An existing file stays.
fn write_once(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = draft(path, bytes)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A file next to `path` with a unique name, readable only by its owner.
fn draft(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let draft = path.with_extension(format!("{}.draft", hex::encode(random)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(bytes)?;
    Ok(draft)
}
