//! The command line: one file per command.

mod audit;
mod call;
#[cfg(feature = "cases")]
mod case;
mod clock;
mod completion;
mod dead_letters;
mod demo;
mod duration;
mod import;
mod installation;
mod output;
mod progress;
mod publish;
mod rebuild;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::Settings;
use recourse_runtime::telemetry;

/// Warranty claims on a marketplace, from the order to the last payment. Every decision is
/// explained, and every read model can be rebuilt from the log.
///
/// New here? `make demo` plays a whole year in a few minutes. For a running installation: `make
/// up`, then `recourse serve`, which prints the next steps. From an order to a paid claim:
/// services/recourse/README.md.
#[derive(Parser)]
#[command(name = "recourse", version, max_term_width = 100, after_help = STATUS)]
struct Cli {
    /// Settings file. services/recourse/config.default.toml lists every key with its default.
    /// Environment variables override it: `RECOURSE__HTTP__BIND`, `KAFKA_BROKERS`, `DATABASE_URL`.
    #[arg(long, global = true, value_name = "FILE", env = "RECOURSE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// The exit statuses of all commands; services/recourse/README.md has them as well.
const STATUS: &str = "Exit status:\n  \
     0  done\n  \
     1  failed, or a check found a difference or a violation\n  \
     2  not everything was used (refused documents, dead-lettered records, files that an import \
     cannot read, a stopped import), or the command line is wrong";
/// The exit status of a command that could not use everything that it was given.
const NOT_ALL_USED: u8 = 2;

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
    /// Show or move the test clock of an installation in development mode.
    Clock(clock::Clock),
    /// Call a running installation over HTTP, with a token of the development issuer.
    Call(call::Call),
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
    /// Print the completion script of a shell.
    Completion(completion::Completion),
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match perform(cli) {
        Ok(status) => status,
        Err(error) => {
            // The only place that prints the error, with its causes.
            output::note(format_args!("recourse: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Completion(completion) = &cli.command {
        return Ok(completion.perform(Cli::command()));
    }
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
        if let Some(needs) = cli.command.needs() {
            reachable::check(&settings, needs).await?;
        }
        match cli.command {
            Command::Serve(serve) => Box::pin(serve.perform(settings)).await,
            Command::Demo(demo) => Box::pin(demo.perform(settings)).await,
            #[cfg(feature = "cases")]
            Command::Case(case) => Box::pin(case.perform(settings)).await,
            Command::Publish(publish) => publish.perform(&settings).await,
            Command::Clock(clock) => clock.perform(&settings).await,
            Command::Call(call) => call.perform(&settings).await,
            Command::Completion(_) | Command::Token(_) => Ok(ExitCode::SUCCESS),
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

impl Command {
    /// What has to be running before the command starts, apart from an installation. `serve`,
    /// `demo` and `case run --live` check it themselves.
    fn needs(&self) -> Option<Needs> {
        match self {
            Self::Audit(audit) => Some(audit.needs()),
            Self::Import(_) | Self::Rebuild(_) => Some(Needs::Both),
            Self::DeadLetters(_) => Some(Needs::Kafka),
            #[cfg(feature = "cases")]
            Self::Case(case) => case.needs(),
            Self::Serve(_)
            | Self::Demo(_)
            | Self::Publish(_)
            | Self::Clock(_)
            | Self::Call(_)
            | Self::Token(_)
            | Self::Completion(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands without `--json`, each with the reason.
    const WITHOUT_JSON: [(&str, &str); 2] = [
        ("recourse case schema", "prints a JSON Schema, which is JSON"),
        ("recourse completion", "prints a script for a shell"),
    ];

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The commands that do something, by the words that call them.
    fn commands(command: &clap::Command, words: &str, found: &mut Vec<(String, bool)>) {
        let words = format!("{words}{}", command.get_name());
        let mut inside =
            command.get_subcommands().filter(|one| one.get_name() != "help").peekable();
        if inside.peek().is_none() {
            let has_json = command.get_arguments().any(|argument| argument.get_id() == "json");
            found.push((words, has_json));
            return;
        }
        for one in inside {
            commands(one, &format!("{words} "), found);
        }
    }

    #[test]
    fn every_command_that_prints_data_prints_json() {
        let mut all = Cli::command();
        // Adds the arguments that a command takes from those above it.
        all.build();
        let mut found = Vec::new();
        commands(&all, "", &mut found);
        assert!(found.len() > 15, "{found:?}");
        for (command, has_json) in &found {
            let why_not = WITHOUT_JSON.iter().find(|(without, _)| without == command);
            assert_eq!(*has_json, why_not.is_none(), "{command}: {why_not:?}");
        }
        for (without, _) in WITHOUT_JSON.iter().filter(|_| cfg!(feature = "cases")) {
            assert!(found.iter().any(|(command, _)| command == without), "{without} is gone");
        }
    }
}
