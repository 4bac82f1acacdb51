//! The actions of a run, including its faults: a list of plain values, generated from a seed.

use std::fmt;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_runtime::writer::log::Source;
use recourse_simulated::{Call, CallOutcome, Ending};

/// One action or fault of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A process of this slot takes one step; if there is none, one is started.
    Step {
        /// The slot; writers come first.
        slot: usize,
        /// Which of the slot's processes, modulo their number.
        which: usize,
    },
    /// Starts a second process under the same name, as if the first was thought dead.
    StartAnother(usize),
    /// A buyer sends a command.
    Ask {
        /// The purchase's number.
        key: usize,
        what: What,
    },
    /// A buyer without an answer repeats the n-th command.
    AskAgain(usize),
    /// A policy is sold, or published again.
    Fact {
        /// The purchase's number.
        key: usize,
        /// Whether the fact is readable.
        readable: bool,
        ending: Ending,
    },
    /// A person redrives the head of a blocked purchase's queue.
    Redrive(usize),
    /// The clock advances by this many seconds.
    Wait(i64),
    /// Injects an outcome into the n-th such call of the slot's processes, counted from now.
    Trap {
        slot: usize,
        call: Call,
        /// How many such calls are unaffected first.
        after: u32,
        call_outcome: CallOutcome,
    },
    /// Stalls the process at the n-th such call from now, while other actions are carried out.
    Stall {
        slot: usize,
        call: Call,
        /// How many such calls are unaffected first.
        after: u32,
        /// For how many actions it is stalled.
        actions: usize,
    },
    /// Makes a number of reads by the slot's processes return nothing of a source.
    Lag {
        slot: usize,
        source: Source,
        /// How many reads.
        looks: u32,
    },
    /// A process of this slot dies.
    Kill(usize),
    /// A process of this slot shuts down cleanly.
    Finish(usize),
    /// The groups declare their n-th member dead, modulo their size.
    Expel(usize),
    /// The groups notice dead processes.
    NoticeDead,
    /// A marker of an ended transaction is written.
    Marker,
    /// A delayed request to commit arrives.
    Arrive,
    /// The oldest open transaction times out.
    TimeOut,
    /// A delayed flush is written.
    FlushArrives,
    /// The state store becomes unavailable (false) or available (true).
    StoreAnswers(bool),
    /// The read model becomes unavailable (false) or available (true).
    ModelAnswers(bool),
    /// The current content of the databases becomes durable.
    Checkpoint,
    /// The state store's database loses everything since the last checkpoint.
    StoreLoses,
    /// The read model's database loses everything since the last checkpoint.
    ModelLoses,
    /// A foreign writer leaves a transaction open on the service's events.
    Hang(usize),
    /// The group's offsets expire, if it has no members.
    ForgetOffsets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Puts in an amount; zero is refused.
    Put(i64),
    /// Answers before the deadline.
    Answer,
    /// Makes a rule panic.
    Panic,
}

/// The processes, purchases and actions of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The seed it was generated from.
    pub seed: u64,
    /// The number of partitions of each topic.
    pub partitions: i32,
    /// The number of writer slots.
    pub writers: usize,
    /// The number of projector slots.
    pub projectors: usize,
    /// The number of purchases.
    pub keys: usize,
    /// The most records that a writer reads at once.
    pub batch: usize,
    pub actions: Vec<Action>,
}

