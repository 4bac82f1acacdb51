//! Plays many seeds on several threads, up to the first that fails.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use recourse_runtime::safeguards::DisabledSafeguards;

use crate::actions::Plan;
use crate::found::Found;
use crate::play::play;
use crate::scene::CALM;
use crate::shrink::shrink;

/// The result of playing many seeds.
#[derive(Debug, Default)]
pub struct Explored {
    /// The lowest failing seed found, with its violation.
    pub failed: Option<(u64, Found)>,
    /// How often each kind of fault occurred.
    pub met: BTreeMap<String, u64>,
    /// How many seeds were played.
    pub played: u64,
}

/// Plays all seeds, or up to the first that fails. `tick` is called after each.
pub fn explore(
    seeds: Range<u64>,
    threads: usize,
    without: DisabledSafeguards,
    tick: impl Fn() + Sync,
) -> Explored {
    explore_for(|_| true, seeds, threads, without, tick)
}

/// The same, up to the first seed whose violation is wanted; others are passed over.
pub fn explore_for(
    wanted: impl Fn(&Found) -> bool + Sync,
    seeds: Range<u64>,
    threads: usize,
    without: DisabledSafeguards,
    tick: impl Fn() + Sync,
) -> Explored {
    quiet_injected_panics();
    let next = AtomicU64::new(seeds.start);
    let stop = AtomicBool::new(false);
    let explored = Mutex::new(Explored::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let outcome = play(&Plan::of(seed), without, false);
                    let mut explored = explored.lock().unwrap_or_else(PoisonError::into_inner);
                    explored.played += 1;
                    for (what, times) in outcome.met {
                        *explored.met.entry(what).or_default() += times;
                    }
                    if let Some(found) = outcome.found.filter(|found| wanted(found)) {
                        stop.store(true, Ordering::Relaxed);
                        if explored.failed.as_ref().is_none_or(|(other, _)| seed < *other) {
                            explored.failed = Some((seed, found));
                        }
                    }
                    drop(explored);
                    tick();
                }
            });
        }
    });
    explored.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// How many lines of the fault-free phase are printed.
const CALM_REPORTED: usize = 20;

/// The shortest failing run of a seed, as text; `None` if the seed does not fail.
pub fn story(seed: u64, without: DisabledSafeguards) -> Option<String> {
    quiet_injected_panics();
    let plan = Plan::of(seed);
    let found = play(&plan, without, false).found?;
    let least = shrink(&plan, &found, without);
    let outcome = play(&least, without, true);
    let found = outcome.found.unwrap_or(found);
    let mut reported = outcome.story;
    let calm = reported.iter().position(|line| line == CALM).unwrap_or(reported.len());
    let untold = reported.len().saturating_sub(calm + CALM_REPORTED);
    if untold > 0 {
        reported.truncate(calm + CALM_REPORTED);
        reported.push(format!("    … and {untold} more lines without coming to rest"));
    }
    Some(format!(
        "seed {seed} fails: {found}\n\
         Shortest failing run: {} of {} actions, {} writers, {} projectors, {} partitions, \
         {} purchases:\n  {}\n\
         Replay it with:  make sim SEED={seed}",
        least.actions.len(),
        plan.actions.len(),
        least.writers,
        least.projectors,
        least.partitions,
        least.keys,
        reported.join("\n  "),
    ))
}

/// Silences the toy's rule that panics: the writer dead-letters such commands, and the output would
/// only be noise.
fn quiet_injected_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&"an injected defect") {
                before(info);
            }
        }));
    });
}
