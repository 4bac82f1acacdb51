//! What an operator can set. Everything is passed in; nothing here is global, so that ten copies with
//! ten settings can run in one process.
//!
//! From weak to strong: the defaults below, the service's embedded `config.default.toml`, a file,
//! environment variables `RECOURSE__SECTION__KEY`, and `KAFKA_BROKERS` and `DATABASE_URL`.
//!
//! Long because every setting of a process is named here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use recourse_kernel::OrderKeys;
use serde::Deserialize;

use crate::kafka::{Connection, SESSION_TIMEOUT_MS};
use crate::sealing::MasterKey;

/// All settings of one process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What this process is called, unique among those that run at the same time: it names the
    /// transactional producer and chooses the reply partition. Stable over restarts.
    pub instance: String,
    /// Development or production.
    pub mode: Mode,
    /// Which clock the process lives by.
    pub clock: ClockSource,
    /// Where the log is.
    pub kafka: KafkaSettings,
    /// PostgreSQL, as a URL; the user in it may create schemas and roles, or they exist.
    pub database_url: String,
    /// In front of every topic's name; for tests that share a broker.
    pub topic_prefix: String,
    /// In front of every schema's and role's name; for tests that share a database.
    pub schema_prefix: String,
    /// The number of partitions of every topic keyed by purchase. Never changes in the life of a log.
    pub partitions: i32,
    /// The key that wraps the keys of persons: 32 bytes in base 64. Required in production.
    pub master_key: Option<MasterKey>,
    /// The secret under which order keys are derived from order numbers: 32 bytes in base 64. Never
    /// changes in the life of a log, and belongs into the backup. Required in production.
    pub order_keys: Option<OrderKeys>,
    /// The edge.
    pub http: HttpSettings,
    /// Whose tokens are believed.
    pub jwt: JwtSettings,
    /// Where photos are kept.
    pub photos: PhotoSettings,
    /// Logs and traces.
    pub telemetry: TelemetrySettings,
    /// What only one service knows, under names of its own: `[service] shopify_secret = …`.
    pub service: BTreeMap<String, serde_json::Value>,
}

/// Development fills in keys and an issuer of its own; production never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On someone's own machine.
    #[default]
    Development,
    /// For real: what is secret must be given.
    Production,
}

/// Which clock a process lives by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockSource {
    /// The machine's.
    #[default]
    System,
    /// The one that is moved over the topic `recourse.clock.v1`; development only.
    Topic,
}

/// Where the log is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// `host:port`, several separated by commas.
    pub brokers: String,
    /// Given to every client as it stands: `security.protocol`, `ssl.ca.location`, `sasl.username`, …
    pub security: BTreeMap<String, String>,
    /// The replication factor of topics that are created.
    pub replication: i32,
    /// After how long without a word a member of a group counts as dead, in milliseconds.
    pub session_timeout_ms: u64,
    /// How records are compressed. Every client of Kafka reads gzip; kafkajs, for one, reads no LZ4.
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
    /// How to reach it.
    pub fn connection(&self) -> Connection {
        Connection {
            brokers: self.brokers.clone(),
            properties: self.security.clone(),
            session_timeout_ms: Some(self.session_timeout_ms),
            compression: self.compression,
        }
    }
}

/// The edge.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Where it listens; port 0 takes a free one.
    pub bind: SocketAddr,
    /// The longest body, in bytes.
    pub body_limit: usize,
    /// The longest photo, in bytes.
    pub photo_limit: usize,
    /// The longest that a call may take, in milliseconds, waiting included.
    pub timeout_ms: u64,
    /// How many calls may be under way at once; one more is refused.
    pub concurrency: usize,
    /// How long a command waits for its reply before it is answered with 202, in milliseconds.
    pub reply_wait_ms: u64,
    /// How long a read waits for the position that it brings, in milliseconds.
    pub position_wait_ms: u64,
}

