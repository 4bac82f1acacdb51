//! Kind 1: kill -9 at every step. A seed chooses which failpoint kills which process on which pass.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_runtime::failpoint::PLACES;

use super::Plan;
use crate::fleet::Life;
use crate::scene::Scene;

/// A process that has not reached its failpoint by then is killed where it is.
const LONGEST_LIFE: Duration = Duration::from_secs(20);
/// After this many kills everything gets time to recover, and the recovery is measured.
const BETWEEN_MEASURES: usize = 40;

/// A process that will be killed.
struct Victim {
    name: String,
    place: &'static str,
    until: Instant,
}

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    let mut killed_at: BTreeMap<&'static str, usize> = BTreeMap::new();
    // Every failpoint is used once before any is used again.
    let mut order: Vec<&'static str> = Vec::new();
    let mut kills = 0;
    let most = if plan.quick { plan.kills } else { plan.kills.max(PLACES.len() * 2) };
    while kills < most {
        let round = BETWEEN_MEASURES.min(most - kills);
        let mut doomed = Vec::new();
        let mut left = round;
        while left > 0 {
            for name in &names {
                if doomed.iter().any(|one: &Victim| one.name == *name) {
                    continue;
                }
                if scene.fleet.runs(name) {
                    scene.fleet.end(name, Signal::SIGKILL)?;
                }
                if order.is_empty() {
                    order = shuffled(&mut random);
                }
                let place = order.pop().unwrap_or(PLACES[0]);
                let passing = random.random_range(1..=passings(place));
                let armed = [("RECOURSE_FAILPOINTS", format!("{place}={passing}"))];
                scene.fleet.start(name, &armed)?;
                doomed.push(Victim {
                    name: name.clone(),
                    place,
                    until: Instant::now() + LONGEST_LIFE,
                });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            let mut alive = Vec::new();
            for one in doomed {
                if let Life::Ended(status) = scene.fleet.life(&one.name) {
                    use std::os::unix::process::ExitStatusExt as _;
                    let was_killed = status.signal() == Some(Signal::SIGKILL as i32);
                    let what = format!("{} exited on its own: {status}", one.name);
                    scene.figures.must(was_killed, what);
                    *killed_at.entry(one.place).or_default() += 1;
                    kills += 1;
                    left = left.saturating_sub(1);
                } else if Instant::now() > one.until {
                    scene.fleet.end(&one.name, Signal::SIGKILL)?;
                    *killed_at.entry("anywhere").or_default() += 1;
                } else {
                    alive.push(one);
                }
            }
            doomed = alive;
        }
        // Kill the remaining ones, then restart all of them without failpoints.
        for one in doomed {
            scene.fleet.end(&one.name, Signal::SIGKILL)?;
            *killed_at.entry("anywhere").or_default() += 1;
        }
        scene.back_at_work().await?;
    }
    scene.figures.kills += killed_at.values().sum::<usize>();
    scene.figures.injected += scene.figures.kills;
    let never: Vec<_> = PLACES.iter().filter(|place| !killed_at.contains_key(*place)).collect();
    scene.figures.must(plan.quick || never.is_empty(), format!("no kill at {never:?}"));
    let list = killed_at.iter().map(|(place, times)| format!("{place} {times}"));
    scene.figures.note(list.collect::<Vec<_>>().join(", "));
    Ok(())
}

fn shuffled(random: &mut ChaCha8Rng) -> Vec<&'static str> {
    let mut places = PLACES.to_vec();
    for last in (1..places.len()).rev() {
        places.swap(last, random.random_range(0..=last));
    }
    places
}

/// The latest pass on which a failpoint kills: some are passed with every batch, some once per
/// process.
fn passings(place: &str) -> u32 {
    match place {
        "writer.rebalance" | "writer.take_over" | "writer.resume" | "projector.rebalance" => 8,
        "writer.restore" => 2,
        _ => 40,
    }
}
