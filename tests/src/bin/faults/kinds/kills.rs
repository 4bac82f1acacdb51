//! Kind 1: kill -9 at every step. A seed chooses which failpoint kills which process on which pass.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_runtime::failpoint::FAILPOINTS;

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
    failpoint: &'static str,
    until: Instant,
}

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    let mut killed_at: BTreeMap<&'static str, usize> = BTreeMap::new();
    // Every failpoint is used once before any is used again.
    let mut order: Vec<&'static str> = Vec::new();
    let mut kills = 0;
    let most = if plan.quick { plan.kills } else { plan.kills.max(FAILPOINTS.len() * 2) };
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
                let failpoint = order.pop().unwrap_or(FAILPOINTS[0]);
                let passing = random.random_range(1..=passings(failpoint));
                let armed = [("RECOURSE_FAILPOINTS", format!("{failpoint}={passing}"))];
                scene.fleet.start(name, &armed)?;
                doomed.push(Victim {
                    name: name.clone(),
                    failpoint,
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
                    *killed_at.entry(one.failpoint).or_default() += 1;
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
    let never: Vec<_> =
        FAILPOINTS.iter().filter(|failpoint| !killed_at.contains_key(*failpoint)).collect();
    scene.figures.must(plan.quick || never.is_empty(), format!("no kill at {never:?}"));
    let list = killed_at.iter().map(|(failpoint, times)| format!("{failpoint} {times}"));
    scene.figures.note(list.collect::<Vec<_>>().join(", "));
    Ok(())
}

fn shuffled(random: &mut ChaCha8Rng) -> Vec<&'static str> {
    let mut failpoints = FAILPOINTS.to_vec();
    for last in (1..failpoints.len()).rev() {
        failpoints.swap(last, random.random_range(0..=last));
    }
    failpoints
}

/// The latest pass on which a failpoint kills: some are passed with every batch, some once per
/// process.
fn passings(failpoint: &str) -> u32 {
    match failpoint {
        "writer.rebalance" | "writer.take_over" | "writer.resume" | "projector.rebalance" => 8,
        "writer.restore" => 2,
        _ => 40,
    }
}
