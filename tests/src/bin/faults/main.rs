//! `make faults`: injects faults into real processes, a real broker and a real database under load,
//! one kind after the other, and checks every invariant after each.
//!
//! - [`stack`] is a dedicated broker and database; [`fleet`] runs the services as processes.
//! - [`client`] and [`load`] are the external clients, who keep a ledger of what was acknowledged.
//! - [`scene`] is one fault's installation: how it starts, when it has recovered, what must hold.
//! - [`kinds`] are the twelve kinds of faults.
//!
//! Prints one line per kind with its figures, and a summary; the status is 0 only if all invariants
//! hold.

mod canaries;
mod client;
mod figures;
mod fleet;
mod kinds;
mod load;
mod scene;
mod stack;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use clap::Parser;
use serde_json::{Value, json};

use figures::Figures;
use kinds::{KINDS, Kind, Plan, QUICK};
use stack::Stack;
use tokio::signal::unix::{SignalKind, signal};

/// Inject every kind of fault under load, and check the invariants.
#[derive(Parser)]
struct Arguments {
    /// Only this kind of fault, 1 to 12; can be repeated.
    #[arg(long, value_name = "NUMBER", env = "FAULT", value_delimiter = ',')]
    fault: Vec<u8>,
    /// A one-minute run: some kills, and one restart of broker and database.
    #[arg(long)]
    quick: bool,
    /// Minimum number of kills at failpoints.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Chooses which failpoint kills which process on which pass.
    #[arg(long, env = "SEED", default_value_t = 1)]
    seed: u64,
    /// Print the figures as one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            done = run(&arguments) => done,
            // Dropping the run here ends everything that it started.
            reported = shutdown_signal() => {
                reported?;
                bail!("stopped by a signal");
            }
        }
    })
}

/// Resolves at SIGINT or SIGTERM.
async fn shutdown_signal() -> std::io::Result<()> {
    let mut ended = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = ended.recv() => Ok(()),
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let folder = root.join("target").join(if arguments.quick { "faults-quick" } else { "faults" });
    let programs = programs()?;
    let began = Instant::now();
    let stack = Stack::start(&root, &folder.join("stack")).context("starting a stack")?;
    let plan = Plan {
        root: &root,
        folder: &folder,
        programs: &programs,
        seed: arguments.seed,
        kills: if arguments.quick { 8 } else { arguments.kills },
        quick: arguments.quick,
    };
    let mut reported = Vec::new();
    let quick = [QUICK];
    let kinds = if arguments.quick { quick.iter() } else { KINDS.iter() };
    for kind in kinds.filter(|kind| arguments.wants(kind)) {
        let figures = Box::pin(kinds::run(kind, &stack, &plan)).await;
        if !arguments.json {
            print_line(kind, &figures);
        }
        reported.push((kind, figures));
    }
    drop(stack);
    ensure!(!reported.is_empty(), "no such kind of fault; kinds are 1 to 12");
    let holds = reported.iter().all(|(_, figures)| figures.broken.is_empty());
    let summary = summary(&reported, began.elapsed().as_secs());
    if arguments.json {
        println!("{summary}");
    } else {
        print_summary(&summary);
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Arguments {
    fn wants(&self, kind: &Kind) -> bool {
        self.quick || self.fault.is_empty() || self.fault.contains(&kind.number)
    }
}

/// The folder of the programs: that of this one.
fn programs() -> anyhow::Result<PathBuf> {
    let folder = std::env::current_exe()?.parent().context("no parent folder")?.to_owned();
    for program in ["recourse", "recourse-with-failpoints"] {
        let built = folder.join(program).exists();
        ensure!(built, "{program} is not built; `make faults` builds everything needed");
    }
    // The released program must have no failpoints; the program under test must have them.
    for (program, wanted) in [("recourse", false), ("recourse-with-failpoints", true)] {
        let bytes = std::fs::read(folder.join(program))?;
        let name = recourse_runtime::failpoint::FAILPOINTS[0].as_bytes();
        let has = bytes.windows(name.len()).any(|window| window == name);
        ensure!(has == wanted, "{program}: failpoints compiled in: {has}");
    }
    Ok(folder)
}

fn print_line(kind: &Kind, figures: &Figures) {
    let word = match (&figures.skipped, figures.broken.is_empty()) {
        (Some(_), _) => "SKIPPED",
        (None, true) => "holds",
        (None, false) => "BROKEN",
    };
    println!(
        "{:>2} {:<7} {}: injected {} times, {} kills; {} commands acknowledged ({} calls retried), \
         {} events; \
         longest recovery {:.1} s of {}; {} MiB at most",
        kind.number,
        word,
        kind.name,
        figures.injected,
        figures.kills,
        figures.acknowledged,
        figures.retried,
        figures.events,
        figures.longest().as_secs_f64(),
        figures.recoveries.len(),
        figures.peak_memory,
    );
    for note in &figures.notes {
        println!("           {note}");
    }
    for line in figures.skipped.iter().chain(figures.broken.iter().take(20)) {
        println!("   !!!     {line}");
    }
}

fn summary(reported: &[(&Kind, Figures)], seconds: u64) -> Value {
    let sum =
        |of: fn(&Figures) -> usize| reported.iter().map(|(_, figures)| of(figures)).sum::<usize>();
    let longest = reported.iter().map(|(_, figures)| figures.longest()).max().unwrap_or_default();
    let kinds = reported.iter().map(|(kind, figures)| {
        let recoveries: Vec<_> =
            figures.recoveries.iter().map(std::time::Duration::as_secs_f64).collect();
        json!({
            "number": kind.number, "name": kind.name, "holds": figures.broken.is_empty(),
            "skipped": figures.skipped, "injected": figures.injected, "kills": figures.kills,
            "acknowledged": figures.acknowledged, "retried": figures.retried,
            "events": figures.events, "recoveries_s": recoveries,
            "peak_memory_mib": figures.peak_memory,
            "notes": figures.notes, "broken": figures.broken,
        })
    });
    json!({
        "kinds": kinds.collect::<Vec<_>>(),
        "injected": sum(|figures| figures.injected),
        "kills": sum(|figures| figures.kills),
        "acknowledged": sum(|figures| figures.acknowledged),
        "events": sum(|figures| figures.events),
        "broken": sum(|figures| figures.broken.len()),
        "longest_recovery_s": longest.as_secs_f64(),
        "seconds": seconds,
    })
}

fn print_summary(summary: &Value) {
    let broken = summary["broken"].as_u64().unwrap_or_default();
    println!(
        "\n{} faults and {} kills in {} s; {} commands acknowledged, {} events; longest recovery \
         {:.1} s; {}",
        summary["injected"],
        summary["kills"],
        summary["seconds"],
        summary["acknowledged"],
        summary["events"],
        summary["longest_recovery_s"].as_f64().unwrap_or_default(),
        if broken == 0 { "all invariants hold".to_owned() } else { format!("{broken} violations") },
    );
}
