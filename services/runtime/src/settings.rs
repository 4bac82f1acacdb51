//! All settings of a process. Everything is passed in; nothing here is global, so that ten
//! instances with different settings can run in one process.
//!
//! In order of increasing precedence: the defaults below, the service's embedded
//! `config.default.toml`, a file, environment variables `RECOURSE__SECTION__KEY`, and
//! `KAFKA_BROKERS` and `DATABASE_URL`.
//!
//! Long because every setting of a process is defined here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use recourse_kernel::{MasterKey, OrderKeys};
use serde::Deserialize;

use crate::kafka::{Connection, SESSION_TIMEOUT_MS};

/// All settings of one process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The name of this process, unique among those running at the same time: it names the
    /// transactional producer and determines the reply partition. Must be stable across restarts.
    pub instance: String,
    /// Development or production mode.
    pub mode: Mode,
    /// The clock the process uses.
    pub clock: ClockSource,
    /// Kafka settings.
    pub kafka: KafkaSettings,
    /// The PostgreSQL URL. Its user must be allowed to create schemas and roles, unless they
    /// already exist.
    pub database_url: String,
    /// The prefix of every topic name, for tests that share a broker.
    pub topic_prefix: String,
    /// The prefix of every schema and role name, for tests that share a database.
    pub schema_prefix: String,
    /// The number of partitions of every topic keyed by purchase. It never changes during the life
    /// of a log.
    pub partitions: i32,
    /// The master key, which wraps the keys of personal data: 32 bytes in base 64. Required in
    /// production.
    pub master_key: Option<MasterKey>,
    /// The secret under which order keys are derived from order numbers: 32 bytes in base 64. Never
    /// changes in the life of a log, and must be backed up. Required in production.
    pub order_keys: Option<OrderKeys>,
    /// The HTTP edge.
    pub http: HttpSettings,
    /// Which tokens are accepted.
    pub jwt: JwtSettings,
    /// Where photos are stored.
    pub photos: PhotoSettings,
    /// Logging and tracing.
    pub telemetry: TelemetrySettings,
    /// Settings of one particular service: `[service] shopify_secret = …`.
    pub service: BTreeMap<String, serde_json::Value>,
}

/// Development supplies default keys and an issuer; production never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On a developer's machine.
    #[default]
    Development,
    /// Live operation: secrets must be configured.
    Production,
}

/// The clock a process uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockSource {
    /// The system clock.
    #[default]
    System,
    /// The clock moved through the topic `recourse.clock.v1`; development only.
    Topic,
}

/// Kafka settings.
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

/// How records are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Read by every client.
    #[default]
    Gzip,
    /// The fastest; some clients need a further library.
    Lz4,
    /// Not at all.
    None,
}

impl Compression {
    /// Its name for librdkafka.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Lz4 => "lz4",
            Self::None => "none",
        }
    }

    /// The level that librdkafka compresses with; -1 is a codec's own default.
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Gzip => "1",
            Self::Lz4 | Self::None => "-1",
        }
    }
}

impl KafkaSettings {
    /// The connection settings for Kafka clients.
    pub fn connection(&self) -> Connection {
        Connection {
            brokers: self.brokers.clone(),
            properties: self.security.clone(),
            session_timeout_ms: Some(self.session_timeout_ms),
            compression: self.compression,
        }
    }
}

/// HTTP settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The address to listen on; port 0 picks a free port.
    pub bind: SocketAddr,
    /// The maximum size of a body, in bytes.
    pub body_limit: usize,
    /// The maximum size of a photo, in bytes.
    pub photo_limit: usize,
    /// The timeout of a call in milliseconds, waiting included.
    pub timeout_ms: u64,
    /// How many calls may be in progress at once; further ones are refused.
    pub concurrency: usize,
    /// How long a command waits for its reply before it is answered with 202, in milliseconds.
    pub reply_wait_ms: u64,
    /// How long a read waits for the position it carries, in milliseconds.
    pub position_wait_ms: u64,
}

