//! `recourse demo`: a year of a small marketplace.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use recourse_demo::{Options, clear, run};
use recourse_runtime::settings::Settings;
use recourse_wiring::shutdown_signal;

use super::output::{either, note};

/// Play a year of a small marketplace through all services, and audit it.
///
/// The clock moves from noon to noon; buyers, adjusters, shops, the marketplace and the payment
/// gateway use public interfaces only. The same seed gives the same claims and outcomes. Everything
/// is created under a fresh prefix and deleted at the end. The exit status is 0 only if every
/// published order and every filed claim is on the log, every claim's replay matches its read
/// model, every hash chain is intact, no event answers an aborted record, and every settlement
/// balances.
#[derive(Args)]
pub(super) struct Demo {
    /// Number of orders placed in the year.
    #[arg(long, value_name = "N", default_value_t = 100)]
    orders: usize,
    /// Seed of the random number generator.
    #[arg(long, value_name = "S", default_value_t = 2025)]
    seed: u64,
    /// Print the summary as one JSON object; the report then goes to standard error.
    #[arg(long)]
    json: bool,
    /// Keep running afterwards, and print where to look.
    #[arg(long)]
    serve: bool,
    /// Folder of the terms, tariffs and shops.
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
        let played = Box::pin(run(&settings, &options)).await?;
        if self.json {
            note(&played.text);
        }
        either(self.json, &played.summary, &played.text);
        if let Some(process) = played.process {
            let program = std::env::args().next().unwrap_or_else(|| "recourse".to_owned());
            note(where_to_look(&program, process.address, &process.node.settings));
            let settings = process.node.settings.clone();
            process.until_cancelled(&shutdown_signal()?).await;
            process.end().await?;
            clear(&settings).await?;
        }
        Ok(if played.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The URLs, tokens and names to explore with. The demo runs in development mode only, so the
/// database password is no secret.
fn where_to_look(program: &str, address: SocketAddr, settings: &Settings) -> String {
    let Settings { kafka, database_url, topic_prefix, schema_prefix, partitions, .. } = settings;
    format!(
        "\nStill running, until Ctrl-C; the clock is stopped at the demo's last noon:\n  \
         HTTP        http://{address}  (try /v1/claims, /v1/deadlines, /ready, /metrics)\n  \
         tokens      {program} token --role auditor --subject me\n  \
         example     curl -H \"authorization: Bearer $({program} token --role auditor --subject \
         me)\" http://{address}/v1/claims\n  \
         Kafka       topics {topic_prefix}*\n  \
         PostgreSQL  schemas {schema_prefix}*\n\
         Settings with which other commands see it, such as `{program} audit verify`:\n  \
         export KAFKA_BROKERS={} DATABASE_URL={database_url}\n  \
         export RECOURSE__TOPIC_PREFIX={topic_prefix} RECOURSE__SCHEMA_PREFIX={schema_prefix}\n  \
         export RECOURSE__PARTITIONS={partitions} RECOURSE__CLOCK=topic \
         RECOURSE__HTTP__BIND={address}",
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
            "export KAFKA_BROKERS=127.0.0.1:9093 DATABASE_URL=postgres://me@127.0.0.1:5433/here",
            "export RECOURSE__TOPIC_PREFIX=demo-7. RECOURSE__SCHEMA_PREFIX=demo_7_",
            "RECOURSE__PARTITIONS=12 ",
        ] {
            assert!(reported.contains(part), "{part}: {reported}");
        }
    }
}
