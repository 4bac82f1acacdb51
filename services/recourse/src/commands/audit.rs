//! `recourse audit`: checks and replays the log from its first record.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use recourse_audit::replay::{self, Line};
use recourse_audit::verification::{Break, Tally, log, readmodels, visibility};
use recourse_kernel::ClaimId;
use recourse_process::ServiceName;
use recourse_runtime::reachable::Needs;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;
use serde_json::json;

use super::output::{data, note};
use super::progress::Progress;

/// Check the log, or replay a claim from it.
#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    what: What,
    /// Print JSON: for `replay` one object per line of the history, for `verify` one object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Print the full history of a claim, straight from Kafka; no database is read.
    Replay {
        /// The claim id, such as clm_0123456789ABCDEFGHJKMNPQRS-1.1-1.
        claim: ClaimId,
        /// Also print the rules that each decision evaluated, and their results.
        #[arg(long)]
        findings: bool,
    },
    /// Check every record of every topic, and compare every read model with its rebuild.
    ///
    /// Checks hash chains; versions 1, 2, 3, …; that every input is answered exactly once; keys and
    /// partitions; that every event folds; that every closed settlement is balanced and no payment
    /// is made twice; that no event answers a record of an aborted transaction; that every read
    /// model equals its rebuild from the log. Stops with status 1 at the first violation, and
    /// prints where it is and what is wrong.
    Verify {
        /// Continue after a violation; print and count all of them.
        #[arg(long)]
        all: bool,
        /// Check the log only, not the read models.
        #[arg(long)]
        log_only: bool,
    },
}

impl Audit {
    /// What has to be running.
    pub(super) fn needs(&self) -> Needs {
        match self.what {
            What::Replay { .. } | What::Verify { log_only: true, .. } => Needs::Kafka,
            What::Verify { log_only: false, .. } => Needs::Both,
        }
    }

    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Replay { claim, findings } => replay(settings, claim, findings, self.json).await,
            What::Verify { all, log_only } => {
                let mut outcome = Outcome::default();
                verify(&settings, all, log_only, &mut outcome).await?;
                outcome.print(self.json, all);
                let holds = outcome.violations.is_empty();
                Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        }
    }
}

async fn replay(
    settings: Settings,
    claim: ClaimId,
    findings: bool,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let lines = tokio::task::spawn_blocking(move || {
        let topics = Topics::new(&settings.topic_prefix);
        replay::of_claim(&readmodels::connection(&settings), &topics, settings.partitions, claim)
    })
    .await?
    .context("reading the log")?;
    if !lines.iter().any(|line| line.subject == claim.to_string()) {
        anyhow::bail!("no events for {claim} on the log");
    }
    for line in lines {
        if json {
            let Line { at, recorded, who, subject, says, findings: tried } = line;
            let mut value = json!({
                "at": at, "recorded": recorded, "who": who, "subject": subject, "says": says,
            });
            if findings {
                value["findings"] = json!(tried);
            }
            data(value);
            continue;
        }
        data(format_args!("{}  {:<28}  {}", line.at.format("%Y-%m-%d %H:%M"), line.who, line.says));
        for finding in line.findings.iter().filter(|_| findings) {
            data(format_args!("{:18}· {finding}", ""));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a verification found.
#[derive(Default)]
struct Outcome {
    violations: Vec<Break>,
    tally: Option<Tally>,
    read_models: Vec<&'static str>,
}

/// Checks the log, then each read model; without `all`, up to the first violation.
async fn verify(
    settings: &Settings,
    all: bool,
    log_only: bool,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    note("reading the log");
    let reading = settings.clone();
    let (breaks, tally) = tokio::task::spawn_blocking(move || {
        let (mut breaks, tally) = log::verify(&reading, all)?;
        if breaks.is_empty() || all {
            breaks.extend(visibility::verify(&reading)?);
        }
        anyhow::Ok((breaks, tally))
    })
    .await?
    .context("reading the log")?;
    outcome.violations.extend(breaks);
    outcome.tally = Some(tally);
    for service in ServiceName::ALL.into_iter().filter(|_| !log_only) {
        if !outcome.violations.is_empty() && !all {
            return Ok(());
        }
        note(format_args!("{}: rebuilding and comparing the read model", service.name()));
        let progress = Arc::new(Progress::of("rebuilding", "offsets"));
        let shown = Arc::clone(&progress);
        let found = readmodels::verify(settings, service.spec(), move |rebuilt| {
            shown.reached(rebuilt.done, rebuilt.total, "");
        });
        let found = found
            .await
            .with_context(|| format!("rebuilding the read model of {}", service.name()))?;
        progress.finish();
        outcome.violations.extend(found);
        outcome.read_models.push(service.name());
    }
    Ok(())
}

impl Outcome {
    fn print(&self, json: bool, all: bool) {
        let Tally { events, streams, settlements, settlements_closed } =
            self.tally.unwrap_or_default();
        if json {
            let violations = self.violations.iter().map(|found| {
                let Break { check, location, why } = found;
                json!({ "check": check.name(), "location": location, "why": why })
            });
            return data(json!({
                "passed": self.violations.is_empty(),
                "violations": violations.collect::<Vec<_>>(),
                "events": events,
                "streams": streams,
                "settlements": settlements,
                "settlements_closed": settlements_closed,
                "read_models": self.read_models,
            }));
        }
        for found in &self.violations {
            data(format_args!("BROKEN  {found}"));
        }
        if !self.violations.is_empty() && !all {
            return;
        }
        data(format_args!(
            "{events} events in {streams} streams; {settlements} settlements, {settlements_closed} \
             of them closed"
        ));
        for service in &self.read_models {
            data(format_args!("{service}: read model rebuilt and compared"));
        }
        match self.violations.len() {
            0 => data("all checks passed"),
            broken => data(format_args!("{broken} violations")),
        }
    }
}
