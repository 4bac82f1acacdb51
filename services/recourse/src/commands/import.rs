//! `recourse import`: imports a marketplace's export through order-intake.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use recourse_order_intake::import::{self, Format};
use recourse_order_intake::intake::Intake;
use recourse_runtime::settings::Settings;
use recourse_wiring::Node;
use tokio_util::sync::CancellationToken;

/// Import a marketplace's export.
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Import orders and what happened to them, from files of any size.
    ///
    /// Interrupted and restarted, or run twice on the same file, it sends the same commands with
    /// the same ids, and each is decided once. Records that cannot be used are dead-lettered with
    /// the reason, and the import continues.
    Orders {
        /// File format: native is one event per line, shopify is webhook bodies or orders.
        #[arg(long)]
        format: Format,
        /// The shop's domain, such as my-shop.myshopify.com. Shopify's bodies do not contain it,
        /// and order ids are derived from it, so use the domain that the shop's webhooks send.
        #[arg(long, value_name = "DOMAIN", required_if_eq("format", "shopify"))]
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
        let bar = ProgressBar::new(1);
        let template = "{elapsed_precise} [{bar:40}] {bytes}/{total_bytes}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        let shop = shop.unwrap_or_default();
        let taken = import::import(&intake, &import::Import { format, shop, files }, |progress| {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_done);
            let taken = &progress.taken;
            bar.set_message(format!(
                "{} facts, {} dead-lettered",
                taken.commands, taken.dead_letter
            ));
        })
        .await?;
        bar.finish_and_clear();
        shutdown.cancel();
        super::output::data(format_args!(
            "{} facts sent, {} dead-lettered, {} ignored; facts sent before have the same ids and \
             are decided once",
            taken.commands, taken.dead_letter, taken.ignored
        ));
        Ok(ExitCode::SUCCESS)
    }
}
