//! Describes a service.

use recourse_kernel::Decider;
use recourse_runtime::database::Database;
use recourse_runtime::projector::{Table, Tables};
use recourse_terms::TermsBook;
use sqlx::migrate::Migrator;

use super::Node;
use super::writer_thread::{WriterHandle, start};

pub(super) type StartWriter = fn(&Node, &Database) -> anyhow::Result<WriterHandle>;

/// The description of a service: name, migrations, deciders, tables.
///
/// ```ignore
/// ServiceSpec::new("claims", &MIGRATIONS).decides::<Claims>().table::<ClaimsTable>()
/// ```
pub struct ServiceSpec {
    /// The service's name, such as `warranty-sales`. Its schema has the same name with underscores.
    pub name: &'static str,
    /// The migrations that create the tables of its read model.
    pub migrations: &'static Migrator,
    /// The projections that fill these tables.
    pub tables: Tables,
    /// The contexts whose events are projected into these tables.
    pub projected: Vec<&'static str>,
    pub(super) writers: Vec<StartWriter>,
}

impl ServiceSpec {
    /// A service without deciders and tables.
    pub fn new(name: &'static str, migrations: &'static Migrator) -> Self {
        Self { name, migrations, tables: Tables::new(), projected: Vec::new(), writers: Vec::new() }
    }

    /// Adds a decider, with a writer of its own, and projects its events.
    #[must_use]
    pub fn decides<D: Decider<Reference = TermsBook>>(mut self) -> Self {
        self.writers.push(start::<D>);
        self.projects(D::CONTEXT)
    }

    /// Also projects this context's events into the read model.
    #[must_use]
    pub fn projects(mut self, context: &'static str) -> Self {
        self.projected.push(context);
        self
    }

    /// Adds a table to the read model; the service's migrations must create it.
    #[must_use]
    pub fn table<T: Table>(mut self) -> Self {
        self.tables = self.tables.table::<T>();
        self
    }
}
