//! `recourse serve`: runs services until shutdown.

mod settled;
mod test_clock;

use std::net::SocketAddr;
use std::process::ExitCode;

use axum::Router;
use axum::routing::get;
use clap::Args;
use recourse_process::{Process, ServiceName, Watch};
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::{ClockSource, Mode, Settings};
use recourse_wiring::{Node, listen, shutdown_signal};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::output::{announce, note};
use test_clock::TestClock;

/// Run services.
///
/// Creates missing topics, schemas, roles and tables. Shuts down on SIGTERM or SIGINT, after
/// finishing work in progress. Any number of processes may run the same service, each with an
/// instance name of its own (`RECOURSE__INSTANCE`): partitions are distributed among them.
#[derive(Args)]
pub(super) struct Serve {
    /// Services to run; all of them if none is named.
    #[arg(value_name = "SERVICE")]
    services: Vec<ServiceName>,
    /// Use the test clock, which `recourse clock` moves (development mode only). The same as
    /// `RECOURSE__CLOCK=topic`.
    #[arg(long)]
    test_clock: bool,
    /// Print the services and their address as one JSON object, once they have started.
    #[arg(long)]
    json: bool,
}

impl Serve {
    /// The process name in traces: the service, if it runs only one.
    pub(super) fn process(&self) -> &'static str {
        match self.services.as_slice() {
            [one] => one.name(),
            _ => "services",
        }
    }

    pub(super) async fn perform(self, mut settings: Settings) -> anyhow::Result<ExitCode> {
        if self.test_clock {
            settings.clock = ClockSource::Topic;
        }
        settings.check()?;
        let is_development = settings.mode == Mode::Development;
        // Only a process that runs every service can know whether everything is settled.
        let all = self.services.is_empty();
        let bind = settings.http.bind;
        let reported = shutdown_signal()?;
        let starting = async {
            reachable::check(&settings, Needs::Both).await?;
            let listener = listen(bind).await?;
            let node = Node::open(settings, CancellationToken::new()).await?;
            let of_clock = node.clone();
            Process::start_on(listener, node, &self.services, |watch| {
                if is_development {
                    development_routes(of_clock, watch, all)
                } else {
                    Router::new()
                }
            })
            .await
        };
        // Shutdown was requested before startup finished.
        let Some(process) = reported.run_until_cancelled(Box::pin(starting)).await else {
            return Ok(ExitCode::SUCCESS);
        };
        let process = process?;
        let names: Vec<_> = process.services().iter().map(|service| service.name).collect();
        let url = format!("http://{}", process.address);
        if self.json {
            announce(json!({ "services": names, "url": url }));
        } else {
            announce(format_args!("{} on {url}", names.join(", ")));
        }
        if is_development && all {
            note(next_steps(
                process.address,
                process.address == bind,
                process.node.clock.is_moved(),
            ));
        }
        process.until_cancelled(&reported).await;
        process.end().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The routes that only development mode has.
fn development_routes(node: Node, watch: Watch, all: bool) -> Router {
    let is_moved = node.clock.is_moved();
    let clock = TestClock { node, watch: all.then(|| watch.clone()) };
    let clock = Router::new()
        .route("/v1/test-clock", get(test_clock::show).post(test_clock::moves))
        .with_state(clock);
    if all && is_moved {
        clock.merge(Router::new().route("/v1/settled", get(settled::answer)).with_state(watch))
    } else {
        clock
    }
}

/// What to do after the start.
fn next_steps(address: SocketAddr, is_default: bool, has_test_clock: bool) -> String {
    let url = if is_default { String::new() } else { format!(" --url http://{address}") };
    let first = if has_test_clock {
        format!("recourse clock set 2026-03-06{url} && recourse publish{url}")
    } else {
        format!("recourse publish{url}")
    };
    format!(
        "Next, in another terminal:\n  \
         1. {first}\n     publishes terms, tariffs and shops\n  \
         2. recourse import orders --format native deploy/quickstart/orders.jsonl\n     \
         sends an order with a warranty\n  \
         3. curl -H \"authorization: Bearer $(recourse token --role auditor --subject me)\" \
         http://{address}/v1/policies\n     shows what was sold\n\
         From an order to a paid claim: services/recourse/README.md"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_steps_follow_the_start() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let steps = next_steps(address, true, false);
        for step in ["1. recourse publish\n", "2. recourse import", "3. curl", "README.md"] {
            assert!(steps.contains(step), "{step}: {steps}");
        }
        let steps = next_steps(address, false, true);
        assert!(steps.contains("recourse clock set"), "{steps}");
        assert!(steps.contains("recourse publish --url http://127.0.0.1:8080"), "{steps}");
    }
}
