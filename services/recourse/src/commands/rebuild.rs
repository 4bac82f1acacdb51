//! `recourse rebuild`: rebuilds a read model from the log.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use recourse_audit::verification::readmodels::ReadModel;
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use serde_json::json;

use super::output::either;
use super::progress::Progress;

/// Rebuild a service's read model from the log.
///
/// Builds it in a new schema next to the live one, from offset 0, and swaps the two in one
/// transaction; queries and the service continue meanwhile.
#[derive(Args)]
pub(super) struct Rebuild {
    /// The service whose read model to rebuild.
    service: ServiceName,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let progress = Arc::new(Progress::of("rebuilding", "offsets"));
        let shown = Arc::clone(&progress);
        let model = ReadModel::of(&settings, self.service.spec()).await?;
        model.rebuild(move |rebuilt| shown.reached(rebuilt.done, rebuilt.total, "")).await?;
        progress.finish();
        let service = self.service.name();
        let value = json!({ "service": service, "rebuilt": true });
        either(self.json, &value, format_args!("{service}: read model rebuilt from the log"));
        Ok(ExitCode::SUCCESS)
    }
}
