//! A table's rows in a canonical order and format, to be hashed and compared.

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use recourse_kernel::Hash;
use sqlx::{AssertSqlSafe, PgConnection};

use super::table::Tables;

/// The runtime's own tables in every read model, with their keys. Positions are excluded: those of
/// a rebuild may differ.
const OWN_TABLES: [(&str, &str); 2] = [("outcomes", "command_id"), ("streams", "stream")];

/// The first row that differs between two read models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Unqualified, such as `claims`.
    pub table: String,
    /// The row on the left, as JSON; `None` if there are no further rows.
    pub left: Option<String>,
    /// The row on the right, likewise.
    pub right: Option<String>,
}

impl<M: Send + 'static> Tables<M> {
    /// Name and key columns of every table of the read model, including the runtime's own.
    pub fn dumped(&self) -> Vec<(&'static str, &'static str)> {
        self.names().into_iter().chain(OWN_TABLES).collect()
    }
}

/// The rows as JSON texts, ordered bytewise by key, from the schema in the connection's search
/// path.
pub fn dump_table<'a>(
    connection: &'a mut PgConnection,
    name: &'static str,
    key: &'static str,
) -> BoxStream<'a, sqlx::Result<String>> {
    let order: Vec<_> =
        key.split(',').map(|column| format!("t.{}::text COLLATE \"C\"", column.trim())).collect();
    let order = order.join(", ");
    let statement = format!("SELECT row_to_json(t)::text FROM {name} t ORDER BY {order}");
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch(connection)
}

/// The number of rows of a table, and the hash of its dump.
pub async fn table_digest(
    connection: &mut PgConnection,
    name: &'static str,
    key: &'static str,
) -> sqlx::Result<(u64, Hash)> {
    let first = (0, Hash::of_bytes(name.as_bytes()));
    dump_table(connection, name, key)
        .try_fold(first, |(rows, hash), line| async move {
            let line = format!("{hash}\n{line}");
            Ok((rows + 1, Hash::of_bytes(line.as_bytes())))
        })
        .await
}

/// Compares the tables of two schemas row by row, and returns the first difference.
pub async fn compare_schemas(
    left: &mut PgConnection,
    right: &mut PgConnection,
    tables: &[(&'static str, &'static str)],
) -> sqlx::Result<Option<Difference>> {
    for (name, key) in tables {
        let mut left = dump_table(left, name, key);
        let mut right = dump_table(right, name, key);
        loop {
            let (left, right) = (left.next().await.transpose()?, right.next().await.transpose()?);
            if left != right {
                return Ok(Some(Difference { table: (*name).to_owned(), left, right }));
            }
            if left.is_none() {
                break;
            }
        }
    }
    Ok(None)
}
