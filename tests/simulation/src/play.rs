//! Plays a plan: the processes are stepped one at a time, the outcome of each of their calls is
//! looked up, and a process that is stalled in a call waits while the next actions are carried out.
//! Then everything comes to rest, and the invariants are checked.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use recourse_runtime::safeguards::DisabledSafeguards;

use crate::actions::Plan;
use crate::checks;
use crate::found::{Check, Found};
use crate::reading::text_of;
use crate::scene::Scene;

#[derive(Debug)]
pub struct Outcome {
    /// The first violated invariant.
    pub found: Option<Found>,
    /// How often each kind of fault occurred.
    pub met: BTreeMap<String, u64>,
    /// What happened, one line each; empty unless requested.
    pub story: Vec<String>,
    /// All events, as text: two runs of a seed are identical, byte for byte.
    pub log: String,
}

/// Plays a plan to its end. With `listens`, the story is recorded.
pub fn play(plan: &Plan, without: DisabledSafeguards, listens: bool) -> Outcome {
    let scene = Scene::new(plan, without, listens);
    let played = catch_unwind(AssertUnwindSafe(|| {
        scene.go(usize::MAX);
        scene.come_to_rest();
    }));
    if let Err(panic) = played {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown");
        scene.note(Found { check: Check::Rest, what: format!("a panic: {text}") });
    }
    if !scene.has_found()
        && let Err(found) = checks::check(&scene)
    {
        scene.note(found);
    }
    let log = format!("{}{}\n", text_of(&scene.cluster), scene.now());
    let (found, met, story) = scene.end();
    Outcome { found, met, story, log }
}
