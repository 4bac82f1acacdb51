//! Fuzzing of everything that reads external data: one list of [`targets`], one harness each, and
//! inputs generated from the contracts' examples by seeded [`mutate`]. An input is identified by
//! its target and number, and never changes.
//!
//! Every input must satisfy: no panic, an answer in time, a refusal with a reason, and accepted
//! data reads back the same after it is written again. A target that accepts nothing, or
//! everything, tests nothing, and fails.

pub mod mutate;
pub mod seeds;
pub mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mutate::Mutator;
use targets::Target;

/// A reader's verdict on an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// It was refused, for this reason.
    Refused(String),
}

/// A fault of a reader, with an input that shows it.
#[derive(Debug, Clone)]
pub struct Fault {
    pub target: &'static str,
    pub input: Vec<u8>,
    pub what: String,
}

#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub accepted: u64,
    pub refused: u64,
    pub took: Duration,
    /// Duration of the slowest input.
    pub slowest: Duration,
}

/// How many consecutive inputs a worker takes at a time.
const CHUNK: u64 = 500;

/// How often a slow input is tried.
const ATTEMPTS: u32 = 3;

/// Runs one input, which may take at most `within`.
pub fn run(target: &Target, input: &[u8], within: Duration) -> Result<(Verdict, Duration), Fault> {
    let fault = |what: String| Fault { target: target.name, input: input.to_vec(), what };
    let mut took = Duration::MAX;
    // On a busy machine the thread itself may have waited: an input counts as slow only if it is
    // slow every time.
    for _ in 0..ATTEMPTS {
        let began = Instant::now();
        let verdict = catch_unwind(AssertUnwindSafe(|| (target.harness)(input)));
        took = took.min(began.elapsed());
        let verdict = verdict.map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            fault(format!("it panics: {}", text.unwrap_or("no message")))
        })?;
        match verdict {
            Verdict::Refused(why) if why.trim().is_empty() => {
                return Err(fault("refused without a reason".into()));
            }
            verdict if took <= within => return Ok((verdict, took)),
            _ => {}
        }
    }
    Err(fault(format!("it took {took:?}")))
}

pub fn input(target: &Target, mutator: &Mutator, number: u64) -> Vec<u8> {
    mutator.input(target.name, number)
}

/// Runs `inputs` inputs over all targets, on this many threads, and returns each target's counts.
/// `done` is called with progress.
pub fn run_all(
    targets: &[Target],
    inputs: u64,
    threads: usize,
    within: Duration,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Vec<(&'static str, Tally)>, Fault> {
    let weights: u64 = targets.iter().map(|target| target.weight).sum();
    let work: Vec<(usize, Mutator, u64)> = targets
        .iter()
        .enumerate()
        .map(|(index, target)| {
            let share = (inputs * target.weight).div_ceil(weights.max(1));
            (index, Mutator::new((target.seeds)()), share)
        })
        .collect();
    let chunks: Vec<(usize, u64)> = work
        .iter()
        .enumerate()
        .flat_map(|(at, (_, _, share))| (0..share.div_ceil(CHUNK)).map(move |chunk| (at, chunk)))
        .collect();
    let next = AtomicU64::new(0);
    let tallies: Mutex<Vec<Tally>> = Mutex::new(vec![Tally::default(); targets.len()]);
    let fault: Mutex<Option<Fault>> = Mutex::new(None);
    let worker = || {
        while let Some(&(at, chunk)) = next_of(&next, &chunks) {
            let (index, mutator, share) = &work[at];
            let target = &targets[*index];
            let mut tally = Tally::default();
            for number in chunk * CHUNK..((chunk + 1) * CHUNK).min(*share) {
                match run(target, &mutator.input(target.name, number), within) {
                    Ok((verdict, took)) => tally.add(&verdict, took),
                    Err(found) => {
                        next.store(u64::MAX / 2, Ordering::SeqCst);
                        fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(found);
                        return;
                    }
                }
            }
            done(tally.inputs());
            tallies.lock().unwrap_or_else(PoisonError::into_inner)[*index].join(&tally);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(worker);
        }
    });
    if let Some(fault) = fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let tallies = tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
    let named: Vec<_> = targets.iter().map(|target| target.name).zip(tallies).collect();
    for (target, tally) in &named {
        if tally.inputs() > 200 && (tally.accepted == 0 || tally.refused == 0) {
            let what = format!(
                "{} accepted, {} refused: this tests nothing",
                tally.accepted, tally.refused
            );
            return Err(Fault { target, input: Vec::new(), what });
        }
    }
    Ok(named)
}

fn next_of<'a, T>(next: &AtomicU64, chunks: &'a [T]) -> Option<&'a T> {
    chunks.get(usize::try_from(next.fetch_add(1, Ordering::SeqCst)).ok()?)
}

impl Tally {
    pub fn inputs(&self) -> u64 {
        self.accepted + self.refused
    }

    fn add(&mut self, verdict: &Verdict, took: Duration) {
        match verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Refused(_) => self.refused += 1,
        }
        self.took += took;
        self.slowest = self.slowest.max(took);
    }

    fn join(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.took += other.took;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// The folder of inputs that once showed a fault of a target. The tests run each of them
/// permanently.
pub fn kept(target: &str) -> PathBuf {
    let folder = target.replace(": ", "-").replace(' ', "-");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder)
}

/// Saves the input of a fault, and returns the path.
pub fn keep(fault: &Fault) -> std::io::Result<PathBuf> {
    let folder = kept(fault.target);
    std::fs::create_dir_all(&folder)?;
    let hash = recourse_kernel::Hash::of_bytes(&fault.input).to_string();
    let path = folder.join(&hash[..16]);
    std::fs::write(&path, &fault.input)?;
    Ok(path)
}
