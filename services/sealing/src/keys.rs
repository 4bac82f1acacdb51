//! The table of per-person keys, and a cache of recently used ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use recourse_kernel::MasterKey;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::SealError;
use super::cipher::PersonKey;

/// How long a process caches a key, and so may still open data after another process destroyed the
/// key.
pub const REMEMBERED: Duration = Duration::from_secs(30);

/// The cache size: at least half of it holds the most recently used keys.
const AT_MOST: usize = 20_000;

/// An arbitrary advisory lock id: concurrent processes prepare the schema one at a time.
const LOCK: i64 = 0x5ea1_ed00;

/// Creates the schema of keys and photos with its tables, unless they exist. The connection's user
/// owns them. The name must come from settings, never from a caller.
pub async fn prepare(connection: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let schema = schema.replace('"', "\"\"");
    let statements = format!(
        "begin;
        select pg_advisory_xact_lock({LOCK});
        create schema if not exists \"{schema}\";
        create table if not exists \"{schema}\".people_keys (
            person text primary key,
            wrapped_key bytea,
            destroyed_at timestamptz,
            check ((wrapped_key is null) = (destroyed_at is not null))
        );
        create table if not exists \"{schema}\".photos (
            owner text not null,
            sha256 text not null,
            size bigint not null,
            media_type text not null,
            person text not null,
            uploaded_at timestamptz not null,
            primary key (owner, sha256)
        );
        commit;"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection).await?;
    Ok(())
}

/// Stores and caches per-person keys.
#[derive(Clone)]
pub(super) struct Keys {
    pool: PgPool,
    wrapping: PersonKey,
    remembered: Arc<Mutex<Remembered>>,
}

/// Two generations of keys: when the young one is full it becomes the old one, and the previous old
/// one is discarded. Keys that are used move to the young one.
#[derive(Default)]
struct Remembered {
    young: HashMap<String, (PersonKey, Instant)>,
    old: HashMap<String, (PersonKey, Instant)>,
}

impl Remembered {
    fn get(&mut self, person: &str, now: Instant) -> Option<PersonKey> {
        let (key, since) = match self.young.get(person) {
            Some(found) => found.clone(),
            None => self.old.remove(person)?,
        };
        if now.duration_since(since) > REMEMBERED {
            self.forget(person);
            return None;
        }
        self.put(person, key.clone(), since);
        Some(key)
    }

    fn put(&mut self, person: &str, key: PersonKey, since: Instant) {
        if self.young.len() >= AT_MOST / 2 && !self.young.contains_key(person) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(person.to_owned(), (key, since));
    }

    fn forget(&mut self, person: &str) {
        self.young.remove(person);
        self.old.remove(person);
    }
}

impl Keys {
    pub(super) fn new(pool: PgPool, master: &MasterKey) -> Self {
        Self { pool, wrapping: PersonKey::wrapping(master), remembered: Arc::default() }
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The person's key, created if there is none. If two processes create it at once, the first
    /// one wins.
    pub(super) async fn made(&self, person: &str) -> Result<PersonKey, SealError> {
        if let Some(key) = self.existing(person).await? {
            return Ok(key);
        }
        let key = PersonKey::random().map_err(SealError::NoRandomness)?;
        let wrapped = key.wrapped(&self.wrapping, person).map_err(SealError::NoRandomness)?;
        sqlx::query(
            "insert into people_keys (person, wrapped_key) values ($1, $2) on conflict do nothing",
        )
        .bind(person)
        .bind(wrapped)
        .execute(&self.pool)
        .await?;
        self.existing(person).await?.ok_or(SealError::Erased)
    }

    /// The person's key, if one was ever created; an error if it was destroyed.
    pub(super) async fn existing(&self, person: &str) -> Result<Option<PersonKey>, SealError> {
        let now = Instant::now();
        if let Some(key) = self.remembered().get(person, now) {
            return Ok(Some(key));
        }
        let row: Option<(Option<Vec<u8>>,)> =
            sqlx::query_as("select wrapped_key from people_keys where person = $1")
                .bind(person)
                .fetch_optional(&self.pool)
                .await?;
        let Some((wrapped,)) = row else { return Ok(None) };
        let key = PersonKey::unwrapped(&wrapped.ok_or(SealError::Erased)?, &self.wrapping, person)?;
        self.remembered().put(person, key.clone(), now);
        Ok(Some(key))
    }

    /// Destroys the key and leaves a tombstone, so that no new one is created in its place.
    pub(super) async fn destroy(&self, person: &str) -> Result<bool, SealError> {
        let before: Option<(bool,)> = sqlx::query_as(
            "with before as (select wrapped_key is not null as had
                              from people_keys where person = $1)
             insert into people_keys (person, wrapped_key, destroyed_at) values ($1, null, now())
             on conflict (person) do update set wrapped_key = null,
                 destroyed_at = coalesce(people_keys.destroyed_at, excluded.destroyed_at)
             returning coalesce((select had from before), false)",
        )
        .bind(person)
        .fetch_optional(&self.pool)
        .await?;
        self.remembered().forget(person);
        Ok(before.is_some_and(|(had,)| had))
    }

    /// Destroys the keys that exist, and returns how many.
    pub(super) async fn destroy_existing(&self, people: &[String]) -> Result<u64, SealError> {
        let destroyed = sqlx::query(
            "update people_keys set wrapped_key = null, destroyed_at = now()
             where person = any($1) and wrapped_key is not null",
        )
        .bind(people)
        .execute(&self.pool)
        .await?;
        let mut remembered = self.remembered();
        for person in people {
            remembered.forget(person);
        }
        Ok(destroyed.rows_affected())
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_and_keeps_used_keys() {
        let mut remembered = Remembered::default();
        let (now, key) = (Instant::now(), PersonKey::random().unwrap());
        remembered.put("regular", key.clone(), now);
        for person in 0..AT_MOST * 2 {
            remembered.put(&person.to_string(), key.clone(), now);
            if person % 1000 == 0 {
                assert!(remembered.get("regular", now).is_some());
            }
        }
        assert!(remembered.young.len() + remembered.old.len() <= AT_MOST);
        assert!(remembered.get("0", now).is_none());
    }

    #[test]
    fn a_cached_key_expires() {
        let mut remembered = Remembered::default();
        let now = Instant::now();
        remembered.put("p", PersonKey::random().unwrap(), now);
        assert!(remembered.get("p", now + REMEMBERED).is_some());
        assert!(remembered.get("p", now + REMEMBERED + Duration::from_millis(1)).is_none());
    }
}
