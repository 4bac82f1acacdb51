//! What is done in a run, and what goes wrong: a list of plain values, from a seed.

use std::fmt;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_runtime::simulated::{Call, CallOutcome, Ending};
use recourse_runtime::writer::log::Source;

/// One thing that is done, or that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A process of this place works once; if there is none, one is started.
    Step {
        /// The place, writers first.
        slot: usize,
        /// Which of the place's processes, counted around.
        which: usize,
    },
    /// A second process is started under the same name, as when the first is thought dead.
    StartAnother(usize),
    /// A buyer asks for something.
    Ask {
        /// The purchase.
        key: usize,
        /// What for.
        what: What,
    },
    /// A buyer who heard nothing asks the n-th thing again.
    AskAgain(usize),
    /// A policy is sold, or told about again.
    Fact {
        /// The purchase.
        key: usize,
        /// Whether it can be read.
        readable: bool,
        /// How its transaction ends.
        ending: Ending,
    },
    /// Somebody redrives the head of a held purchase's queue.
    Redrive(usize),
    /// Time passes, in seconds.
    Wait(i64),
    /// At the n-th such call from now, something happens to whichever process of the place makes it.
    Trap {
        /// The place.
        slot: usize,
        /// The call.
        call: Call,
        /// How many such calls go well before.
        after: u32,
        /// What happens.
        call_outcome: CallOutcome,
    },
    /// At the n-th such call from now, the process is held up while so many deeds are done.
    Stall {
        /// The place.
        slot: usize,
        /// The call.
        call: Call,
        /// How many such calls go well before.
        after: u32,
        /// For how many deeds.
        actions: usize,
    },
    /// So many looks of the place's processes bring nothing of a source.
    Lag {
        /// The place.
        slot: usize,
        /// The source.
        source: Source,
        /// How many looks.
        looks: u32,
    },
    /// A process dies where it stands.
    Kill(usize),
    /// A process ends in good order.
    Finish(usize),
    /// The groups declare their n-th member dead.
    Expel(usize),
    /// The groups notice who is dead.
    NoticeDead,
    /// A marker of a transaction that has ended is written.
    Marker,
    /// A request to commit that was under way arrives.
    Arrive,
    /// The oldest open transaction outlives its time.
    TimeOut,
    /// A flush that was under way is written.
    FlushArrives,
    /// The state store does not answer, or answers again.
    StoreAnswers(bool),
    /// The read model does not answer, or answers again.
    ModelAnswers(bool),
    /// What the databases hold now is safe.
    Checkpoint,
    /// The state store's database loses what came after the last checkpoint.
    StoreLoses,
    /// The same of the read model's.
    ModelLoses,
    /// A stranger leaves a transaction open on the service's events.
    Hang(usize),
    /// The group's offsets expire, if it has no members.
    ForgetOffsets,
}

/// What a buyer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// To put an amount in; nought is refused.
    Put(i64),
    /// To answer in time.
    Answer,
    /// Something at which a rule fails.
    Panic,
}

/// How many processes and purchases there are, and all that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where it comes from.
    pub seed: u64,
    /// Partitions of each topic.
    pub partitions: i32,
    /// Places for writers.
    pub writers: usize,
    /// Places for projectors.
    pub projectors: usize,
    /// Purchases.
    pub keys: usize,
    /// The most records that a writer takes in at once.
    pub batch: usize,
    /// What is done.
    pub actions: Vec<Action>,
}

/// What can happen at which call of a writer, with how often it is tried.
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

/// The same of a projector.
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
    /// What a seed says is done.
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
            Self::Step { slot, .. } => write!(f, "place {slot} works"),
            Self::StartAnother(slot) => {
                write!(f, "another process starts under the name of place {slot}")
            }
            Self::Ask { key, what } => write!(f, "the buyer of key{key} asks: {what:?}"),
            Self::AskAgain(n) => write!(f, "question {n} is asked again"),
            Self::Fact { key, readable, ending } => {
                let kind = if readable { "a policy" } else { "an unreadable policy" };
                write!(f, "{kind} for key{key} is told; its transaction: {ending:?}")
            }
            Self::Redrive(key) => {
                write!(f, "the head of key{key}'s queue is redriven, if it is held")
            }
            Self::Wait(seconds) => write!(f, "{seconds} s pass"),
            Self::Trap { slot, call, after, call_outcome } => {
                write!(f, "place {slot}: {call:?} number {} {call_outcome:?}", after + 1)
            }
            Self::Stall { slot, call, after, actions } => {
                write!(
                    f,
                    "place {slot}: {call:?} number {} is held up for {actions} deeds",
                    after + 1
                )
            }
            Self::Lag { slot, source, looks } => {
                write!(f, "place {slot}: {looks} looks bring nothing of {source:?}")
            }
            Self::Kill(slot) => write!(f, "place {slot} dies"),
            Self::Finish(slot) => write!(f, "place {slot} ends in good order"),
            Self::Expel(n) => write!(f, "the groups expel member {n}, counted around"),
            Self::NoticeDead => write!(f, "the groups notice who is dead"),
            Self::Marker => write!(f, "a marker is written"),
            Self::Arrive => write!(f, "a late request to commit arrives"),
            Self::TimeOut => write!(f, "an open transaction outlives its time"),
            Self::FlushArrives => write!(f, "a late flush is written"),
            Self::StoreAnswers(answers) => write!(f, "the state store answers: {answers}"),
            Self::ModelAnswers(answers) => write!(f, "the read model answers: {answers}"),
            Self::Checkpoint => write!(f, "the databases are safe so far"),
            Self::StoreLoses => write!(f, "the state store loses its last moments"),
            Self::ModelLoses => write!(f, "the read model loses its last moments"),
            Self::Hang(partition) => {
                write!(
                    f,
                    "a stranger leaves a transaction open in partition {partition}, counted around"
                )
            }
            Self::ForgetOffsets => write!(f, "the group's offsets expire, if it has no members"),
        }
    }
}
