//! `recourse case`: plays case files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use recourse_cases::{Case, Documents, Report, live, play, print, schema};
use recourse_kernel::Instant;
use recourse_runtime::reachable::Needs;
use recourse_runtime::settings::Settings;

use super::installation::Installation;
use super::output::{data, note};
use super::progress::Progress;

/// Play case files: the rulebook, case by case.
#[derive(Args)]
pub(super) struct CaseCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Play cases and compare the results with what they expect.
    ///
    /// Runs in memory, through the deciders of all services, in milliseconds; no broker or database
    /// is needed. For one file the timeline is printed; for several, one line each, and the
    /// timelines of those that differ. Ends with status 1 if anything differs. How to write a case:
    /// tests/cases/README.md.
    Run {
        /// Case files, or folders of case files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Play them on a running system, through its public interfaces: the marketplace's topic,
        /// HTTP, the clock of development mode. The services are started for the run, under a fresh
        /// prefix, on the Kafka and PostgreSQL of the settings; all cases are played at once, each
        /// with its own purchase.
        #[arg(long)]
        live: bool,
        /// Play them on an existing installation at this address. It must run every service in one
        /// process, in development mode, with the topic clock, and the clock must not be past 2024.
        /// Use that installation's settings: Kafka, prefix, development keys. The played data is
        /// not deleted.
        #[arg(long, value_name = "URL", conflicts_with = "live")]
        at: Option<String>,
        /// Print the results as JSON, one object per line and case.
        #[arg(long)]
        json: bool,
        /// Print every timeline, also when playing several cases.
        #[arg(long)]
        timeline: bool,
        /// Folder of the terms, tariffs and shops.
        #[arg(long, value_name = "DIR", default_value = "deploy")]
        deploy: PathBuf,
    },
    /// Print the JSON Schema of case files.
    Schema,
}

impl CaseCommand {
    /// What has to be running, apart from the installation.
    pub(super) fn needs(&self) -> Option<Needs> {
        match &self.what {
            What::Run { at: Some(_), .. } => Some(Needs::Kafka),
            _ => None,
        }
    }

    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let What::Run { files, live, at, json, timeline, deploy } = self.what else {
            data(schema::text()?);
            return Ok(ExitCode::SUCCESS);
        };
        let documents = Documents::read(&deploy)?;
        let files = all_cases(files)?;
        let (mut cases, mut failed) = (Vec::new(), 0);
        for file in &files {
            match Case::read(file) {
                Ok(case) => cases.push(case),
                // The other cases are still played.
                Err(error) => {
                    failed += 1;
                    note(format_args!("recourse: {error}"));
                }
            }
        }
        let progress = Progress::of("playing", "stops of the clock");
        let shown = |at: Instant, done: usize, all: usize| {
            progress.reached(done as u64, all as u64, &at.format("%Y-%m-%d %H:%M").to_string());
        };
        let reports = if let Some(url) = &at {
            // Before anything is sent to its Kafka.
            let installation = Installation::at(Some(url.clone()), &settings)?;
            installation.named_with("--at").has_started().await?;
            Box::pin(live::play_at(&cases, &documents, &settings, &deploy, url, &shown)).await?
        } else if live {
            Box::pin(live::play_all(&cases, &documents, &settings, &deploy, &shown)).await?
        } else {
            let mut reports = Vec::new();
            for case in &cases {
                match play(case, &documents) {
                    Ok(played) => reports.push(played.report),
                    Err(error) => {
                        failed += 1;
                        note(format_args!("recourse: {error:#}"));
                    }
                }
            }
            reports
        };
        progress.finish();
        report(&reports, failed, json, timeline || files.len() == 1);
        let holds = reports.iter().all(Report::holds);
        Ok(if holds && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Prints the reports, and at the end how many differ and how many could not be played.
fn report(reports: &[Report], failed: usize, json: bool, timelines: bool) {
    for report in reports {
        if json {
            data(print::machine(report));
        } else if timelines || !report.holds() {
            data(format_args!("{}\n", print::timeline(report)));
        } else {
            data(print::headline(report));
        }
    }
    if !json && reports.len() + failed > 1 {
        let differ = reports.iter().filter(|report| !report.holds()).count();
        let all = reports.len() + failed;
        let unplayed = match failed {
            0 => String::new(),
            _ => format!(", {failed} cannot be played"),
        };
        data(format_args!("{all} cases, {differ} differ{unplayed}"));
    }
}

/// The named files, and the case files in named folders, sorted by name.
fn all_cases(named: Vec<PathBuf>) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in std::fs::read_dir(&path)? {
                inside.push(entry?.path());
            }
            inside.retain(|path| {
                path.is_dir() || path.extension().is_some_and(|ending| ending == "yaml")
            });
            inside.sort();
            files.extend(all_cases(inside)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