/// Which tokens are accepted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// The accepted issuer (`iss`).
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
    /// The folder of the development issuer's key, used in development when no keys are configured.
    pub dev_keys: PathBuf,
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

/// Where photos are stored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoSettings {
    /// The folder that holds the sealed photos.
    pub folder: PathBuf,
    /// How many photos may be uploaded for one policy, whether used in a claim or not.
    pub per_owner: i64,
}

/// Logging and tracing.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// The log filter in `tracing` syntax: `warn`, `recourse_runtime=debug,warn`.
    pub filter: String,
    /// The format of logs.
    pub format: LogFormat,
    /// The OTLP/HTTP endpoint for traces: `http://127.0.0.1:4318/v1/traces`. `None` turns export
    /// off.
    pub otlp_endpoint: Option<String>,
}

/// The format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Human-readable lines.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Why settings were rejected.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A source cannot be read, or a value is invalid.
    #[error("cannot read the configuration: {0}")]
    Unreadable(#[from] Box<figment::Error>),
    /// Production without a master key.
    #[error("production needs `master_key` (RECOURSE__MASTER_KEY): 32 random bytes in base 64")]
    NoMasterKey,
    /// Production with the public development key.
    #[error("`master_key` is the public development key; production needs its own")]
    DevelopmentMasterKey,
    /// Production without its own order keys.
    #[error("production needs `order_keys` (RECOURSE__ORDER_KEYS): 32 random bytes in base 64")]
    NoOrderKeys,
    /// Production with the order keys from the source code.
    #[error("`order_keys` is the development secret, which is public; production needs its own")]
    DevelopmentOrderKeys,
    /// Production without an issuer.
    #[error("production needs `jwt.jwks_file` or `jwt.jwks_url`; there is no default issuer")]
    NoIssuer,
    /// Both a JWKS file and a JWKS URL are configured.
    #[error("`jwt.jwks_file` and `jwt.jwks_url` are both set; set only one of them")]
    TwoIssuers,
    /// No signature algorithm is allowed.
    #[error("`jwt.algorithms` is empty, so no token could be valid; allow at least one algorithm")]
    NoAlgorithm,
    /// Production with a movable clock.
    #[error("`clock = \"topic\"` is for development only; production needs `clock = \"system\"`")]
    MovedClock,
    /// A number that must not be zero or negative.
    #[error("`{0}` must be at least 1")]
    Zero(&'static str),
}

impl Settings {
    /// Loads the settings of a service from its embedded defaults, an optional file, and the
    /// environment.
    pub fn load(embedded: &str, file: Option<&Path>) -> Result<Self, SettingsError> {
        let mut figment = Figment::new().merge(Toml::string(embedded));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let settings: Self = figment
            .merge(Env::prefixed("RECOURSE__").split("__"))
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .merge(Env::raw().only(&["KAFKA_BROKERS"]).map(|_| "kafka.brokers".into()))
            .extract()
            .map_err(Box::new)?;
        settings.check()?;
        Ok(settings)
    }

    /// Checks whether a process may start with these settings.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.jwt.jwks_file.is_some() && self.jwt.jwks_url.is_some() {
            return Err(SettingsError::TwoIssuers);
        }
        if self.jwt.algorithms.is_empty() {
            return Err(SettingsError::NoAlgorithm);
        }
        if self.partitions < 1 {
            return Err(SettingsError::Zero("partitions"));
        }
        if self.http.concurrency < 1 {
            return Err(SettingsError::Zero("http.concurrency"));
        }
        if self.mode == Mode::Development {
            return Ok(());
        }
        match &self.master_key {
            None => return Err(SettingsError::NoMasterKey),
            Some(key) if *key == MasterKey::development() => {
                return Err(SettingsError::DevelopmentMasterKey);
            }
            Some(_) => {}
        }
        match &self.order_keys {
            None => return Err(SettingsError::NoOrderKeys),
            Some(keys) if *keys == OrderKeys::development() => {
                return Err(SettingsError::DevelopmentOrderKeys);
            }
            Some(_) => {}
        }
        if self.jwt.jwks_file.is_none() && self.jwt.jwks_url.is_none() {
            return Err(SettingsError::NoIssuer);
        }
        if self.clock == ClockSource::Topic {
            return Err(SettingsError::MovedClock);
        }
        Ok(())
    }

    /// The order keys: the configured ones, or in development the well-known ones.
    pub fn order_keys(&self) -> Result<OrderKeys, SettingsError> {
        match (&self.order_keys, self.mode) {
            (Some(keys), _) => Ok(keys.clone()),
            (None, Mode::Development) => Ok(OrderKeys::development()),
            (None, Mode::Production) => Err(SettingsError::NoOrderKeys),
        }
    }

    /// The configured master key, or in development the public default.
    pub fn master_key(&self) -> Result<MasterKey, SettingsError> {
        match (&self.master_key, self.mode) {
            (Some(key), _) => Ok(key.clone()),
            (None, Mode::Development) => Ok(MasterKey::development()),
            (None, Mode::Production) => Err(SettingsError::NoMasterKey),
        }
    }
}