/// The outcomes that can be injected into each call of a writer, with their weights.
const TO_WRITERS: [(Call, CallOutcome, u32); 24] = [
    (Call::Take, CallOutcome::Dies, 1),
    (Call::Ask, CallOutcome::Fails, 1),
    (Call::Restore, CallOutcome::Dies, 1),
    (Call::Restore, CallOutcome::Fails, 1),
    (Call::Committed, CallOutcome::Fails, 1),
    (Call::Committed, CallOutcome::Dies, 1),
    (Call::Resume, CallOutcome::Fails, 1),
    (Call::Produce, CallOutcome::Dies, 2),
    (Call::Produce, CallOutcome::Fails, 2),
    (Call::SendOffsets, CallOutcome::Dies, 2),
    (Call::SendOffsets, CallOutcome::Fails, 1),
    (Call::EndTransaction, CallOutcome::Dies, 2),
    (Call::EndTransaction, CallOutcome::Fails, 2),
    (Call::EndTransaction, CallOutcome::Untold, 4),
    (Call::EndTransaction, CallOutcome::Late, 4),
    (Call::EndTransaction, CallOutcome::Torn, 3),
    (Call::Committing, CallOutcome::Dies, 2),
    (Call::Renew, CallOutcome::Fails, 1),
    (Call::Reply, CallOutcome::Fails, 2),
    (Call::Reply, CallOutcome::Untold, 1),
    (Call::TakeOver, CallOutcome::Fails, 1),
    (Call::Load, CallOutcome::Fails, 1),
    (Call::Flush, CallOutcome::Late, 4),
    (Call::WaitFlushed, CallOutcome::Fails, 1),
];

const TO_PROJECTORS: [(Call, CallOutcome, u32); 8] = [
    (Call::Gather, CallOutcome::Fails, 1),
    (Call::Look, CallOutcome::Fails, 1),
    (Call::Move, CallOutcome::Dies, 2),
    (Call::Move, CallOutcome::Fails, 1),
    (Call::Write, CallOutcome::Dies, 2),
    (Call::CommitBatch, CallOutcome::Fails, 2),
    (Call::CommitBatch, CallOutcome::Untold, 3),
    (Call::CommitBatch, CallOutcome::Dies, 2),
];

const STALLS_OF_WRITERS: [Call; 8] = [
    Call::Take,
    Call::Restore,
    Call::Committed,
    Call::Produce,
    Call::SendOffsets,
    Call::EndTransaction,
    Call::Flush,
    Call::TakeOver,
];

const STALLS_OF_PROJECTORS: [Call; 4] = [Call::Gather, Call::Move, Call::Write, Call::CommitBatch];

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut plan = Self {
            seed,
            partitions: dice.random_range(1..=3),
            writers: dice.random_range(1..=3),
            projectors: dice.random_range(1..=2),
            keys: dice.random_range(1..=4),
            batch: dice.random_range(1..=8),
            actions: Vec::new(),
        };
        for _ in 0..dice.random_range(60..=160) {
            let action = plan.any(&mut dice);
            plan.actions.push(action);
        }
        plan
    }

    fn any(&self, dice: &mut ChaCha8Rng) -> Action {
        let writer = dice.random_range(0..self.writers);
        let projector = self.writers + dice.random_range(0..self.projectors);
        let slot = if dice.random_bool(0.75) { writer } else { projector };
        let key = dice.random_range(0..self.keys);
        let n = dice.random_range(0..8);
        match dice.random_range(0..1_000) {
            0..360 => Action::Step { slot: writer, which: n },
            360..470 => Action::Step { slot: projector, which: n },
            470..590 => Action::Ask { key, what: what(dice) },
            590..615 => Action::AskAgain(dice.random_range(0..64)),
            615..665 => {
                let readable = dice.random_bool(0.9);
                let ending = [Ending::Committed, Ending::Committed, Ending::Late, Ending::Aborted];
                Action::Fact { key, readable, ending: *ending.choose(dice).unwrap() }
            }
            665..685 => Action::Redrive(key),
            685..735 => Action::Wait(*[1, 40, 3_600, 50_000, 90_000].choose(dice).unwrap()),
            735..805 => trap(dice, slot, slot < self.writers),
            805..850 => stall(dice, slot, slot < self.writers),
            850..875 => {
                let source =
                    if dice.random_bool(0.5) { Source::Commands } else { Source::Foreign(0) };
                Action::Lag { slot: writer, source, looks: dice.random_range(1..8) }
            }
            875..887 => Action::Kill(slot),
            887..892 => Action::Finish(slot),
            892..912 => Action::Expel(n),
            912..925 => Action::NoticeDead,
            925..933 => Action::StartAnother(slot),
            933..948 => Action::Marker,
            948..955 => Action::Arrive,
            955..962 => Action::TimeOut,
            962..970 => Action::FlushArrives,
            970..975 => Action::StoreAnswers(dice.random_bool(0.5)),
            975..980 => Action::ModelAnswers(dice.random_bool(0.5)),
            980..987 => Action::Checkpoint,
            987..990 => Action::StoreLoses,
            990..993 => Action::ModelLoses,
            993..998 => Action::Hang(n),
            _ => Action::ForgetOffsets,
        }
    }
}

