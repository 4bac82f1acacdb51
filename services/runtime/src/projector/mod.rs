//! From the log to tables: a `read_committed` consumer folds batches of events and writes each row
//! once per batch, in one transaction with the position.

mod batch;
mod dump;
mod feed;
mod model;
mod outcomes;
mod progress;
mod reader;
mod rebuild;
mod rounds;
mod run;
mod sink;
mod streams;
mod table;

pub use batch::Target;
pub use dump::{Difference, compare_schemas, dump_table, table_digest};
pub use feed::{Feed, Gathered};
pub use model::{Aside, Heads, Model, Move, Position};
pub use outcomes::{CommandOutcome, OutcomeKind, outcome_of};
pub use progress::Progress;
pub use reader::{Source, TopicPartition};
pub use rebuild::{RebuildError, RebuildProgress, rebuild, verify};
pub use rounds::{Ended, Rounds, View};
pub use run::{Projector, ProjectorSettings, ProjectorState};
pub use table::{Decoders, Table, Tables};
