//! PostgreSQL: each service has one schema for its read model, one for its writer's state store,
//! and a role that owns both and has access to nothing else.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

/// Advisory lock held while schemas and roles are created: roles are shared by the whole server,
/// and creating them concurrently is not safe.
const SET_UP_LOCK: i64 = 0x7265_636f_7572_7365;
const MAX_NAME_LENGTH: usize = 63;
/// The longest suffix appended to a schema's name.
const LONGEST_SUFFIX: usize = "_writer".len();
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a service's database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// PostgreSQL is unreachable or rejected a statement.
    #[error("database error: {0}")]
    Database(#[from] sqlx::Error),
    /// A statement failed, or the migrations applied so far are not those of this release.
    #[error("migration of schema {schema} failed: {source}")]
    Migration {
        /// Such as `claims` or `claims_writer`, after the prefix.
        schema: String,
        /// The error of sqlx, which names the migration by its version if one is at fault.
        source: MigrateError,
    },
    /// The name would need quotes in SQL, or is too long.
    #[error("`{0}` is not a valid schema name: use lower-case letters, digits and _, at most 55")]
    Name(String),
}

/// Session settings for a connection whose data can be rebuilt from the log. Commits need not reach
/// the disk. A process that freezes in the middle of a transaction loses it, because its successor
/// waits for the locks.
pub(crate) const CACHE_SESSION: &str =
    "SET synchronous_commit = off; SET idle_in_transaction_session_timeout = '4s'";

/// Whether an SQLSTATE is transient, so that the same statement may be retried: connection, a
/// statement prepared before a rebuild, transaction state, rollback, resources, lock not available,
/// operator intervention (shutting down, starting up), system, internal.
pub fn passes(code: &str) -> bool {
    const CLASSES: [&str; 9] = ["08", "0A", "25", "40", "53", "55", "57", "58", "XX"];
    CLASSES.iter().any(|class| code.starts_with(class))
}

/// One service's schemas, its role and a connection pool.
#[derive(Clone)]
pub struct Database {
    options: PgConnectOptions,
    schema: String,
    role: Option<String>,
    migrations: &'static Migrator,
    pool: PgPool,
}

impl Database {
    /// Opens the database and creates what is missing: role, schemas, tables. Many processes may do
    /// so at once.
    ///
    /// `service` may contain dashes (`order-intake`); `prefix` is put in front of every schema and
    /// role.
    pub async fn open(
        url: &str,
        prefix: &str,
        service: &str,
        max_connections: u32,
        migrations: &'static Migrator,
    ) -> Result<Self, DatabaseError> {
        let schema = schema_name(prefix, service)?;
        let options = PgConnectOptions::from_str(url)?.application_name(&schema);
        let mut connection = PgConnection::connect_with(&options).await?;
        query("SELECT pg_advisory_lock($1)").bind(SET_UP_LOCK).execute(&mut connection).await?;
        let role = make_role(&mut connection, &schema).await?;
        let pool = pool(&options, &schema, role.clone(), max_connections);
        let database = Self { options, schema, role, migrations, pool };
        database.make_schema(&mut connection, &database.schema).await?;
        database.make_schema(&mut connection, &database.writer_schema()).await?;
        database.migrate_read_model(&database.schema).await?;
        let mut writer = database.connect_writer().await?;
        let state_store = sqlx::migrate!("migrations/writer");
        migrate(&mut writer, &state_store, &database.writer_schema()).await?;
        writer.close().await?;
        // Closing the connection releases the lock.
        connection.close().await?;
        Ok(database)
    }

    /// A pool for queries, with the service's read model as `search_path`.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The schema of the service's read model: `order_intake` for `order-intake`, after the prefix.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The schema of the service's state store: that of the read model and `_writer`.
    pub fn writer_schema(&self) -> String {
        format!("{}_writer", self.schema)
    }

