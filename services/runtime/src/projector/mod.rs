//! From the log to tables: a `read_committed` consumer folds batches of events and writes each row
//! once per batch, in one transaction with the position.

pub(crate) mod batch;
mod dump;
pub(crate) mod feed;
pub(crate) mod model;
mod outcomes;
mod pg_table;
mod progress;
pub(crate) mod reader;
mod rebuild;
pub(crate) mod rounds;
mod run;
mod sink;
mod streams;
pub(crate) mod table;

pub use dump::{Difference, compare_schemas, dump_table, table_digest};
pub use model::{Aside, Heads, Model, Move, Position};
pub use outcomes::{CommandOutcome, OutcomeKind, outcome_of};
pub use pg_table::{Column, Columns, PgTable};
pub use progress::Progress;
pub use reader::Source;
pub use rebuild::{RebuildError, RebuildProgress, rebuild, verify};
pub use run::{Projector, ProjectorSettings, ProjectorState};
pub use table::{Table, Tables};
