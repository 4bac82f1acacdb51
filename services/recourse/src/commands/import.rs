//! `recourse import`: imports a marketplace's export through order-intake.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use recourse_order_intake::import::{self, Format};
use recourse_order_intake::intake::{Intake, Taken};
use recourse_runtime::settings::Settings;
use recourse_wiring::Node;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::NOT_ALL_USED;
use super::output::either;
use super::progress::Progress;

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
    /// the reason, and the import continues; the exit status is then 2.
    Orders {
        /// File format: native is one event per line; shopify is webhook bodies or orders;
        /// woocommerce is orders and refunds from its API, or webhook bodies.
        #[arg(long)]
        format: Format,
        /// The shop's domain, such as my-shop.myshopify.com. Bodies of shop systems do not
        /// contain it, and order ids are derived from it, so use the domain that the shop's
        /// webhooks send.
        #[arg(long, value_name = "DOMAIN", required_if_eq_any([
            ("format", "shopify"), ("format", "woocommerce"),
        ]))]
        shop: Option<String>,
        /// The files, in the order in which to read them.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Import {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let What::Orders { format, shop, files } = self.what;
        let shutdown = CancellationToken::new();
        let node = Node::open(settings, shutdown.clone()).await?;
        let intake = Intake::of(&node)?;
        let shown = Progress::of("importing", "bytes");
        let shop = shop.unwrap_or_default();
        let taken = import::import(&intake, &import::Import { format, shop, files }, |progress| {
            let Taken { commands, dead_letter, .. } = &progress.taken;
            let at = format!("{commands} facts, {dead_letter} dead-lettered");
            shown.reached(progress.bytes_done, progress.bytes_total, &at);
        })
        .await?;
        shown.finish();
        shutdown.cancel();
        let Taken { commands, dead_letter, ignored } = taken;
        let value = json!({ "sent": commands, "dead_lettered": dead_letter, "ignored": ignored });
        let text = format!(
            "{commands} facts sent, {dead_letter} dead-lettered, {ignored} ignored; facts sent \
             before have the same ids and are decided once"
        );
        either(self.json, &value, text);
        Ok(if dead_letter > 0 { ExitCode::from(NOT_ALL_USED) } else { ExitCode::SUCCESS })
    }
}
