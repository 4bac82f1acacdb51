//! `recourse demo`: a year of a small marketplace.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use recourse_runtime::service::asked_to_stop;
use recourse_runtime::settings::Settings;

use crate::demo::{Options, run};

/// Play a year of a small marketplace through all services, and audit it.
///
/// The clock is moved from noon to noon; buyers, adjusters, shops, the marketplace and the payment gateway
/// act through public interfaces only. The same seed gives the same claims and outcomes. Everything is made
/// under a fresh prefix and deleted at the end. The exit status is 0 only when every order that was told and every
/// claim that was filed is on the log, every claim replays to its read model, every hash chain is whole, nothing answers
/// an aborted record and every sum of money balances.
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
            let program = std::env::args().next().unwrap_or_else(|| "recourse".to_owned());
            eprintln!("{}", where_to_look(&program, process.address, &process.node.settings));
            let settings = process.node.settings.clone();
            process.until_cancelled(&asked_to_stop()?).await;
            process.end().await?;
            crate::demo::clear(&settings).await?;
        }
        Ok(if played.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Whom to ask, as whom, and where everything stands. The play runs in development mode only, whose database's password
/// is no secret.
fn where_to_look(program: &str, address: SocketAddr, settings: &Settings) -> String {
    let Settings { kafka, database_url, topic_prefix, schema_prefix, .. } = settings;
    format!(
        "\nStill up, until Ctrl-C; the clock stands at the play's last noon:\n  \
         HTTP        http://{address}  (try /v1/claims, /v1/deadlines, /ready, /metrics)\n  \
         tokens      {program} token --role auditor --subject me\n  \
         for example curl -H \"authorization: Bearer $({program} token --role auditor --subject me)\" \
         http://{address}/v1/claims\n  \
         Kafka       KAFKA_BROKERS={}  (topics {topic_prefix}*)\n  \
         PostgreSQL  DATABASE_URL={database_url}  (schemas {schema_prefix}*)",
        kafka.brokers
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_look_is_where_it_runs() {
        let mut settings = Settings {
            topic_prefix: "demo-7.".to_owned(),
            schema_prefix: "demo_7_".to_owned(),
            database_url: "postgres://me@127.0.0.1:5433/here".to_owned(),
            ..Settings::default()
        };
        settings.kafka.brokers = "127.0.0.1:9093".to_owned();
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let reported = where_to_look("target/debug/recourse", address, &settings);
        for part in [
            "http://127.0.0.1:8080",
            "target/debug/recourse token --role auditor --subject me",
            "KAFKA_BROKERS=127.0.0.1:9093  (topics demo-7.*)",
            "DATABASE_URL=postgres://me@127.0.0.1:5433/here  (schemas demo_7_*)",
        ] {
            assert!(reported.contains(part), "{part}: {reported}");
        }
    }
}