fn what(dice: &mut ChaCha8Rng) -> What {
    match dice.random_range(0..20) {
        0..13 => What::Put(dice.random_range(0..9)),
        13..19 => What::Answer,
        _ => What::Panic,
    }
}

fn trap(dice: &mut ChaCha8Rng, slot: usize, is_writer: bool) -> Action {
    let kinds: &[(Call, CallOutcome, u32)] = if is_writer { &TO_WRITERS } else { &TO_PROJECTORS };
    let (call, call_outcome, _) = *kinds.choose_weighted(dice, |(_, _, often)| *often).unwrap();
    Action::Trap { slot, call, after: dice.random_range(0..3), call_outcome }
}

fn stall(dice: &mut ChaCha8Rng, slot: usize, is_writer: bool) -> Action {
    let calls: &[Call] = if is_writer { &STALLS_OF_WRITERS } else { &STALLS_OF_PROJECTORS };
    let call = *calls.choose(dice).unwrap();
    Action::Stall { slot, call, after: dice.random_range(0..3), actions: dice.random_range(2..25) }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Step { slot, .. } => write!(f, "slot {slot} takes a step"),
            Self::StartAnother(slot) => {
                write!(f, "another process starts under the name of slot {slot}")
            }
            Self::Ask { key, what } => write!(f, "the buyer of key{key} sends {what:?}"),
            Self::AskAgain(n) => write!(f, "command {n} is sent again"),
            Self::Fact { key, readable, ending } => {
                let kind = if readable { "a policy" } else { "an unreadable policy" };
                write!(f, "{kind} for key{key} is published; its transaction: {ending:?}")
            }
            Self::Redrive(key) => {
                write!(f, "the head of key{key}'s queue is redriven, if it is blocked")
            }
            Self::Wait(seconds) => write!(f, "{seconds} s pass"),
            Self::Trap { slot, call, after, call_outcome } => {
                write!(f, "slot {slot}: {call:?} number {} {call_outcome:?}", after + 1)
            }
            Self::Stall { slot, call, after, actions } => {
                write!(
                    f,
                    "slot {slot}: {call:?} number {} is stalled for {actions} actions",
                    after + 1
                )
            }
            Self::Lag { slot, source, looks } => {
                write!(f, "slot {slot}: {looks} reads return nothing of {source:?}")
            }
            Self::Kill(slot) => write!(f, "a process of slot {slot} dies"),
            Self::Finish(slot) => write!(f, "a process of slot {slot} shuts down cleanly"),
            Self::Expel(n) => write!(f, "the groups expel member {n}, modulo their size"),
            Self::NoticeDead => write!(f, "the groups notice dead processes"),
            Self::Marker => write!(f, "a marker is written"),
            Self::Arrive => write!(f, "a late request to commit arrives"),
            Self::TimeOut => write!(f, "an open transaction times out"),
            Self::FlushArrives => write!(f, "a late flush is written"),
            Self::StoreAnswers(answers) => write!(f, "the state store is available: {answers}"),
            Self::ModelAnswers(answers) => write!(f, "the read model is available: {answers}"),
            Self::Checkpoint => write!(f, "the databases' content becomes durable"),
            Self::StoreLoses => write!(f, "the state store loses recent writes"),
            Self::ModelLoses => write!(f, "the read model loses recent writes"),
            Self::Hang(partition) => {
                write!(
                    f,
                    "a transaction is left open in partition {partition}, modulo their number"
                )
            }
            Self::ForgetOffsets => write!(f, "the group's offsets expire, if it has no members"),
        }
    }
}
