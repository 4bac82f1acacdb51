//! `recourse case run`: case files, played.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use recourse_runtime::settings::Settings;

use crate::cases::{Case, Documents, Report, live, play, print, schema};

/// Play case files: the rulebook, case by case.
#[derive(Args)]
pub(super) struct CaseCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Play cases and compare what comes of them with what they expect.
    ///
    /// In memory, through the deciders of all services, in milliseconds; nothing else needs to run. One file
    /// prints its timeline, several a line each and the timelines of those that differ. Ends with status 1
    /// when anything differs. How a case is written: tests/cases/README.md.
    Run {
        /// The case files; a folder is every case in it.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Play them on a running system, through its public interfaces: the marketplace's topic, HTTP, the
        /// clock of development mode. The services are started for it, under a fresh prefix on the Kafka and
        /// PostgreSQL of the settings; all cases are played at once, each with a purchase of its own.
        #[arg(long)]
        live: bool,
        /// Play them on an installation that somebody else runs at this address, with every service in one process,
        /// in development mode and with the clock of the clock topic, which has not gone beyond 2024. The settings
        /// are that installation's own: Kafka, prefix, development keys. What is played stays there.
        #[arg(long, value_name = "URL", conflicts_with = "live")]
        at: Option<String>,
        /// Print what happened as JSON, one object a line and case.
        #[arg(long)]
        json: bool,
        /// Print every timeline, also of several cases.
        #[arg(long)]
        timeline: bool,
        /// Where terms, tariffs and shops are.
        #[arg(long, value_name = "DIR", default_value = "deploy")]
        deploy: PathBuf,
    },
    /// Print the JSON Schema of case files.
    Schema,
}

impl CaseCommand {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let What::Run { files, live, at, json, timeline, deploy } = self.what else {
            println!("{}", schema::text()?);
            return Ok(ExitCode::SUCCESS);
        };
        let documents = Documents::read(&deploy)?;
        let files = all_cases(files)?;
        let (mut cases, mut holds) = (Vec::new(), true);
        for file in &files {
            match Case::read(file) {
                Ok(case) => cases.push(case),
                // The others are played all the same.
                Err(error) => {
                    holds = false;
                    eprintln!("recourse: {error}");
                }
            }
        }
        let reports = if let Some(url) = &at {
            Box::pin(live::play_at(&cases, &documents, &settings, &deploy, url)).await?
        } else if live {
            Box::pin(live::play_all(&cases, &documents, &settings, &deploy)).await?
        } else {
            let mut reports = Vec::new();
            for case in &cases {
                match play(case, &documents) {
                    Ok(played) => reports.push(played.report),
                    Err(error) => {
                        holds = false;
                        eprintln!("recourse: {error:#}");
                    }
                }
            }
            reports
        };
        report(&reports, json, timeline || files.len() == 1);
        holds &= reports.iter().all(Report::holds);
        Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn report(reports: &[Report], json: bool, timelines: bool) {
    for report in reports {
        if json {
            println!("{}", print::machine(report));
        } else if timelines || !report.holds() {
            println!("{}\n", print::timeline(report));
        } else {
            println!("{}", print::headline(report));
        }
    }
    if !json && reports.len() > 1 {
        let differ = reports.iter().filter(|report| !report.holds()).count();
        println!("{} cases, {differ} differ", reports.len());
    }
}

/// The files, and those in the folders, in the order of their names.
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
