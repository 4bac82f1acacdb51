//! The command line: one file per command.

mod audit;
#[cfg(feature = "cases")]
mod case;
mod dead_letters;
mod demo;
mod import;
mod publish;
mod rebuild;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use recourse_runtime::settings::Settings;
use recourse_runtime::telemetry;

/// Warranty claims on a marketplace, from the order to the last payment. Every decision is
/// explained, and every read model can be rebuilt from the log.
///
/// New here? `make demo` plays a whole year in a few minutes. For a running installation: `make
/// up`, then `recourse serve`; `recourse publish` fills it with terms, and `recourse token` prints
/// a token to call it with.
#[derive(Parser)]
#[command(name = "recourse", version, max_term_width = 100)]
struct Cli {
    /// Settings file. services/recourse/config.default.toml lists every key with its default.
    /// Environment variables override it: `RECOURSE__HTTP__BIND`, `KAFKA_BROKERS`, `DATABASE_URL`.
    #[arg(long, global = true, value_name = "FILE", env = "RECOURSE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run services: all of them in one process, or those you name.
    Serve(serve::Serve),
    /// Play a year of a small marketplace through all services, and audit it.
    Demo(demo::Demo),
    /// Play case files: the rulebook, case by case.
    #[cfg(feature = "cases")]
    Case(case::CaseCommand),
    /// Publish terms, tariffs and shops to a running installation.
    Publish(publish::Publish),
    /// Print a token of the development issuer.
    Token(token::Token),
    /// Check the log, or replay a claim from it, without reading any database.
    Audit(audit::Audit),
    /// Import a marketplace's export.
    Import(import::Import),
    /// List, redrive and discard records that could not be read or decided.
    DeadLetters(dead_letters::DeadLetters),
    /// Rebuild a service's read model from the log next to the live one, then replace it.
    Rebuild(rebuild::Rebuild),
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match perform(cli) {
        Ok(status) => status,
        Err(error) => {
            // The only place that prints the error, with its causes.
            eprintln!("recourse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: Cli) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(crate::DEFAULT_CONFIG, cli.config.as_deref())?;
    if matches!(cli.command, Command::Demo(_)) && settings.telemetry.filter == "warn" {
        // The demo provokes warnings on purpose, and reports them at its end.
        "error".clone_into(&mut settings.telemetry.filter);
    }
    if let Command::Token(token) = &cli.command {
        return token.perform(&settings);
    }
    let process = match &cli.command {
        Command::Serve(serve) => serve.process(),
        Command::Demo(_) => "demo",
        _ => "command",
    };
    let _telemetry = telemetry::start(process, &settings.telemetry)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => Box::pin(serve.perform(settings)).await,
            Command::Demo(demo) => Box::pin(demo.perform(settings)).await,
            #[cfg(feature = "cases")]
            Command::Case(case) => Box::pin(case.perform(settings)).await,
            Command::Publish(publish) => publish.perform(&settings).await,
            Command::Token(token) => token.perform(&settings),
            Command::Audit(audit) => audit.perform(settings).await,
            Command::Import(import) => import.perform(settings).await,
            Command::DeadLetters(command) => command.perform(settings).await,
            Command::Rebuild(rebuild) => rebuild.perform(settings).await,
        }
    });
    // Do not wait for a thread that is blocked on an unreachable broker or database.
    runtime.shutdown_background();
    done
}
