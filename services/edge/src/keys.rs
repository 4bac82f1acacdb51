//! The issuer's public keys: a JWKS from a file or a URL. It is re-read periodically, and when a
//! token names an unknown key; but at most once every few seconds, whatever keys tokens name.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use recourse_runtime::settings::{JwtAlgorithm, Mode, Settings, SettingsError};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::buyer_access::BuyerAccessError;
use super::token::{DevelopmentIssuer, IssuerError};

/// The minimum time between two reads triggered by tokens.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(3);

/// The timeout for reading a JWKS URL.
const READ_WITHIN: Duration = Duration::from_secs(3);

/// The largest JWKS accepted, in bytes.
const MAX_SET_BYTES: usize = 256 * 1024;

/// The smallest RSA modulus accepted: 2048 bits.
const MIN_RSA_BYTES: usize = 256;

/// Why the issuer's keys could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The settings configure no issuer.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The development issuer could not be opened.
    #[error(transparent)]
    Development(#[from] IssuerError),
    /// The key for buyers' access to single orders cannot be used.
    #[error(transparent)]
    BuyerAccess(#[from] BuyerAccessError),
    /// The JWKS file cannot be read.
    #[error("cannot read the issuer's keys in {0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The JWKS URL cannot be read.
    #[error("cannot read the issuer's keys from `jwt.jwks_url`: {0}")]
    Url(#[from] reqwest::Error),
    /// The content is not a JWKS.
    #[error("the issuer's keys are not a valid JWKS: {0}")]
    NotKeys(String),
}

enum Source {
    File(PathBuf),
    Url(reqwest::Client, String),
}

type KeySet = HashMap<String, (JwtAlgorithm, DecodingKey)>;

/// The issuer's keys. Cheap to clone; clones share their state.
#[derive(Clone)]
pub(super) struct IssuerKeys(Arc<Inner>);

struct Inner {
    source: Source,
    refresh: Duration,
    set: RwLock<Arc<Set>>,
    /// When the keys were last re-read because of a token; `None` until then.
    reading: Mutex<Option<Instant>>,
}

struct Set {
    keys: KeySet,
    read: Instant,
}

impl IssuerKeys {
    pub(super) async fn of(settings: &Settings) -> Result<Self, KeysError> {
        let jwt = &settings.jwt;
        let source = match (&jwt.jwks_file, &jwt.jwks_url) {
            (Some(file), _) => Source::File(file.clone()),
            (None, Some(url)) => {
                let client = reqwest::Client::builder().timeout(READ_WITHIN).build()?;
                Source::Url(client, url.clone())
            }
            (None, None) if settings.mode == Mode::Production => {
                return Err(SettingsError::NoIssuer.into());
            }
            (None, None) => Source::File(DevelopmentIssuer::open(settings)?.jwks_file()),
        };
        let keys = source.read().await?;
        Ok(Self(Arc::new(Inner {
            source,
            refresh: Duration::from_secs(jwt.refresh_s),
            set: RwLock::new(Arc::new(Set { keys, read: Instant::now() })),
            reading: Mutex::new(None),
        })))
    }

    /// The key with this id, if it is for this algorithm.
    pub(super) async fn find(&self, id: &str, algorithm: JwtAlgorithm) -> Option<DecodingKey> {
        let set = self.current();
        let known = set.keys.contains_key(id);
        if known && set.read.elapsed() < self.0.refresh {
            return key_in(&set, id, algorithm);
        }
        self.read_again(known).await;
        key_in(&self.current(), id, algorithm)
    }

    fn current(&self) -> Arc<Set> {
        self.0.set.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One read at a time. A request with a known key does not wait for another's read; old keys
    /// stay valid until new ones arrive.
    async fn read_again(&self, known: bool) {
        let mut last = if known {
            let Ok(last) = self.0.reading.try_lock() else { return };
            last
        } else {
            self.0.reading.lock().await
        };
        if last.is_some_and(|last| last.elapsed() < MIN_REFRESH_INTERVAL) {
            return;
        }
        *last = Some(Instant::now());
        match self.0.source.read().await {
            Ok(keys) => {
                let set = Arc::new(Set { keys, read: Instant::now() });
                *self.0.set.write().unwrap_or_else(PoisonError::into_inner) = set;
            }
            Err(error) => tracing::warn!(%error, "cannot refresh the issuer's keys; old ones stay"),
        }
    }
}

fn key_in(set: &Set, id: &str, algorithm: JwtAlgorithm) -> Option<DecodingKey> {
    let (of, key) = set.keys.get(id)?;
    (*of == algorithm).then(|| key.clone())
}

impl Source {
    async fn read(&self) -> Result<KeySet, KeysError> {
        let bytes = match self {
            Self::File(path) => {
                tokio::fs::read(path).await.map_err(|error| KeysError::File(path.clone(), error))?
            }
            Self::Url(client, url) => {
                let mut response = client.get(url).send().await?.error_for_status()?;
                let mut bytes = Vec::new();
                while let Some(chunk) = response.chunk().await? {
                    bytes.extend_from_slice(&chunk);
                    if bytes.len() > MAX_SET_BYTES {
                        return Err(KeysError::NotKeys("it is too large".to_owned()));
                    }
                }
                bytes
            }
        };
        key_set(&bytes)
    }
}

/// The keys usable here; the set may contain others for other purposes.
fn key_set(bytes: &[u8]) -> Result<KeySet, KeysError> {
    let set: Published =
        serde_json::from_slice(bytes).map_err(|error| KeysError::NotKeys(error.to_string()))?;
    // A key of a kind that is not known here must not hide the others.
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    Ok(keys.filter_map(|key| usable(&key)).collect())
}

/// A JWKS as it is published.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

fn usable(key: &Jwk) -> Option<(String, (JwtAlgorithm, DecodingKey))> {
    let id = key.common.key_id.clone()?;
    let signs = !matches!(
        key.common.public_key_use,
        Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_))
    );
    let algorithm = match &key.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            JwtAlgorithm::Es256
        }
        AlgorithmParameters::RSA(key) if modulus_bytes(&key.n)? >= MIN_RSA_BYTES => {
            JwtAlgorithm::Rs256
        }
        _ => return None,
    };
    let said = match key.common.key_algorithm {
        None => true,
        Some(KeyAlgorithm::ES256) => algorithm == JwtAlgorithm::Es256,
        Some(KeyAlgorithm::RS256) => algorithm == JwtAlgorithm::Rs256,
        Some(_) => false,
    };
    let decoding = DecodingKey::from_jwk(key).ok()?;
    (signs && said).then_some((id, (algorithm, decoding)))
}

fn modulus_bytes(modulus: &str) -> Option<usize> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(modulus.as_bytes()).ok()?;
    Some(bytes.iter().skip_while(|byte| **byte == 0).count())
}
