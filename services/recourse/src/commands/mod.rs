//! The command line: one command, one file.

mod audit;
mod case;
mod dead_letters;
mod demo;
mod import;
mod publish;
mod rebuild;
mod serve;
mod token;

/// Publishing, for whoever plays.
pub mod published {
    pub use super::publish::{Document, documents, publish};
}

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use recourse_runtime::settings::Settings;
use recourse_runtime::telemetry;

/// Warranty claims on a marketplace, from the order to the last leg of money; every decision explained,
/// and everything that anyone reads can be made again from the log.
///
/// New here? `make demo` plays a whole year in a few minutes. `make up`, then `recourse serve`, gives you a
/// running installation; `recourse publish` fills it with terms, `recourse token` lets you in.
#[derive(Parser)]
#[command(name = "recourse", version, max_term_width = 100)]
struct Cli {
    /// A file of settings. Every key with its default is in services/recourse/config.default.toml; variables
    /// of the environment, `RECOURSE__HTTP__BIND` or `KAFKA_BROKERS` and `DATABASE_URL`, override it.
    #[arg(long, global = true, value_name = "FILE", env = "RECOURSE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run services: all of them in one process, or those that you name.
    Serve(serve::Serve),
    /// Play a year of a small marketplace through all services, and audit it.
    Demo(demo::Demo),
    /// Play case files: the rulebook, case by case.
    Case(case::CaseCommand),
    /// Publish terms, tariffs and shops to a running installation.
    Publish(publish::Publish),
    /// Print a token of the development issuer.
    Token(token::Token),
    /// Check the log, or replay a claim from it, without any database in between.
    Audit(audit::Audit),
    /// Import what a marketplace exported.
    Import(import::Import),
    /// See to records that could not be read or decided.
    DeadLetters(dead_letters::DeadLetters),
    /// Make a service's read model again from the log, beside the live one, and put it in its place.
    Rebuild(rebuild::Rebuild),
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match perform(cli) {
        Ok(status) => status,
        Err(error) => {
            // Once, here, with everything that led to it.
            eprintln!("recourse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: Cli) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(crate::DEFAULT_CONFIG, cli.config.as_deref())?;
    if matches!(cli.command, Command::Demo(_)) && settings.telemetry.filter == "warn" {
        // What it provokes on purpose is told at its end.
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
            Command::Case(case) => Box::pin(case.perform(settings)).await,
            Command::Publish(publish) => publish.perform(&settings).await,
            Command::Token(token) => token.perform(&settings),
            Command::Audit(audit) => audit.perform(settings).await,
            Command::Import(import) => import.perform(settings).await,
            Command::DeadLetters(command) => command.perform(settings).await,
            Command::Rebuild(rebuild) => rebuild.perform(settings).await,
        }
    });
    // A thread that waits for a broker or a database that is away is not waited for.
    runtime.shutdown_background();
    done
}
