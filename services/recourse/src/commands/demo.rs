//! `recourse demo`: a year of a small marketplace.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use recourse_runtime::service::told_to_end;
use recourse_runtime::settings::Settings;

use crate::demo::{Options, run};

/// Play a year of a small marketplace through all services, and audit it.
///
/// The clock is moved from noon to noon; buyers, adjusters, shops, the marketplace and the payment gateway
/// act through public interfaces only. The same seed gives the same claims and outcomes. Everything is made
/// under a fresh prefix and deleted at the end. The exit status is 0 only when every claim replays to its read
/// model, every hash chain is whole and every sum of money balances.
#[derive(Args)]
pub(super) struct Demo {
    /// How many orders are placed in the year.
    #[arg(long, value_name = "N", default_value_t = 100)]
    orders: usize,
    /// What everything is drawn from.
    #[arg(long, value_name = "S", default_value_t = 2025)]
    seed: u64,
    /// Print the summary as one JSON object, on the last line.
    #[arg(long)]
    json: bool,
    /// Stay up afterwards, and say where to look.
    #[arg(long)]
    serve: bool,
    /// Where terms, tariffs and shops are.
    #[arg(long, value_name = "DIR", default_value = "deploy")]
    deploy: PathBuf,
}

impl Demo {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let options = Options {
            orders: self.orders,
            seed: self.seed,
            serve: self.serve,
            deploy: self.deploy,
            bar: std::io::stderr().is_terminal(),
        };
        let played = run(&settings, &options).await?;
        println!("{}", played.text);
        if self.json {
            println!("{}", played.summary);
        }
        if let Some(process) = played.process {
            let topics = &process.node.settings.topic_prefix;
            eprintln!("\nStill up, until Ctrl-C; the clock stands at the play's last noon:");
            eprintln!(
                "  HTTP     http://{}  (try /v1/claims, /v1/deadlines, /ready, /metrics)",
                process.address
            );
            eprintln!("  tokens   recourse token --role auditor --subject me");
            eprintln!("  topics   {topics}*");
            eprintln!("  schemas  {}*", process.node.settings.schema_prefix);
            let settings = process.node.settings.clone();
            process.until_told(&told_to_end()?).await;
            process.end().await?;
            crate::demo::clear(&settings).await?;
        }
        Ok(if played.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
