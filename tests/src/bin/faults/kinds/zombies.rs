//! Kind 3: a process is paused in the middle of a transaction until another has taken over, then
//! resumed.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use nix::sys::signal::Signal;
use serde_json::Value;

use super::Plan;
use crate::scene::Scene;

const PATIENCE: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub(super) async fn inject(scene: &mut Scene<'_>, _: &Plan<'_>) -> anyhow::Result<()> {
    for failpoint in [
        "writer.after_produce",
        "writer.before_commit",
        "store.between",
        "projector.before_transaction",
        "projector.before_commit",
    ] {
        stop_at(scene, "back-a", "back-b", failpoint).await?;
    }
    for failpoint in ["writer.before_commit", "writer.before_decide", "projector.between"] {
        stop_at(scene, "front-a", "front-b", failpoint).await?;
    }
    Ok(())
}

/// Pauses a process at a failpoint until its twin owns all partitions, then resumes it.
async fn stop_at(
    scene: &mut Scene<'_>,
    name: &str,
    standby: &str,
    failpoint: &str,
) -> anyhow::Result<()> {
    scene.fleet.end(name, Signal::SIGTERM)?;
    scene.fleet.start(name, &[("RECOURSE_FAILPOINTS", format!("{failpoint}=30:stop"))])?;
    let began = Instant::now();
    while !scene.fleet.is_stopped(name) {
        ensure!(began.elapsed() < PATIENCE, "{name} does not reach {failpoint}");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    let began = Instant::now();
    while !owns_all(scene, standby).await? {
        ensure!(began.elapsed() < PATIENCE, "{standby} does not take over");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    // Long enough for the successor to decide what the zombie had started.
    scene.wait(Duration::from_secs(2)).await;
    scene.fleet.signal(name, Signal::SIGCONT)?;
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    let lives = scene.fleet.runs(name);
    scene.figures.must(lives, format!("{name} exited instead of stepping down, at {failpoint}"));
    Ok(())
}

/// Whether a process's writers own every partition.
async fn owns_all(scene: &Scene<'_>, name: &str) -> anyhow::Result<bool> {
    let Some((_, reported)) = scene.fleet.readiness(name, &scene.client.http).await else {
        return Ok(false);
    };
    let checks = reported["checks"].as_object().context("a response without checks")?;
    let writers: Vec<&Value> = checks
        .iter()
        .filter(|(part, _)| part.ends_with(".writer") && *part != "terms.writer")
        .map(|(_, check)| check)
        .collect();
    let all = usize::try_from(scene.settings.partitions)?;
    Ok(writers.iter().all(|check| check["assigned"].as_array().is_some_and(|own| own.len() == all)))
}
