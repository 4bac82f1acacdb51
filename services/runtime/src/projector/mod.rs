//! From the log to tables: a `read_committed` consumer folds batches of events and writes each row once per
//! batch, in one transaction with the position.

mod batch;
mod dump;
mod outcomes;
mod progress;
mod reader;
mod rebuild;
mod run;
mod sink;
mod streams;
mod table;

pub use dump::{Difference, compare_schemas, dump_table, table_digest};
pub use outcomes::{CommandOutcome, OutcomeKind, outcome_of};
pub use progress::Progress;
pub use reader::Source;
pub use rebuild::{RebuildError, RebuildProgress, rebuild, verify};
pub use run::{Projector, ProjectorSettings, Standing};
pub use table::{Table, Tables};