/// Whose tokens are believed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// The one issuer (`iss`).
    pub issuer: String,
    /// What this installation is called in `aud`.
    pub audience: String,
    /// The allowed algorithms; nothing but ES256 and RS256 can be.
    pub algorithms: Vec<JwtAlgorithm>,
    /// The issuer's keys as a JWKS file.
    pub jwks_file: Option<PathBuf>,
    /// The issuer's keys as a JWKS at a URL.
    pub jwks_url: Option<String>,
    /// After how many seconds the keys are read again.
    pub refresh_s: u64,
    /// How many seconds the issuer's clock may be off.
    pub leeway_s: u64,
    /// The folder of the development issuer's key; used in development when no keys are named.
    pub dev_keys: PathBuf,
}

/// An algorithm that tokens may be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum JwtAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA (PKCS 1.5) with SHA-256, 2048 bits or more.
    #[serde(rename = "RS256")]
    Rs256,
}

/// Where photos are kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoSettings {
    /// The folder.
    pub folder: PathBuf,
    /// How many photos may be uploaded for one policy, filed or not.
    pub per_owner: i64,
}

/// Logs and traces.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// What is logged, as a `tracing` filter: `warn`, `recourse_runtime=debug,warn`.
    pub filter: String,
    /// How logs are written.
    pub format: LogFormat,
    /// Where traces go, over OTLP/HTTP: `http://127.0.0.1:4318/v1/traces`. None: nowhere.
    pub otlp_endpoint: Option<String>,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for a person.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A source cannot be read or a value does not fit.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(#[from] Box<figment::Error>),
    /// Production without a secret of its own.
    #[error("production needs `master_key` (RECOURSE__MASTER_KEY): 32 random bytes in base 64")]
    NoMasterKey,
    /// Production with the key that stands in the source.
    #[error("`master_key` is the development key, which everyone knows; production needs its own")]
    DevelopmentMasterKey,
    /// Production without its own order keys.
    #[error("production needs `order_keys` (RECOURSE__ORDER_KEYS): 32 random bytes in base 64")]
    NoOrderKeys,
    /// Production with the order keys from the source code.
    #[error("`order_keys` is the development secret, which is public; production needs its own")]
    DevelopmentOrderKeys,
    /// Production without an issuer.
    #[error("production needs `jwt.jwks_file` or `jwt.jwks_url`: there is no default issuer")]
    NoIssuer,
    /// Both a file and a URL.
    #[error("`jwt.jwks_file` and `jwt.jwks_url` are both set; only one can be believed")]
    TwoIssuers,
    /// No algorithm is left.
    #[error("`jwt.algorithms` is empty, so no token could ever be valid")]
    NoAlgorithm,
    /// Production on a clock that can be moved.
    #[error("`clock = \"topic\"` is for development; in production time is the system's")]
    MovedClock,
    /// A number that makes no sense.
    #[error("`{0}` must be at least 1")]
    Zero(&'static str),
}

impl Settings {
    /// Reads the settings of a service: its embedded defaults, a file if there is one, and the environment.
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

    /// Whether a process may start with these.
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

    /// The master key: the one that is set, or in development the well-known one.
    pub fn master_key(&self) -> Result<MasterKey, SettingsError> {
        match (&self.master_key, self.mode) {
            (Some(key), _) => Ok(key.clone()),
            (None, Mode::Development) => Ok(MasterKey::development()),
            (None, Mode::Production) => Err(SettingsError::NoMasterKey),
        }
    }
}

impl HttpSettings {
    /// The longest that a call may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long a command waits for its reply.
    pub fn reply_wait(&self) -> Duration {
        Duration::from_millis(self.reply_wait_ms)
    }

    /// How long a read waits for the position that it brings.
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
    fn embedded_defaults_are_read_and_a_misspelt_key_is_refused() {
        let settings = Settings::load("partitions = 4\n[http]\nconcurrency = 9", None).unwrap();
        assert_eq!((settings.partitions, settings.http.concurrency), (4, 9));
        assert!(Settings::load("partition = 4", None).is_err());
        assert!(Settings::load("[jwt]\nalgorithms = [\"HS256\"]", None).is_err());
    }
}
