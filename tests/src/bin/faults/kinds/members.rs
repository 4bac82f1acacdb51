//! Kinds 5, 6 and 8: processes that join and leave, share a name with another, or have a wrong
//! clock.

use std::time::{Duration, Instant};

use anyhow::ensure;
use nix::sys::signal::Signal;

use super::Plan;
use crate::scene::Scene;

const COMING_AND_GOING: Duration = Duration::from_secs(60);
const STAYS: Duration = Duration::from_secs(2);
/// After this long, a process outlives a newcomer with its name.
const ESTABLISHED: Duration = Duration::from_secs(16);
/// By then one of the duplicate instances has exited, and logged why.
const DUPLICATE_INSTANCE_ENDS: Duration = Duration::from_secs(90);

/// Kind 5.
pub(super) async fn join_and_leave(scene: &mut Scene<'_>, _: &Plan<'_>) -> anyhow::Result<()> {
    let guests = ["front-c", "back-c"];
    for guest in guests {
        scene.fleet.register(guest)?;
    }
    let began = Instant::now();
    while began.elapsed() < COMING_AND_GOING {
        for guest in guests {
            if scene.fleet.runs(guest) {
                let status = scene.fleet.end(guest, Signal::SIGTERM)?;
                let well = status.is_some_and(|status| status.success());
                scene.figures.must(well, format!("{guest} exited with {status:?}"));
            } else {
                scene.fleet.start(guest, &[])?;
            }
            scene.figures.injected += 1;
            scene.wait(STAYS / 2).await;
        }
    }
    scene.back_at_work().await?;
    for guest in guests {
        scene.fleet.end(guest, Signal::SIGTERM)?;
        scene.fleet.members.remove(guest);
    }
    scene.back_at_work().await?;
    Ok(())
}

/// Kind 6: a second process of the same name; then a rolling release, one process at a time while
/// its twin serves.
pub(super) async fn duplicate_instances(scene: &mut Scene<'_>, _: &Plan<'_>) -> anyhow::Result<()> {
    scene.fleet.register("back-twin")?;
    if let Some(twin) = scene.fleet.members.get_mut("back-twin") {
        "back-a".clone_into(&mut twin.instance);
    }
    // Of two that start together either may exit, and if they are fenced by different writers both
    // may.
    scene.wait(ESTABLISHED).await;
    scene.fleet.start("back-twin", &[])?;
    scene.figures.injected += 1;
    let began = Instant::now();
    let ended = loop {
        let ended: Vec<&str> =
            ["back-a", "back-twin"].into_iter().filter(|name| !scene.fleet.runs(name)).collect();
        if let [one, ..] = ended.as_slice() {
            break (*one).to_owned();
        }
        ensure!(
            began.elapsed() < DUPLICATE_INSTANCE_ENDS,
            "two processes of one name keep fencing each other"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let took = began.elapsed().as_secs_f64();
    let log = std::fs::read_to_string(scene.fleet.log_of(&ended))?;
    let says = log.contains("instance name");
    scene.figures.must(says, format!("{ended} does not log why it exited: {log}"));
    scene
        .figures
        .must(ended == "back-twin", "the established process exited, not the newcomer".to_owned());
    scene.figures.note(format!("of two duplicate instances {ended} exited after {took:.1} s"));
    scene.fleet.end("back-twin", Signal::SIGTERM)?;
    scene.fleet.members.remove("back-twin");
    scene.back_at_work().await?;

    // A rolling release, whose services read one more topic and have folds of another version:
    // every call is answered, or rejected so that the client can call another process.
    let before = scene.client.broken_off();
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    for name in names {
        let status = scene.fleet.end(&name, Signal::SIGTERM)?;
        let well = status.is_some_and(|status| status.success());
        scene.figures.must(well, format!("{name} exited with {status:?}"));
        scene.fleet.start(&name, &[("RECOURSE_NEXT_RELEASE", "1".to_owned())])?;
        scene.figures.injected += 1;
        scene.back_at_work().await?;
    }
    let broken_off = scene.client.broken_off() - before;
    scene
        .figures
        .must(broken_off == 0, format!("{broken_off} calls were accepted but never answered"));
    Ok(())
}

/// Kind 8: one process of each crew has a clock that is an hour fast, then an hour slow.
pub(super) async fn wrong_clock(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let file = plan.folder.join("clock-shift");
    std::fs::write(&file, "0")?;
    for name in ["front-a", "back-a"] {
        scene.fleet.end(name, Signal::SIGTERM)?;
        scene.fleet.start(name, &[("RECOURSE_CLOCK_SHIFT", file.display().to_string())])?;
    }
    scene.back_at_work().await?;
    for seconds in ["3600", "-3600", "0"] {
        std::fs::write(&file, seconds)?;
        scene.figures.injected += 1;
        scene.wait(Duration::from_secs(10)).await;
        scene.back_at_work().await?;
    }
    Ok(())
}
