//! What may happen to a process at each call that it makes.

use crate::writer::log::Source;

/// A call to the log, the state store or the read model: a step at which a process can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// A look at what came in.
    Take,
    /// A question for a watermark, an end or the log's id.
    Ask,
    /// A reading of the service's own events.
    Restore,
    /// A question for the group's committed offsets.
    Committed,
    /// A seek.
    Resume,
    /// One record of a transaction is sent.
    Produce,
    /// The inputs' offsets are sent into a transaction.
    SendOffsets,
    /// A transaction is to be committed.
    EndTransaction,
    /// A transaction was committed, and the process knows.
    Committing,
    /// A new producer takes its name.
    Renew,
    /// A reply is sent.
    Reply,
    /// A partition of the state store is taken over.
    TakeOver,
    /// The state store is asked for states or for deadlines.
    Load,
    /// Changed states are handed to the state store.
    Flush,
    /// The flushes under way are waited for.
    WaitFlushed,
    /// The projector looks at what came in.
    Gather,
    /// The read model is asked for positions, heads, rows or outcomes.
    Look,
    /// A batch moves positions in the read model.
    Move,
    /// A batch writes rows, heads or outcomes.
    Write,
    /// A batch is committed.
    CommitBatch,
    /// A process ends and tells its group.
    Leave,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallOutcome {
    /// It does what it should.
    Goes,
    /// It does nothing, and the caller is told.
    Fails,
    /// The process is dead: it does nothing any more, whatever it calls.
    Dies,
    /// It does what it should, and the caller is not told (of a reply: it arrives twice).
    Untold,
    /// It has not happened yet, and may later. Of a transaction, the caller is not told.
    Late,
    /// Of a transaction: it is committed, and its markers come one after the other.
    Torn,
}

/// Decides what happens to one process. A call may also be held up in here while others go on.
pub trait FaultInjector: Clone + Send + 'static {
    /// What becomes of this call.
    fn at(&self, call: Call) -> CallOutcome;

    /// Whether a look at the log brings anything of this source.
    fn delivers(&self, _: Source) -> bool {
        true
    }

    /// Whether the group settles with this member in it; one that it has forgotten waits for ever.
    fn settles(&self) -> bool {
        true
    }

    /// Whether a member that the group has expelled finds out and joins again.
    fn rejoins(&self) -> bool {
        false
    }
}

/// Everything goes as it should.
#[derive(Debug, Clone, Copy, Default)]
pub struct Smooth;

impl FaultInjector for Smooth {
    fn at(&self, _: Call) -> CallOutcome {
        CallOutcome::Goes
    }
}
