//! `recourse serve`: runs services until shutdown.

use std::process::ExitCode;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::Args;
use recourse_kernel::Instant;
use recourse_process::{Process, ServiceName, Watch};
use recourse_runtime::settings::{ClockSource, Mode, Settings};
use recourse_wiring::{Node, shutdown_signal};
use serde::Deserialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Run services.
///
/// Creates missing topics, schemas, roles and tables. Shuts down on SIGTERM or SIGINT, after
/// finishing work in progress. Any number of processes may run the same service: partitions are
/// distributed among them.
#[derive(Args)]
pub(super) struct Serve {
    /// Services to run; all of them if none is named.
    #[arg(value_name = "SERVICE")]
    services: Vec<ServiceName>,
}

impl Serve {
    /// The process name in traces: the service, if it runs only one.
    pub(super) fn process(&self) -> &'static str {
        match self.services.as_slice() {
            [one] => one.name(),
            _ => "services",
        }
    }

    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        let player = settings.mode == Mode::Development && settings.clock == ClockSource::Topic;
        let all = self.services.is_empty();
        let reported = shutdown_signal()?;
        let starting = async {
            let node = Node::open(settings, CancellationToken::new()).await?;
            Process::start(node, &self.services, |watch| {
                // Only a process that runs every service can know whether everything is settled.
                if player && all { player_routes(watch) } else { Router::new() }
            })
            .await
        };
        // Shutdown was requested before startup finished.
        let Some(process) = reported.run_until_cancelled(starting).await else {
            return Ok(ExitCode::SUCCESS);
        };
        let process = process?;
        let names: Vec<_> = process.services().iter().map(|service| service.name).collect();
        println!("{} on http://{}", names.join(", "), process.address);
        process.until_cancelled(&reported).await;
        process.end().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// `GET /v1/settled?at=…`, for players that move the clock: 200 once all input has been decided and
/// projected with the clock at that instant, else 409 with what is still pending.
fn player_routes(watch: Watch) -> Router {
    Router::new().route("/v1/settled", get(settled)).with_state(watch)
}

#[derive(Deserialize)]
struct At {
    at: Instant,
}

async fn settled(State(watch): State<Watch>, Query(At { at }): Query<At>) -> Response {
    let (status, body) = match watch.unsettled(at).await {
        Ok(None) => (StatusCode::OK, json!({ "settled": true })),
        Ok(Some(waits_for)) => {
            (StatusCode::CONFLICT, json!({ "settled": false, "waits_for": waits_for }))
        }
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "settled": false, "error": error.to_string() }),
        ),
    };
    (status, axum::Json(body)).into_response()
}
