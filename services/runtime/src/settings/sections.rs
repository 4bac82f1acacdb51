//! The sections of the settings, each with its defaults.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use recourse_kernel::Role;
use serde::Deserialize;

use crate::kafka::{Compression, Connection, SESSION_TIMEOUT_MS};

/// The section `[kafka]`; the defaults are for one local broker.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// The bootstrap servers: `host:port`, separated by commas.
    pub brokers: String,
    /// Passed to every client unchanged: `security.protocol`, `ssl.ca.location`, `sasl.username`, …
    pub security: BTreeMap<String, String>,
    /// The replication factor of the topics that are created.
    pub replication: i32,
    /// The time without a heartbeat after which a group member counts as dead, in milliseconds.
    pub session_timeout_ms: u64,
    /// How records are compressed. Every Kafka client reads gzip; kafkajs, for example, cannot
    /// read LZ4.
    pub compression: Compression,
}

impl KafkaSettings {
    /// What Kafka clients need: all settings but `replication`.
    pub fn connection(&self) -> Connection {
        Connection {
            brokers: self.brokers.clone(),
            properties: self.security.clone(),
            session_timeout_ms: Some(self.session_timeout_ms),
            compression: self.compression,
        }
    }
}

/// The section `[http]`; times are in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The address to listen on; port 0 picks a free port.
    pub bind: SocketAddr,
    /// The maximum size of a body, in bytes.
    pub body_limit: usize,
    /// The maximum size of a photo, in bytes.
    pub photo_limit: usize,
    /// The timeout of a call that takes a photo, in milliseconds: what a slow connection needs.
    pub photo_timeout_ms: u64,
    /// How many photos may be uploaded at once; further ones are refused.
    pub photo_concurrency: usize,
    /// The timeout of a call in milliseconds, waiting included.
    pub timeout_ms: u64,
    /// How many calls may be in progress at once; further ones are refused.
    pub concurrency: usize,
    /// How long a command waits for its reply before it is answered with 202, in milliseconds.
    pub reply_wait_ms: u64,
    /// How long a read waits for the position it carries, in milliseconds.
    pub position_wait_ms: u64,
}

/// The section `[jwt]`: whose tokens are accepted, and where the keys are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// The only accepted `iss`; `recourse-development` by default.
    pub issuer: String,
    /// This installation's name in `aud`.
    pub audience: String,
    /// The allowed algorithms; only ES256 and RS256 are supported.
    pub algorithms: Vec<JwtAlgorithm>,
    /// The issuer's keys as a JWKS file.
    pub jwks_file: Option<PathBuf>,
    /// The issuer's keys as a JWKS at a URL.
    pub jwks_url: Option<String>,
    /// After how many seconds the keys are re-read.
    pub refresh_s: u64,
    /// The accepted clock skew of the issuer, in seconds.
    pub leeway_s: u64,
    /// Which claims say who calls.
    pub claims: ClaimNames,
    /// The issuer's role names, each with the role that it means here. If empty, a role has
    /// the same name on both sides.
    pub roles: BTreeMap<String, Role>,
    /// The folder of the development issuer's key, used in development when no keys are configured.
    pub dev_keys: PathBuf,
}

/// The claims of a token that say who calls: the name of a claim, or a path to it with dots, such
/// as `resource_access.recourse.roles`. A claim whose whole name has dots comes first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimNames {
    /// The role: a text, or a list in which exactly one is a role of this project.
    pub role: String,
    /// The caller's pseudonym.
    pub subject: String,
    /// The slug of the provider whose staff the caller is.
    pub provider: String,
    /// The shop that the caller acts for.
    pub shop: String,
    /// The marketplace that the caller acts for.
    pub marketplace: String,
    /// The seller that the caller acts for.
    pub seller: String,
}

/// A supported signature algorithm for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum JwtAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA (PKCS 1.5) with SHA-256, 2048 bits or more.
    #[serde(rename = "RS256")]
    Rs256,
}

/// The section `[buyer_access]`: the key that signs tokens for the buyer of one order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuyerAccessSettings {
    /// The private key: PKCS#8 for ES256, as PEM or DER. Without it, no such token is issued or
    /// accepted; in development without another issuer, it is created in `jwt.dev_keys`.
    pub key_file: Option<PathBuf>,
    /// The issuer (`iss`) of these tokens.
    pub issuer: String,
}

/// The section `[photos]`; a photo is sealed before it is stored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoSettings {
    /// The folder that holds the sealed photos.
    pub folder: PathBuf,
    /// How many photos may be uploaded for one policy, whether used in a claim or not.
    pub per_owner: i64,
}

/// The section `[telemetry]`; by default, warnings as text and no traces.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// The log filter in `tracing` syntax: `warn`, `recourse_runtime=debug,warn`.
    pub filter: String,
    /// `text` (the default) or `json`.
    pub format: LogFormat,
    /// The OTLP/HTTP endpoint for traces: `http://127.0.0.1:4318/v1/traces`. `None` turns export
    /// off.
    pub otlp_endpoint: Option<String>,
}

/// How log lines are written to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One line per event, for people; coloured on a terminal.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl HttpSettings {
    /// How long a call may take, waiting included, before it is answered with 503.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// The timeout of a call that takes a photo.
    pub fn photo_timeout(&self) -> Duration {
        Duration::from_millis(self.photo_timeout_ms)
    }

    /// How long a command waits for its reply before it is answered with 202.
    pub fn reply_wait(&self) -> Duration {
        Duration::from_millis(self.reply_wait_ms)
    }

    /// How long a read waits for the position it carries before it is answered with 503.
    pub fn position_wait(&self) -> Duration {
        Duration::from_millis(self.position_wait_ms)
    }
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            security: BTreeMap::new(),
            replication: 1,
            session_timeout_ms: SESSION_TIMEOUT_MS,
            compression: Compression::default(),
        }
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            body_limit: 64 * 1024,
            photo_limit: 20 * 1024 * 1024,
            photo_timeout_ms: 120_000,
            photo_concurrency: 16,
            timeout_ms: 15_000,
            concurrency: 512,
            reply_wait_ms: 5_000,
            position_wait_ms: 5_000,
        }
    }
}

impl Default for JwtSettings {
    fn default() -> Self {
        Self {
            issuer: "recourse-development".to_owned(),
            audience: "recourse".to_owned(),
            algorithms: vec![JwtAlgorithm::Es256, JwtAlgorithm::Rs256],
            jwks_file: None,
            jwks_url: None,
            refresh_s: 300,
            leeway_s: 5,
            claims: ClaimNames::default(),
            roles: BTreeMap::new(),
            dev_keys: PathBuf::from("target/dev-keys"),
        }
    }
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            role: "role".to_owned(),
            subject: "sub".to_owned(),
            provider: "provider".to_owned(),
            shop: "shop".to_owned(),
            marketplace: "marketplace".to_owned(),
            seller: "seller".to_owned(),
        }
    }
}

impl Default for BuyerAccessSettings {
    fn default() -> Self {
        Self { key_file: None, issuer: "recourse-buyer-access".to_owned() }
    }
}

impl Default for PhotoSettings {
    fn default() -> Self {
        Self { folder: PathBuf::from("target/photos"), per_owner: 60 }
    }
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { filter: "warn".to_owned(), format: LogFormat::default(), otlp_endpoint: None }
    }
}
