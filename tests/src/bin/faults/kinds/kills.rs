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

/// The kills so far, and how the next ones are chosen.
struct Kills {
    random: ChaCha8Rng,
    /// Every failpoint is used once before any is used again.
    order: Vec<&'static str>,
    killed_at: BTreeMap<&'static str, usize>,
}

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let random = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut kills = Kills { random, order: Vec::new(), killed_at: BTreeMap::new() };
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    let most = if plan.quick { plan.kills } else { plan.kills.max(FAILPOINTS.len() * 2) };
    let mut done = 0;
    while done < most {
        let round = BETWEEN_MEASURES.min(most - done);
        done += kills.round(scene, &names, round).await?;
        scene.back_at_work().await?;
    }
    let killed_at = kills.killed_at;
    scene.figures.kills += killed_at.values().sum::<usize>();
    scene.figures.injected += scene.figures.kills;
    let never: Vec<_> =
        FAILPOINTS.iter().filter(|failpoint| !killed_at.contains_key(*failpoint)).collect();
    scene.figures.must(plan.quick || never.is_empty(), format!("no kill at {never:?}"));
    let list = killed_at.iter().map(|(failpoint, times)| format!("{failpoint} {times}"));
    scene.figures.note(list.collect::<Vec<_>>().join(", "));
    Ok(())
}

impl Kills {
    /// Kills at failpoints, at least this often, and returns how often. The remaining victims are
    /// killed where they are, so that all can be restarted without failpoints.
    async fn round(
        &mut self,
        scene: &mut Scene<'_>,
        names: &[String],
        least: usize,
    ) -> anyhow::Result<usize> {
        let (mut doomed, mut killed): (Vec<Victim>, usize) = (Vec::new(), 0);
        while killed < least {
            for name in names {
                if !doomed.iter().any(|one| one.name == *name) {
                    doomed.push(self.doom(scene, name)?);
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            let before = doomed.len();
            let mut anywhere = 0;
            let mut alive = Vec::new();
            for one in doomed {
                if let Life::Ended(status) = scene.fleet.life(&one.name) {
                    use std::os::unix::process::ExitStatusExt as _;
                    let was_killed = status.signal() == Some(Signal::SIGKILL as i32);
                    let what = format!("{} exited on its own: {status}", one.name);
                    scene.figures.must(was_killed, what);
                    *self.killed_at.entry(one.failpoint).or_default() += 1;
                } else if Instant::now() > one.until {
                    self.kill_where_it_is(scene, &one)?;
                    anywhere += 1;
                } else {
                    alive.push(one);
                }
            }
            killed += before - alive.len() - anywhere;
            doomed = alive;
        }
        for one in &doomed {
            self.kill_where_it_is(scene, one)?;
        }
        Ok(killed)
    }

    /// Restarts a process so that its next failpoint kills it.
    fn doom(&mut self, scene: &mut Scene<'_>, name: &str) -> anyhow::Result<Victim> {
        if scene.fleet.runs(name) {
            scene.fleet.end(name, Signal::SIGKILL)?;
        }
        if self.order.is_empty() {
            self.order = shuffled(&mut self.random);
        }
        let failpoint = self.order.pop().unwrap_or(FAILPOINTS[0]);
        let passing = self.random.random_range(1..=passings(failpoint));
        let armed = [("RECOURSE_FAILPOINTS", format!("{failpoint}={passing}"))];
        scene.fleet.start(name, &armed)?;
        Ok(Victim { name: name.to_owned(), failpoint, until: Instant::now() + LONGEST_LIFE })
    }

    fn kill_where_it_is(&mut self, scene: &mut Scene<'_>, one: &Victim) -> anyhow::Result<()> {
        scene.fleet.end(&one.name, Signal::SIGKILL)?;
        *self.killed_at.entry("anywhere").or_default() += 1;
        Ok(())
    }
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
