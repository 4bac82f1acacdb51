//! Kind 11: log, database and offsets from different times, or lost. Each case is detected when
//! partitions are claimed, and either repaired from the log, or refused with instructions.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;
use nix::sys::signal::Signal;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use recourse_audit::verification::log::contexts;
use recourse_audit::verification::readmodels::connection;
use recourse_runtime::topics::Topics;

use super::Plan;
use crate::scene::Scene;
use crate::stack::Part;

const CALL: Duration = Duration::from_secs(30);
const RUNS_FOR: Duration = Duration::from_secs(6);

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    // A deadline that fires on the older log would be lost with it.
    scene.stop_the_clock();
    offsets_expired(scene).await?;
    older_database(scene, plan).await?;
    older_log(scene, plan).await?;
    topic_made_again(scene).await
}

fn end_all(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    for name in names {
        scene.fleet.end(&name, Signal::SIGTERM)?;
    }
    Ok(())
}

/// Kafka has forgotten the groups' offsets, as after a week without members.
async fn offsets_expired(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.end_load().await?;
    end_all(scene)?;
    let topics = Topics::new(&scene.settings.topic_prefix);
    let groups: Vec<String> =
        contexts().map(|context| topics.named(&format!("recourse.{context}.writer"))).collect();
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let admin: AdminClient<DefaultClientContext> = connection(&scene.settings).client().create()?;
    let began = Instant::now();
    loop {
        let deleted = admin.delete_groups(&names, &AdminOptions::new()).await?;
        let left: Vec<_> = deleted.into_iter().filter_map(Result::err).collect();
        let gone = left.iter().all(|(_, code)| format!("{code:?}").contains("NotFound"));
        if gone {
            break;
        }
        ensure!(began.elapsed() < CALL, "the groups are not empty: {left:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    scene.begin_load().await
}

fn run(program: &str, arguments: &[&Path]) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    if program == "cp" {
        command.arg("-a");
    } else if program == "rm" {
        command.arg("-rf");
    }
    let done = command.args(arguments).status()?;
    ensure!(done.success(), "{program} {arguments:?}");
    Ok(())
}

/// A copy of a part's data, taken while it was stopped.
struct Copy {
    data: PathBuf,
    copy: PathBuf,
}

impl Copy {
    fn take(data: PathBuf, plan: &Plan<'_>, name: &str) -> anyhow::Result<Self> {
        let copy = plan.folder.join(name);
        run("rm", &[&copy])?;
        run("cp", &[&data, &copy])?;
        Ok(Self { data, copy })
    }

    fn put_back(&self) -> anyhow::Result<()> {
        run("rm", &[&self.data])?;
        run("cp", &[&self.copy, &self.data])?;
        run("rm", &[&self.copy])
    }
}

/// PostgreSQL returns to its state of some seconds ago: folds and read models are older than the
/// log, and catch up.
async fn older_database(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    scene.end_load().await?;
    end_all(scene)?;
    scene.stack.end(Part::PostgreSql, Signal::SIGINT)?;
    let copy = Copy::take(scene.stack.data_of(Part::PostgreSql)?, plan, "older-database")?;
    scene.stack.up()?;
    scene.back_at_work().await?;
    scene.begin_load().await?;
    scene.wait(RUNS_FOR).await;
    scene.end_load().await?;
    end_all(scene)?;
    scene.stack.end(Part::PostgreSql, Signal::SIGINT)?;
    copy.put_back()?;
    scene.stack.up()?;
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    scene.begin_load().await
}

/// Kafka returns to its state of some seconds ago: the folds are ahead of it. Nothing is decided;
/// each process exits with instructions; once the records are restored, everything continues.
async fn older_log(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    scene.end_load().await?;
    end_all(scene)?;
    scene.stack.end(Part::Kafka, Signal::SIGTERM)?;
    let data = scene.stack.data_of(Part::Kafka)?;
    let older = Copy::take(data.clone(), plan, "older-log")?;
    scene.stack.up()?;
    scene.back_at_work().await?;
    scene.begin_load().await?;
    scene.wait(RUNS_FOR).await;
    scene.end_load().await?;
    end_all(scene)?;
    scene.stack.end(Part::Kafka, Signal::SIGTERM)?;
    let newer = Copy::take(data, plan, "newer-log")?;
    older.put_back()?;
    scene.stack.up()?;
    scene.figures.injected += 1;
    refused(scene, "older copy")?;
    scene.stack.end(Part::Kafka, Signal::SIGTERM)?;
    newer.put_back()?;
    scene.stack.up()?;
    scene.back_at_work().await?;
    Ok(())
}

/// Starts one process of each crew: each has to exit on its own, with this text in its log.
fn refused(scene: &mut Scene<'_>, words: &str) -> anyhow::Result<()> {
    for name in ["front-a", "back-a"] {
        let log = scene.fleet.log_of(name);
        let before = std::fs::metadata(&log).map_or(0, |log| log.len());
        scene.fleet.start(name, &[])?;
        let status = scene.fleet.wait(name, Duration::from_secs(60))?;
        let text = std::fs::read(&log)?;
        let said =
            String::from_utf8_lossy(text.get(usize::try_from(before)?..).unwrap_or_default());
        let failed = status.is_some_and(|status| !status.success());
        let says = said.contains(words);
        scene.figures.must(failed && says, format!("{name} does not refuse an older log: {said}"));
    }
    Ok(())
}

/// A topic of events is deleted and recreated, empty: nothing may be decided on top of lost events.
async fn topic_made_again(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.check().await?;
    end_all(scene)?;
    let topics = Topics::new(&scene.settings.topic_prefix);
    let admin: AdminClient<DefaultClientContext> = connection(&scene.settings).client().create()?;
    let deleted = [topics.events("orders"), topics.events("claims")];
    let names: Vec<&str> = deleted.iter().map(String::as_str).collect();
    for gone in admin.delete_topics(&names, &AdminOptions::new()).await? {
        gone.map_err(|(topic, code)| anyhow::anyhow!("{topic}: {code}"))?;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    scene.figures.injected += 1;
    refused(scene, "was recreated")?;
    scene.is_lost();
    Ok(())
}
