//! `recourse dead-letters`: records that could not be read or decided, and the purchases that wait for them.

mod desk;
mod shelf;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use recourse_order_intake::intake::Intake;
use recourse_runtime::dead_letter::DeadLetter;
use recourse_runtime::service::Node;
use recourse_runtime::settings::Settings;
use tokio_util::sync::CancellationToken;

use desk::{Desk, Redriven};
use shelf::Shelf;

/// See to parked records.
#[derive(Args)]
pub(super) struct DeadLetters {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List what is parked: where it came in, its type and why.
    ///
    /// An event that several services could not take stands there once for each, and is seen to at each. A purchase
    /// waits for what is marked `first`, and then for those that `wait` behind it; what is `aside`
    /// holds up nobody; what is `seen to` was redriven or discarded, and is shown with --all.
    List {
        /// Show also what was seen to.
        #[arg(long)]
        all: bool,
    },
    /// Show one parked record: what is known of it, its headers and, unless it is personal, its body.
    Show {
        /// Where it came in, as `list` shows it: recourse.claims.commands.v1/3/17.
        position: String,
    },
    /// Send a parked record again, after the mend. Of a purchase, only the first in the queue is taken.
    Redrive {
        /// Where it came in, as `list` shows it.
        position: String,
        /// What was mended; it stays on the log.
        #[arg(long, default_value = "after the mend")]
        reason: String,
        /// Who you are, as a pseudonym.
        #[arg(long, default_value = "operator")]
        subject: String,
    },
    /// Give a parked record up for good, so that its purchase goes on without it.
    Discard {
        /// Where it came in, as `list` shows it.
        position: String,
        /// Why; it stays on the log.
        #[arg(long)]
        reason: String,
        /// Who you are, as a pseudonym.
        #[arg(long, default_value = "operator")]
        subject: String,
    },
}

impl DeadLetters {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let desk = Desk::of(&settings);
        let reported = tokio::task::spawn_blocking(move || match self.what {
            What::List { all } => desk.shelf().map(|shelf| Redriven::Reported(list(&shelf, all))),
            What::Show { position } => desk.show(&position).map(Redriven::Reported),
            What::Redrive { position, reason, subject } => {
                desk.redrive(&position, &because(&reason, &subject))
            }
            What::Discard { position, reason, subject } => {
                desk.discard(&position, &reason, &subject).map(Redriven::Reported)
            }
        });
        match reported.await?? {
            Redriven::Reported(text) => println!("{text}"),
            Redriven::OfAFeed(fact, why) => return take_in_again(settings, &fact, why).await,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(shelf: &Shelf, all: bool) -> String {
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
            "" => "of no type",
            named => named,
        };
        lines.push(format!("{:<8} {}  {type_name}", state.name(), record.position));
        let at = record.dead_lettered_at.format("%Y-%m-%d %H:%M:%S");
        lines.push(format!("         {context}, {at}: {}", record.reason));
    }
    match (lines.is_empty(), resolved) {
        (true, 0) => lines.push("nothing is parked".to_owned()),
        (true, _) => lines.push(format!("nothing is left to see to ({resolved} were)")),
        (false, 0) => {}
        (false, _) => lines.push(format!("{resolved} more were seen to; --all shows them")),
    }
    lines.join("\n")
}

/// Why, and whose word that is.
fn because(reason: &str, subject: &str) -> String {
    format!("{reason} (operator {subject})")
}

/// A record of a foreign feed, which nobody but order-intake can read.
async fn take_in_again(
    settings: Settings,
    fact: &DeadLetter,
    why: String,
) -> anyhow::Result<ExitCode> {
    let desk = Desk::of(&settings);
    let shutdown = CancellationToken::new();
    let node = Node::open(settings, shutdown.clone()).await?;
    let taken = Intake::of(&node)?.again(fact).await.context("reading it again");
    shutdown.cancel();
    let (taken, position) = (taken?, fact.position.clone());
    if taken.dead_letter > 0 {
        println!("{position} can still not be used, and stays parked; `list` says why");
        return Ok(ExitCode::FAILURE);
    }
    let noting = position.clone();
    tokio::task::spawn_blocking(move || desk.note_taken_in(&noting, why)).await??;
    match taken.commands {
        0 => println!("{position} is understood, and of no concern"),
        1 => println!("{position} was taken in: one command to orders"),
        sent => println!("{position} was taken in: {sent} commands to orders"),
    }
    Ok(ExitCode::SUCCESS)
}
