//! `recourse import`: what a marketplace exported, taken in by order-intake.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use recourse_order_intake::import::{self, Format};
use recourse_order_intake::intake::Intake;
use recourse_runtime::service::Node;
use recourse_runtime::settings::Settings;
use tokio_util::sync::CancellationToken;

/// Import what a marketplace exported.
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Import orders and what happened to them, from files of any size.
    ///
    /// Broken off and started again, or given a file twice, it sends the same commands with the same ids again, and
    /// each is decided once. What cannot be used is parked with its reason, and the rest goes on.
    Orders {
        /// How the files are written: native is one event a line, shopify is webhook bodies or orders.
        #[arg(long)]
        format: Format,
        /// The shop's domain, such as my-shop.myshopify.com, which Shopify's bodies do not name. Its orders' ids derive
        /// from it, so it is the one that the shop's webhooks name.
        #[arg(long, value_name = "DOMAIN", required_if_eq("format", "shopify"))]
        shop: Option<String>,
        /// The files, in the order in which they are read.
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
            bar.set_message(format!("{} facts, {} parked", taken.commands, taken.dead_letter));
        })
        .await?;
        bar.finish_and_clear();
        shutdown.cancel();
        println!(
            "{} facts sent, {} parked, {} of no concern; what was sent before has the same id, and is decided once",
            taken.commands, taken.dead_letter, taken.of_no_concern
        );
        Ok(ExitCode::SUCCESS)
    }
}
