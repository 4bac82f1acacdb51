//! An instance name belongs to one process at a time. Two processes with one name would fence each
//! other's transactions ([`crate::writer`]); the newcomer is refused before it starts its writers.
//!
//! A process holds an advisory lock for each of its services, on a session of its own in
//! PostgreSQL. The lock ends with the session, and so with the process, however it ends. If the
//! session is lost while the process lives, for example because the database restarts, the process
//! takes its locks again and continues meanwhile: fencing still keeps two writers apart.

use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::Hash;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;

/// How long a newcomer waits for a process with its name that has just ended.
const PATIENCE: Duration = Duration::from_secs(2);
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// How often the session is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// Why a process cannot have its name.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// PostgreSQL is unreachable or rejected a statement.
    #[error("cannot check whether the instance name is free: {0}")]
    Database(#[from] sqlx::Error),
    /// Another process has the name.
    #[error(
        "another process runs {service} under the instance name `{instance}`: stop it, or give \
         this one a name of its own (`instance`, RECOURSE__INSTANCE)"
    )]
    Taken {
        /// The service that both would run.
        service: String,
        /// The name that both have.
        instance: String,
    },
}

/// The names that this process holds, one for each of its services. Cheap to clone.
#[derive(Clone)]
pub struct InstanceNames(Arc<Inner>);

struct Inner {
    database_url: String,
    instance: String,
    /// What else is part of a name: installations that share a database have different prefixes.
    installation: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    session: Option<PgConnection>,
    locks: Vec<i64>,
}

impl InstanceNames {
    /// The names of a process with these settings; none is held yet.
    pub fn new(settings: &Settings) -> Self {
        Self(Arc::new(Inner {
            database_url: settings.database_url.clone(),
            instance: settings.instance.clone(),
            installation: format!("{}/{}", settings.topic_prefix, settings.schema_prefix),
            held: Mutex::default(),
        }))
    }

    /// Takes the name for a service, and holds it until `shutdown`, or until the process ends.
    pub async fn hold(&self, service: &str, shutdown: &CancellationToken) -> Result<(), NameError> {
        let lock = self.lock_of(service);
        let mut held = self.0.held.lock().await;
        let is_first = held.session.is_none();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !held.take(&self.0, lock).await? {
            if tokio::time::Instant::now() > deadline {
                let (service, instance) = (service.to_owned(), self.0.instance.clone());
                return Err(NameError::Taken { service, instance });
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
        held.locks.push(lock);
        drop(held);
        if is_first {
            tokio::spawn(self.clone().keep(shutdown.clone()));
        }
        Ok(())
    }

    fn lock_of(&self, service: &str) -> i64 {
        let Inner { installation, instance, .. } = self.0.as_ref();
        let name = format!("recourse instance\n{installation}\n{service}\n{instance}");
        let digest = Hash::of_bytes(name.as_bytes()).to_string();
        // Any 63 bits of the digest.
        i64::from_str_radix(&digest[..15], 16).unwrap_or_default()
    }

    /// Checks the session again and again, and replaces it if it was lost.
    async fn keep(self, shutdown: CancellationToken) {
        let mut is_lost = false;
        while shutdown.run_until_cancelled(tokio::time::sleep(CHECK_INTERVAL)).await.is_some() {
            let renewed = self.0.held.lock().await.renew(&self.0).await;
            // An outage is reported once.
            if let (Err(error), false) = (&renewed, is_lost) {
                tracing::warn!(%error, "the session that holds the instance name was lost");
            }
            is_lost = renewed.is_err();
        }
        self.0.held.lock().await.session = None;
    }
}

impl Held {
    /// Whether the session got the lock.
    async fn take(&mut self, inner: &Inner, lock: i64) -> sqlx::Result<bool> {
        let session = match &mut self.session {
            Some(session) => session,
            none => {
                let options: PgConnectOptions = inner.database_url.parse()?;
                none.insert(options.application_name("recourse instance name").connect().await?)
            }
        };
        let taken = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(lock);
        let taken = taken.fetch_one(session).await;
        if taken.is_err() {
            self.session = None;
        }
        taken
    }

    /// Takes the locks again on a new session, if this one no longer answers.
    async fn renew(&mut self, inner: &Inner) -> sqlx::Result<()> {
        if let Some(session) = &mut self.session {
            let answered = sqlx::query("SELECT 1").execute(session).await;
            match answered {
                Ok(_) => return Ok(()),
                Err(_) => self.session = None,
            }
        }
        for lock in self.locks.clone() {
            if !self.take(inner, lock).await? {
                // The old session may not have ended yet. With another one, it is tried again.
                self.session = None;
                return Ok(());
            }
        }
        Ok(())
    }
}
