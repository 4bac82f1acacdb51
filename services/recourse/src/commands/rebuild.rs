//! `recourse rebuild`: rebuilds a read model from the log.

use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use recourse_audit::verification::readmodels::ReadModel;
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;

/// Rebuild a service's read model from the log.
///
/// Builds it in a new schema next to the live one, from offset 0, and swaps the two in one
/// transaction; queries and the service continue meanwhile.
#[derive(Args)]
pub(super) struct Rebuild {
    /// The service whose read model to rebuild.
    service: ServiceName,
}

impl Rebuild {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let bar = ProgressBar::new(1);
        if let Ok(style) =
            ProgressStyle::with_template("{elapsed_precise} [{bar:40}] {pos}/{len} offsets")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        let shown = bar.clone();
        let model = ReadModel::of(&settings, self.service.spec()).await?;
        model
            .rebuild(move |progress| {
                shown.set_length(progress.total);
                shown.set_position(progress.done);
            })
            .await?;
        bar.finish_and_clear();
        println!("{}: read model rebuilt from the log", self.service.name());
        Ok(ExitCode::SUCCESS)
    }
}
