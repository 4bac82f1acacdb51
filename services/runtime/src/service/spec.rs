//! What a service is made of.

use recourse_kernel::Decider;
use recourse_terms::TermsBook;
use sqlx::migrate::Migrator;

use super::Node;
use super::writer_thread::{WriterHandle, start};
use crate::database::Database;
use crate::projector::{Table, Tables};

pub(super) type StartWriter = fn(&Node, &Database) -> anyhow::Result<WriterHandle>;

/// What a service is made of: name, migrations, deciders, tables.
///
/// ```ignore
/// ServiceSpec::new("claims", &MIGRATIONS).decides::<Claims>().table::<ClaimsTable>()
/// ```
pub struct ServiceSpec {
    /// The service's name: `warranty-sales`. Its schema has the same, with underscores.
    pub name: &'static str,
    /// The tables of its read model.
    pub migrations: &'static Migrator,
    /// What fills them.
    pub tables: Tables,
    /// The contexts whose events fill them.
    pub projected: Vec<&'static str>,
    pub(super) writers: Vec<StartWriter>,
}

impl ServiceSpec {
    /// A service that does nothing yet.
    pub fn new(name: &'static str, migrations: &'static Migrator) -> Self {
        Self { name, migrations, tables: Tables::new(), projected: Vec::new(), writers: Vec::new() }
    }

    /// It decides what is asked of this context, in a writer of its own, and projects its events.
    #[must_use]
    pub fn decides<D: Decider<Reference = TermsBook>>(mut self) -> Self {
        self.writers.push(start::<D>);
        self.projects(D::CONTEXT)
    }

    /// Its read model is also filled from this context's events.
    #[must_use]
    pub fn projects(mut self, context: &'static str) -> Self {
        self.projected.push(context);
        self
    }

    /// Its read model has this table.
    #[must_use]
    pub fn table<T: Table>(mut self) -> Self {
        self.tables = self.tables.table::<T>();
        self
    }
}