    /// A dedicated connection to the read model, for a projector.
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        self.connect_to(&self.schema).await
    }

    /// A dedicated connection whose `search_path` is [`Database::writer_schema`].
    pub async fn connect_writer(&self) -> sqlx::Result<PgConnection> {
        self.connect_to(&self.writer_schema()).await
    }

    /// Connects as the service's role, with `schema` as `search_path`.
    pub(crate) async fn connect_to(&self, schema: &str) -> sqlx::Result<PgConnection> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        settle(&mut connection, schema, self.role.as_deref()).await?;
        Ok(connection)
    }

    /// A connection that may create and rename schemas.
    pub(crate) async fn connect_as_owner(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect_with(&self.options).await
    }

    /// Creates a schema owned by the service's role, unless it exists.
    pub(crate) async fn make_schema(
        &self,
        connection: &mut PgConnection,
        schema: &str,
    ) -> sqlx::Result<()> {
        let owner =
            self.role.as_ref().map(|role| format!(" AUTHORIZATION {role}")).unwrap_or_default();
        run(connection, format!("CREATE SCHEMA IF NOT EXISTS {schema}{owner}")).await
    }

    /// Migrates the tables of a read model: the runtime's own, then the service's.
    pub(crate) async fn migrate_read_model(&self, schema: &str) -> Result<(), DatabaseError> {
        let mut connection = self.connect_to(schema).await?;
        let mut own = sqlx::migrate!("migrations/read");
        own.dangerous_set_table_name("_runtime_migrations");
        migrate(&mut connection, &own, schema).await?;
        migrate(&mut connection, self.migrations, schema).await?;
        connection.close().await?;
        Ok(())
    }
}

/// Runs one statement without parameters. Names in it have passed [`schema_name`].
pub(crate) async fn run(connection: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(|_| ())
}

async fn migrate(
    connection: &mut PgConnection,
    migrations: &Migrator,
    schema: &str,
) -> Result<(), DatabaseError> {
    migrations
        .run_direct(None, connection, false)
        .await
        .map_err(|source| DatabaseError::Migration { schema: schema.to_owned(), source })
}

fn query(
    sql: &'static str,
) -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments> {
    sqlx::query(sql)
}

/// `order-intake` with the prefix `t1_` becomes `t1_order_intake`. Accepts only names that need no
/// quotes in SQL.
fn schema_name(prefix: &str, service: &str) -> Result<String, DatabaseError> {
    let name = format!("{prefix}{}", service.replace('-', "_"));
    let plain = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if plain && starts && name.len() + LONGEST_SUFFIX <= MAX_NAME_LENGTH {
        Ok(name)
    } else {
        Err(DatabaseError::Name(name))
    }
}

/// The role that owns the service's schemas, created if missing; `None` if this user may not create
/// roles.
async fn make_role(connection: &mut PgConnection, role: &str) -> sqlx::Result<Option<String>> {
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
        .bind(role)
        .fetch_one(&mut *connection)
        .await?;
    let made = if there {
        Ok(())
    } else {
        run(connection, format!("CREATE ROLE {role} NOLOGIN; GRANT {role} TO CURRENT_USER")).await
    };
    let settled = match made {
        Ok(()) => run(connection, format!("SET ROLE {role}; RESET ROLE")).await,
        refused => refused,
    };
    match settled {
        Ok(()) => Ok(Some(role.to_owned())),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => {
            tracing::warn!(
                role,
                "this database user may not create or assume roles; continuing without a role"
            );
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn pool(
    options: &PgConnectOptions,
    schema: &str,
    role: Option<String>,
    max_connections: u32,
) -> PgPool {
    let schema = schema.to_owned();
    // Minimum equals maximum: otherwise cancelled requests would churn connections.
    PgPoolOptions::new()
        .min_connections(max_connections)
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            let (schema, role) = (schema.clone(), role.clone());
            Box::pin(async move { settle(connection, &schema, role.as_deref()).await })
        })
        .connect_lazy_with(options.clone())
}

/// Prepares a new connection: role, `search_path` and time zone.
async fn settle(
    connection: &mut PgConnection,
    schema: &str,
    role: Option<&str>,
) -> sqlx::Result<()> {
    let role = role.map(|role| format!("SET ROLE {role}; ")).unwrap_or_default();
    run(connection, format!("{role}SET search_path TO {schema}; SET TIME ZONE 'UTC'")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_database_shutting_down_are_transient_and_those_of_a_wrong_query_are_not() {
        for code in ["57P01", "57P03", "08006", "53100", "53300", "40001"] {
            assert!(passes(code), "{code}");
        }
        for code in ["42P01", "22001", "23505"] {
            assert!(!passes(code), "{code}");
        }
    }

    #[test]
    fn a_schema_is_named_after_its_service() {
        assert_eq!(schema_name("", "order-intake").unwrap(), "order_intake");
        assert_eq!(schema_name("t1_", "claims").unwrap(), "t1_claims");
    }

    #[test]
    fn a_name_that_would_need_quotes_is_refused() {
        for prefix in ["t1.", "T", "1", "x; DROP SCHEMA claims; ", &"x".repeat(60)] {
            assert!(schema_name(prefix, "claims").is_err(), "{prefix}");
        }
    }
}
