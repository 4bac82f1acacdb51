//! `recourse import`: imports a marketplace's export through order-intake.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use recourse_order_intake::import::{self, Files, Format, Outcome, Reached, UnreadFile};
use recourse_order_intake::intake::{Intake, Taken};
use recourse_runtime::settings::Settings;
use recourse_wiring::{Node, shutdown_signal};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::NOT_ALL_USED;
use super::output::{either, note};
use super::progress::Progress;

/// How many reasons the summary lists.
const REASONS: usize = 10;

/// Import a marketplace's export.
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
    /// Print the result as a JSON object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Import orders and what happened to them, from files of any size.
    ///
    /// Interrupted and restarted, or run twice on the same file, it sends the same commands with
    /// the same ids, and each is decided once. Records that cannot be used are dead-lettered with
    /// the reason, and the import continues. Files that cannot be read (missing, a folder, a table,
    /// packed) are named before anything is sent, and the others are imported. Ctrl-C stops it
    /// after the records that are being sent, and it says how to continue. In each of these cases
    /// the exit status is 2.
    Orders {
        /// File format: native is one event per line; shopify is webhook bodies, answers of its
        /// REST or GraphQL API, or the lines of a bulk operation; woocommerce is orders and
        /// refunds from its API, or webhook bodies.
        #[arg(long)]
        format: Format,
        /// The shop's domain, such as my-shop.myshopify.com. Bodies of shop systems do not
        /// contain it, and order ids are derived from it, so use the domain that the shop's
        /// webhooks send; case, https:// and a slash at the end do not matter.
        #[arg(long, value_name = "DOMAIN", required_if_eq_any(
            Format::of_shops().map(|name| ("format", name)),
        ))]
        shop: Option<String>,
        /// The orders are only history, from before your terms: no warranty is sold for them, and
        /// none is refused with a refund due.
        #[arg(long)]
        history: bool,
        /// The files, in the order in which to read them.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Import {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let What::Orders { format, shop, history, files } = self.what;
        let files = Files::look_at(files);
        for unread in &files.not_read {
            note(format_args!("recourse: {unread}"));
        }
        let (named, unread) = (files.readable.len(), files.not_read.len());
        let stop = shutdown_signal()?;
        let shutdown = CancellationToken::new();
        let node = Node::open(settings, shutdown.clone()).await?;
        let intake = Intake::of(&node)?;
        let wanted = import::Import { format, shop: shop.unwrap_or_default(), history, files };
        if named > 0 {
            note("importing; Ctrl-C stops it, and the same command continues it");
        }
        let bar = Progress::of("importing", "bytes");
        let outcome = import::import(&intake, &wanted, &stop, |progress| {
            let Taken { commands, dead_letter, .. } = &progress.taken;
            let at = format!("{commands} facts, {dead_letter} dead-lettered");
            bar.reached(progress.bytes_done, progress.bytes_total, &at);
        })
        .await?;
        bar.finish();
        shutdown.cancel();
        for unread in outcome.not_read.iter().skip(unread) {
            note(format_args!("recourse: {unread}"));
        }
        summarise(&outcome);
        either(self.json, &as_json(&outcome), as_text(&outcome));
        Ok(if outcome.is_complete() { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_USED) })
    }
}

/// Says what was not used, and how to continue.
fn summarise(outcome: &Outcome) {
    if !outcome.ignored.is_empty() {
        note("ignored, because nothing follows from them:");
    }
    for (why, records) in &outcome.ignored {
        note(format_args!("  {records} × {why}"));
    }
    if !outcome.unused.is_empty() {
        note("not used; `recourse dead-letters list` shows each, and can redrive it:");
    }
    for (reason, unused) in outcome.unused.iter().take(REASONS) {
        let (records, first) = (unused.records, &unused.first);
        note(format_args!("  {records} × {reason} (the first: {first})"));
    }
    let more = outcome.unused.len().saturating_sub(REASONS);
    if more > 0 {
        note(format_args!("  and {more} further reasons"));
    }
    if let Some(Reached { file, record }) = &outcome.stopped_at {
        note(format_args!(
            "stopped in {} after record {record}; to continue, run the same command again. What \
             was sent is decided only once; files before this one can be left out",
            file.display()
        ));
    }
}

fn as_text(outcome: &Outcome) -> String {
    let Taken { commands, dead_letter, ignored } = &outcome.taken;
    let not_read = match outcome.not_read.len() {
        0 => String::new(),
        1 => ", 1 file not read".to_owned(),
        files => format!(", {files} files not read"),
    };
    format!(
        "{commands} facts sent, {dead_letter} dead-lettered, {ignored} ignored{not_read}; facts \
         sent before have the same ids and are decided once"
    )
}

fn as_json(outcome: &Outcome) -> Value {
    let Taken { commands, dead_letter, ignored } = &outcome.taken;
    let unused = outcome.unused.iter().map(|(reason, unused)| {
        json!({
            "reason": reason, "code": unused.code, "records": unused.records,
            "first": unused.first,
        })
    });
    let because = outcome.ignored.iter();
    let because = because.map(|(reason, records)| json!({ "reason": reason, "records": records }));
    let stopped_at = outcome.stopped_at.as_ref().map(
        |Reached { file, record }| json!({ "file": file.display().to_string(), "record": record }),
    );
    let not_read = outcome.not_read.iter().map(|UnreadFile { file, code, why }| {
        json!({ "file": file.display().to_string(), "code": code, "why": why })
    });
    json!({
        "sent": commands, "dead_lettered": dead_letter, "ignored": ignored,
        "ignored_because": because.collect::<Vec<_>>(),
        "not_used": unused.collect::<Vec<_>>(),
        "not_read": not_read.collect::<Vec<_>>(),
        "stopped_at": stopped_at,
    })
}
