//! Why a writer stopped.

use super::log::{LogError, TransactError};
use crate::store::StoreError;

/// Why [`Writer::step`](super::Writer::step) failed. After `Log` and `Store` a new writer is
/// started; any other error ends the process.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The log failed or gave an invalid answer: restart.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The state store failed, or another process owns the partition: restart.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log is older than the state store: it was replaced or restored from an older copy.
    #[error(
        "partition {partition} of the {context} events ends at {end}, but was folded to {folded}: \
         the log was restored from an older copy. Nothing is decided without the missing events: \
         restore them, or give the service a new log"
    )]
    LogTooShort {
        /// The context whose writer stopped, such as `claims`.
        context: &'static str,
        /// The partition of the events topic that lost events.
        partition: i32,
        /// One past the log's last offset.
        end: i64,
        /// The next offset to fold, as stored: greater than `end`.
        folded: i64,
    },
    /// The events are not the ones that were folded: the topic was recreated.
    #[error(
        "the topic of the {context} events was recreated since partition {partition} was folded \
         to {folded}. Nothing is decided without the missing events: restore the topic, or, to \
         give up its events, delete the folds of {context} (the positions and states in its \
         writer's schema)"
    )]
    AnotherLog {
        /// The context whose writer stopped, such as `claims`.
        context: &'static str,
        /// The first partition found that was folded from another log; there may be more.
        partition: i32,
        /// The offset to which the previous log was folded.
        folded: i64,
    },
    /// An input topic is shorter than what was read of it.
    #[error(
        "partition {partition} of {topic}, an input of {context}, ends at {end}, but was read to \
         {read}: it was recreated or restored from an older copy. Restore the missing records"
    )]
    InputTooShort {
        /// The context whose writer stopped, such as `claims`.
        context: &'static str,
        /// Without the installation's prefix: `recourse.policies.events.v1`.
        topic: String,
        /// The partition of `topic`, which has the same number as the writer's own.
        partition: i32,
        /// One past the input's last offset.
        end: i64,
        /// The next offset to read, by the group's offsets or the last answer: greater than `end`.
        read: i64,
    },
    /// The commands are not the ones that were answered: the topic was recreated.
    #[error(
        "the command at {offset} of partition {partition} of the {context} commands is not the \
         one that was answered there: the topic was recreated or lost records. Restore the topic, \
         or, to give up its commands, set the group's offsets to where the new topic is to be \
         read from"
    )]
    AnotherInput {
        /// The context whose writer stopped, such as `claims`.
        context: &'static str,
        /// The partition of the commands topic in which `offset` is.
        partition: i32,
        /// The offset of the last answered command.
        offset: i64,
    },
    /// Another process runs under the same instance name. A new producer would only fence the other
    /// one, and so on forever.
    #[error("{0}; give each process its own instance name")]
    DuplicateInstance(TransactError),
}
