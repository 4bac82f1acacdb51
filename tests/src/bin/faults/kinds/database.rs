//! Kind 4: the database killed in mid-batch, its connections cut in a loop, and unreachable for a
//! minute.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sqlx::{Connection as _, PgConnection};

use super::Plan;
use crate::scene::Scene;
use crate::stack::Part;

const CUT_FOR: Duration = Duration::from_secs(20);
const AWAY_FOR: Duration = Duration::from_secs(60);

pub(super) async fn inject(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let times = if plan.quick { 1 } else { 3 };
    for _ in 0..times {
        // What `pg_ctl stop -m immediate` sends.
        scene.stack.end(Part::PostgreSql, Signal::SIGQUIT)?;
        scene.stack.up()?;
        scene.figures.kills += 1;
        scene.figures.injected += 1;
        scene.back_at_work().await?;
        scene.wait(Duration::from_secs(2)).await;
    }
    if plan.quick {
        return Ok(());
    }
    cut_connections(scene).await?;
    scene.back_at_work().await?;
    away(scene).await
}

async fn cut_connections(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut cut = 0_i64;
    while began.elapsed() < CUT_FOR {
        let mut database = PgConnection::connect(&scene.settings.database_url).await?;
        let ended: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .fetch_one(&mut database)
        .await?;
        database.close().await?;
        cut += ended;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    scene.figures.injected += 1;
    scene.figures.note(format!("{cut} connections cut in {} s", CUT_FOR.as_secs()));
    Ok(())
}

/// Unreachable for a minute: meanwhile no process is ready, each reports why, and none exits.
async fn away(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    scene.stack.end(Part::PostgreSql, Signal::SIGQUIT)?;
    scene.figures.injected += 1;
    scene.wait(AWAY_FOR).await;
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    for name in names {
        let reported = scene.fleet.readiness(&name, &scene.client.http).await;
        let says = reported.as_ref().map(|(_, reported)| reported.to_string()).unwrap_or_default();
        let is_reported = matches!(reported, Some((false, _))) && says.contains("database");
        scene
            .figures
            .must(is_reported, format!("{name} does not report that its database is down: {says}"));
        let lives = scene.fleet.runs(&name);
        scene.figures.must(lives, format!("{name} exited while its database was down"));
    }
    scene.stack.up()?;
    scene.back_at_work().await?;
    Ok(())
}
