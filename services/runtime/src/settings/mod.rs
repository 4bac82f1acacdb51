//! All settings of a process. Everything is passed in; nothing here is global, so that ten
//! instances with different settings can run in one process.
//!
//! In order of increasing precedence: the defaults here, the service's embedded
//! `config.default.toml`, a file, environment variables `RECOURSE__SECTION__KEY`, and
//! `KAFKA_BROKERS` and `DATABASE_URL`.

mod error;
mod sections;

use std::collections::BTreeMap;
use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use recourse_kernel::{MasterKey, OrderKeys, Role};
use serde::Deserialize;

pub use crate::kafka::Compression;
pub use error::SettingsError;
pub use sections::{
    BuyerAccessSettings, ClaimNames, HttpSettings, JwtAlgorithm, JwtSettings, KafkaSettings,
    LogFormat, PhotoSettings, TelemetrySettings,
};

/// The configuration of one process; an unknown key is an error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The name of this process, unique among those running at the same time: it names the
    /// transactional producer and determines the reply partition. Must be stable across restarts.
    pub instance: String,
    /// `development` (the default) or `production`.
    pub mode: Mode,
    /// `system` (the default) or, in development only, `topic`.
    pub clock: ClockSource,
    /// The section `[kafka]`: brokers, security, compression.
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
    /// The section `[http]`: address, limits and timeouts.
    pub http: HttpSettings,
    /// The section `[jwt]`: whose tokens are accepted, and where the keys are.
    pub jwt: JwtSettings,
    /// The section `[buyer_access]`: which key signs tokens for the buyer of one order.
    pub buyer_access: BuyerAccessSettings,
    /// The section `[photos]`: where they are stored, and how many one policy may have.
    pub photos: PhotoSettings,
    /// The section `[telemetry]`: which logs are written, and where traces are sent.
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

/// Which [`Clock`](crate::clock::Clock) a process passes to its components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockSource {
    /// The time of the operating system; production accepts no other.
    #[default]
    System,
    /// The clock moved through the topic `recourse.clock.v1`; development only.
    Topic,
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
        if self.buyer_access.issuer == self.jwt.issuer {
            return Err(SettingsError::SameIssuer);
        }
        if self.jwt.algorithms.is_empty() {
            return Err(SettingsError::NoAlgorithm);
        }
        if self.jwt.roles.values().any(|role| *role == Role::System) {
            return Err(SettingsError::SystemRole);
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
            buyer_access: BuyerAccessSettings::default(),
            photos: PhotoSettings::default(),
            telemetry: TelemetrySettings::default(),
            service: BTreeMap::new(),
        }
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
    fn tokens_for_one_order_have_an_issuer_of_their_own() {
        let mut settings = production();
        settings.buyer_access.issuer.clone_from(&settings.jwt.issuer);
        assert!(matches!(settings.check(), Err(SettingsError::SameIssuer)));
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

    #[test]
    fn an_issuers_names_of_claims_and_roles_are_read() {
        let text =
            "[jwt.claims]\nrole = \"roles\"\n[jwt.roles]\n\"Claims.Adjuster\" = \"adjuster\"";
        let jwt = Settings::load(text, None).unwrap().jwt;
        assert_eq!((jwt.claims.role.as_str(), jwt.claims.subject.as_str()), ("roles", "sub"));
        assert_eq!(jwt.roles.get("Claims.Adjuster"), Some(&Role::Adjuster));
        for refused in ["[jwt.claims]\nname = \"x\"", "[jwt.roles]\nx = \"king\""] {
            assert!(Settings::load(refused, None).is_err(), "{refused}");
        }
        let system = Settings::load("[jwt.roles]\nx = \"system\"", None);
        assert!(matches!(system, Err(SettingsError::SystemRole)));
    }
}
