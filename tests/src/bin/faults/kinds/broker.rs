//! Kind 2: the broker killed in the middle of transactions, restarted gracefully under load, and
//! stopped.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::Plan;
use crate::scene::Scene;
use crate::stack::Part;

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let times = if plan.quick { 1 } else { 3 };
    for _ in 0..times {
        scene.stack.end(Part::Kafka, Signal::SIGKILL)?;
        scene.stack.up()?;
        scene.figures.kills += 1;
        scene.figures.injected += 1;
        scene.back_at_work().await?;
        scene.wait(Duration::from_secs(3)).await;
    }
    if plan.quick {
        return Ok(());
    }
    for _ in 0..times {
        scene.stack.end(Part::Kafka, Signal::SIGTERM)?;
        scene.stack.up()?;
        scene.figures.injected += 1;
        scene.wait(Duration::from_secs(10)).await;
    }
    scene.back_at_work().await?;
    scene.stack.signal(Part::Kafka, Signal::SIGSTOP)?;
    scene.wait(Duration::from_secs(30)).await;
    scene.stack.signal(Part::Kafka, Signal::SIGCONT)?;
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    Ok(())
}
