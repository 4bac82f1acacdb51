//! From the log to tables: a `read_committed` consumer folds batches of events and writes each row
//! once per batch, in one transaction with the position.

mod batch;
mod command_outcome;
mod dump;
mod feed;
mod gathered;
mod model;
mod outcomes;
mod pg_model;
mod pg_table;
mod progress;
mod reader;
mod rebuild;
mod rounds;
mod run;
mod sink;
mod streams;
mod table;
mod taken;
mod view;

pub use batch::Target;
pub use command_outcome::{CommandOutcome, OutcomeKind};
pub use dump::{Difference, compare_schemas, dump_table, table_digest};
pub use feed::Feed;
pub use gathered::Gathered;
pub use model::{Aside, Heads, Model, Move, Position};
pub use pg_model::outcome_of;
pub use pg_table::{Column, Columns, PgTable};
pub use progress::Progress;
pub use rebuild::{RebuildError, RebuildProgress, rebuild, verify};
pub use rounds::{Ended, Rounds};
pub use run::{Projector, ProjectorSettings};
pub use table::{Decoders, Table, Tables};
pub use taken::{Source, TopicPartition};
pub use view::{ProjectorState, View};