impl HttpSettings {
    /// The timeout of a call.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long a command waits for its reply.
    pub fn reply_wait(&self) -> Duration {
        Duration::from_millis(self.reply_wait_ms)
    }

    /// How long a read waits for the position it carries.
    pub fn position_wait(&self) -> Duration {
        Duration::from_millis(self.position_wait_ms)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            instance: "recourse-1".to_owned(),
            mode: Mode::default(),
            clock: ClockSource::default(),
            kafka: KafkaSettings::default(),
            database_url: "postgres://127.0.0.1:5432/postgres".to_owned(),
            topic_prefix: String::new(),
            schema_prefix: String::new(),
            partitions: 12,
            master_key: None,
            order_keys: None,
            http: HttpSettings::default(),
            jwt: JwtSettings::default(),
            photos: PhotoSettings::default(),
            telemetry: TelemetrySettings::default(),
            service: BTreeMap::new(),
        }
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
            photo_limit: 10 * 1024 * 1024,
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
            dev_keys: PathBuf::from("target/dev-keys"),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn production() -> Settings {
        let mut settings = Settings { mode: Mode::Production, ..Settings::default() };
        settings.master_key = Some(MasterKey::from_bytes([7; 32]));
        settings.order_keys = Some(OrderKeys::from_bytes([7; 32]));
        settings.jwt.jwks_file = Some("keys.json".into());
        settings
    }

    #[test]
    fn production_with_its_own_secrets_may_start() {
        assert!(production().check().is_ok());
    }

    #[test]
    fn production_never_has_a_default_key() {
        let refused = Settings { master_key: None, ..production() }.check();
        assert!(matches!(refused, Err(SettingsError::NoMasterKey)));
        let refused =
            Settings { master_key: Some(MasterKey::development()), ..production() }.check();
        assert!(matches!(refused, Err(SettingsError::DevelopmentMasterKey)));
        let refused = Settings { order_keys: None, ..production() }.check();
        assert!(matches!(refused, Err(SettingsError::NoOrderKeys)));
        let refused =
            Settings { order_keys: Some(OrderKeys::development()), ..production() }.check();
        assert!(matches!(refused, Err(SettingsError::DevelopmentOrderKeys)));
    }

    #[test]
    fn production_never_has_a_default_issuer() {
        let mut settings = production();
        settings.jwt.jwks_file = None;
        assert!(matches!(settings.check(), Err(SettingsError::NoIssuer)));
    }

    #[test]
    fn production_time_cannot_be_moved() {
        let settings = Settings { clock: ClockSource::Topic, ..production() };
        assert!(matches!(settings.check(), Err(SettingsError::MovedClock)));
    }

    #[test]
    fn embedded_defaults_are_read_and_a_misspelt_key_is_rejected() {
        let settings = Settings::load("partitions = 4\n[http]\nconcurrency = 9", None).unwrap();
        assert_eq!((settings.partitions, settings.http.concurrency), (4, 9));
        assert!(Settings::load("partition = 4", None).is_err());
        assert!(Settings::load("[jwt]\nalgorithms = [\"HS256\"]", None).is_err());
    }
}
