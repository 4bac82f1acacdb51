//! The faults that may be injected at each call of a process.

use recourse_runtime::writer::log::Source;

/// A call to the log, the state store or the read model, at which a process can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Reads inputs, at the start of each step of a writer.
    Take,
    /// Reads a watermark, an end or the log's id.
    Ask,
    /// Reads the service's own events.
    Restore,
    /// Reads the group's committed offsets.
    Committed,
    /// Sets the offsets from which the inputs of a partition are read.
    Resume,
    /// Sends one record of a transaction.
    Produce,
    /// Sends the inputs' offsets into a transaction.
    SendOffsets,
    /// Requests to commit a transaction.
    EndTransaction,
    /// Has been notified that a transaction was committed.
    Committing,
    /// Starts a new producer with its name.
    Renew,
    /// Sends a reply, which may be lost or arrive twice; the writer never notices.
    Reply,
    /// Takes over a partition of the state store.
    TakeOver,
    /// Reads states or deadlines from the state store.
    Load,
    /// Passes changed states to the state store.
    Flush,
    /// Waits for flushes in progress; if it fails, they stay in progress.
    WaitFlushed,
    /// Reads events, at the start of each round of a projector.
    Gather,
    /// Reads positions, heads, rows or outcomes from the read model.
    Look,
    /// Moves positions in the read model.
    Move,
    /// Writes rows, heads or outcomes.
    Write,
    /// Commits the transaction of a projector: rows and positions, or neither.
    CommitBatch,
    /// The process ends and leaves its group.
    Leave,
}

/// Whether a call takes effect, and what its caller learns of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallOutcome {
    /// It succeeds, and the caller is notified: no fault.
    Goes,
    /// It has no effect, and the caller is notified.
    Fails,
    /// The process is dead: none of its calls has any effect any more.
    Dies,
    /// It succeeds, but the caller is not notified (a reply: it arrives twice).
    Untold,
    /// It has no effect yet, and may have one later. Of a transaction, the caller is not notified.
    Late,
    /// Of a transaction: it is committed, and its markers are written one at a time.
    Torn,
}

/// Decides what happens to one process. It may also block a call while other processes continue.
pub trait FaultInjector: Clone + Send + 'static {
    /// Asked at each call, by the thread that makes it: blocking here stalls the process.
    fn at(&self, call: Call) -> CallOutcome;

    /// Whether a read of the log returns records of this source.
    fn delivers(&self, _: Source) -> bool {
        true
    }

    /// Whether the group settles with this member in it; a member that it has forgotten waits
    /// forever.
    fn settles(&self) -> bool {
        true
    }

    /// Whether an expelled member notices and joins again.
    fn rejoins(&self) -> bool {
        false
    }
}

/// Injects no faults: every call is [`CallOutcome::Goes`]. The default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Smooth;

impl FaultInjector for Smooth {
    fn at(&self, _: Call) -> CallOutcome {
        CallOutcome::Goes
    }
}
