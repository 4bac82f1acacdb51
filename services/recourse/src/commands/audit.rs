//! `recourse audit`: checks and replays the log from its first record.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use recourse_audit::replay;
use recourse_audit::verification::{Break, Tally, log, readmodels, visibility};
use recourse_kernel::ClaimId;
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;

/// Check the log, or replay a claim from it.
#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    what: What,
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
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Replay { claim, findings } => replay(settings, claim, findings).await,
            What::Verify { all, log_only } => verify(settings, all, log_only).await,
        }
    }
}

async fn replay(settings: Settings, claim: ClaimId, findings: bool) -> anyhow::Result<ExitCode> {
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
        println!("{}  {:<28}  {}", line.at.format("%Y-%m-%d %H:%M"), line.who, line.says);
        for finding in line.findings.iter().filter(|_| findings) {
            println!("{:18}· {finding}", "");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(settings: Settings, all: bool, log_only: bool) -> anyhow::Result<ExitCode> {
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
    let mut broken = report(&breaks);
    if broken > 0 && !all {
        return Ok(ExitCode::FAILURE);
    }
    let Tally { events, streams, settlements, settlements_closed } = tally;
    println!(
        "{events} events in {streams} streams; {settlements} settlements, {settlements_closed} of \
         them closed"
    );
    if !log_only {
        for service in ServiceName::ALL {
            let found = readmodels::verify(&settings, service.spec(), |_| {})
                .await
                .with_context(|| format!("rebuilding the read model of {}", service.name()))?;
            broken += report(found.as_slice());
            if broken > 0 && !all {
                return Ok(ExitCode::FAILURE);
            }
            println!("{}: read model rebuilt and compared", service.name());
        }
    }
    if broken > 0 {
        println!("{broken} violations");
        return Ok(ExitCode::FAILURE);
    }
    println!("all checks passed");
    Ok(ExitCode::SUCCESS)
}

fn report(breaks: &[Break]) -> usize {
    for found in breaks {
        println!("BROKEN  {found}");
    }
    breaks.len()
}
