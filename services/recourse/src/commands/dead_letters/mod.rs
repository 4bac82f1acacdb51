//! `recourse dead-letters`: records that could not be read or decided, and the purchases that they
//! block.

mod desk;
mod shelf;
mod shown;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use recourse_order_intake::intake::Intake;
use recourse_runtime::dead_letter::DeadLetter;
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::Settings;
use recourse_wiring::Node;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::output::{data, either};
use desk::{Desk, Redriven};
use shelf::Shelf;

/// List, redrive and discard dead letters.
#[derive(Args)]
pub(super) struct DeadLetters {
    #[command(subcommand)]
    what: What,
    /// Print JSON: for `list` one object per dead letter, otherwise one object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// List dead letters: where each was received, its type and the reason.
    ///
    /// An event that several services could not process is listed once per service, and is resolved
    /// for each separately. A purchase is blocked by the one marked `first`, then by those that
    /// `wait` in the queue after it; one marked `aside` blocks no purchase; `resolved` ones were
    /// redriven or discarded, and are listed with --all.
    List {
        /// Also list resolved dead letters.
        #[arg(long)]
        all: bool,
    },
    /// Show one dead letter: its details, its headers and, unless it holds personal data, its body.
    Show {
        /// The position, as `list` prints it: recourse.claims.commands.v1/3/17.
        position: String,
    },
    /// Send a dead letter again, after a fix. Of a blocked purchase, only the first in the queue is
    /// accepted.
    Redrive {
        /// The position, as `list` prints it.
        position: String,
        /// What was fixed; recorded on the log.
        #[arg(long, default_value = "after the fix")]
        reason: String,
        /// Your operator id, as a pseudonym.
        #[arg(long, default_value = "operator")]
        subject: String,
    },
    /// Discard a dead letter permanently, so that its purchase continues without it.
    Discard {
        /// The position, as `list` prints it.
        position: String,
        /// Why; recorded on the log.
        #[arg(long)]
        reason: String,
        /// Your operator id, as a pseudonym.
        #[arg(long, default_value = "operator")]
        subject: String,
    },
}

impl DeadLetters {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let desk = Desk::of(&settings);
        let json = self.json;
        let reported = tokio::task::spawn_blocking(move || match self.what {
            What::List { all } => desk.shelf().map(|shelf| {
                let lines = if json { list_json(&shelf, all) } else { list(&shelf, all) };
                Redriven::Reported(lines)
            }),
            What::Show { position } => desk.show(&position).map(|shown| {
                let text = if json { shown.json().to_string() } else { shown.to_string() };
                Redriven::Reported(vec![text])
            }),
            What::Redrive { position, reason, subject } => {
                desk.redrive(&position, &because(&reason, &subject))
            }
            What::Discard { position, reason, subject } => {
                desk.discard(&position, &reason, &subject).map(Redriven::Resolved)
            }
        });
        match reported.await?? {
            Redriven::Reported(lines) => lines.iter().for_each(data),
            Redriven::Resolved(resolved) => return Ok(resolved.print(json)),
            Redriven::FromFeed(fact, why) => {
                return Ok(reprocess(settings, &fact, why).await?.print(json));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The result of resolving a dead letter.
pub(super) struct Resolved {
    position: String,
    /// Whether it no longer is one.
    is_done: bool,
    says: String,
}

impl Resolved {
    fn print(&self, json: bool) -> ExitCode {
        let Self { position, is_done, says } = self;
        let value = json!({ "position": position, "resolved": is_done, "says": says });
        either(json, &value, says);
        if *is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// One object per line.
fn list_json(shelf: &Shelf, all: bool) -> Vec<String> {
    let listed = shelf.all().iter().filter(|it| all || !shelf.state(it).is_resolved());
    let lines = listed.map(|dead_letter| {
        let shelf::Shelved { context, record, .. } = dead_letter;
        let state = shelf.state(dead_letter).name();
        json!({
            "position": record.position,
            "state": state,
            "service": context,
            "type": record.type_name,
            "dead_lettered_at": record.dead_lettered_at,
            "reason": record.reason,
        })
    });
    let unreadable = shelf.unreadable().iter().map(|found| json!({ "unreadable": found }));
    lines.chain(unreadable).map(|line| line.to_string()).collect()
}

fn list(shelf: &Shelf, all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut resolved = 0;
    for dead_letter in shelf.all() {
        let state = shelf.state(dead_letter);
        if state.is_resolved() && !all {
            resolved += 1;
            continue;
        }
        let shelf::Shelved { context, record, .. } = dead_letter;
        let type_name = match record.type_name.as_str() {
            "" => "(no type)",
            named => named,
        };
        lines.push(format!("{:<8} {}  {type_name}", state.name(), record.position));
        let at = record.dead_lettered_at.format("%Y-%m-%d %H:%M:%S");
        lines.push(format!("         {context}, {at}: {}", record.reason));
    }
    match (lines.is_empty(), resolved) {
        (true, 0) => lines.push("no dead letters".to_owned()),
        (true, _) => lines.push(format!("no open dead letters ({resolved} resolved, see --all)")),
        (false, 0) => {}
        (false, _) => lines.push(format!("{resolved} more are resolved; --all lists them")),
    }
    lines.extend(shelf.unreadable().iter().map(|found| format!("cannot be read: {found}")));
    lines
}

/// The reason with the operator who gave it.
fn because(reason: &str, subject: &str) -> String {
    format!("{reason} (operator {subject})")
}

/// Reprocesses a record of a foreign feed, which only order-intake can read.
async fn reprocess(settings: Settings, fact: &DeadLetter, why: String) -> anyhow::Result<Resolved> {
    let desk = Desk::of(&settings);
    let shutdown = CancellationToken::new();
    reachable::check(&settings, Needs::Both).await?;
    let node = Node::open(settings, shutdown.clone()).await?;
    let taken = Intake::of(&node)?.again(fact).await.context("reprocessing the record");
    shutdown.cancel();
    let (taken, position) = (taken?, fact.position.clone());
    if taken.dead_letter > 0 {
        let says = format!(
            "{position} still cannot be processed and remains a dead letter; see `list` for the \
             reason"
        );
        return Ok(Resolved { position, is_done: false, says });
    }
    let noting = position.clone();
    tokio::task::spawn_blocking(move || desk.note_reprocessed(&noting, why)).await??;
    let says = match taken.commands {
        0 => format!("{position} was processed; it needs no command"),
        1 => format!("{position} was processed: one command sent to orders"),
        sent => format!("{position} was processed: {sent} commands sent to orders"),
    };
    Ok(Resolved { position, is_done: true, says })
}
