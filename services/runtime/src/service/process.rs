//! A process: settings, telemetry, signals, and serving until told to end.

use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Node, Running};
use crate::edge::{self, health, with_last_resorts};
use crate::settings::Settings;
use crate::telemetry;

/// How long a process may take to end.
const FAREWELL: Duration = Duration::from_secs(25);

type Starting = Pin<Box<dyn Future<Output = anyhow::Result<Running>> + Send>>;

/// The whole of a service's `main`: `RECOURSE_CONFIG` names a file of settings, if there is one. Traces come
/// from `recourse-SERVICE`.
pub fn main(
    service: &str,
    default_config: &str,
    start: impl FnOnce(Node) -> Starting,
) -> anyhow::Result<()> {
    let file = std::env::var_os("RECOURSE_CONFIG").map(PathBuf::from);
    let settings = Settings::load(default_config, file.as_deref())?;
    let _telemetry = telemetry::start(service, &settings.telemetry)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let node = Node::open(settings, shutdown).await?;
        let running = start(node.clone()).await?;
        serve_until_told(&node, vec![running], Router::new(), |_| {}).await
    })
}

/// Serves these services' routes, and `extra` ones, until a signal or a dead part ends the process. `on_bound`
/// is told the address.
pub async fn serve_until_told(
    node: &Node,
    services: Vec<Running>,
    extra: Router,
    on_bound: impl FnOnce(std::net::SocketAddr),
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(node.settings.http.bind)
        .await
        .with_context(|| format!("listening on {}", node.settings.http.bind))?;
    on_bound(listener.local_addr()?);
    let routes =
        services.iter().fold(extra, |routes, service| routes.merge(service.router.clone()));
    let routes =
        with_last_resorts(routes.merge(health::routes(node.health.clone(), node.metrics.clone())));
    let closing = node.shutdown.child_token();
    let told = closing.clone();
    tokio::spawn(async move {
        let ended = wait_for_signal().await;
        tracing::info!(?ended, "ending");
        told.cancel();
    });
    let serving = edge::serve(listener, routes, closing.clone().cancelled_owned());
    let serving = tokio::spawn(serving);
    closing.cancelled().await;
    let farewell = async {
        // Calls under way are answered first, while there is somebody who decides.
        let _ = serving.await;
        node.shutdown.cancel();
        for service in services {
            service.ended().await;
        }
    };
    if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
        tracing::warn!(
            "the process ends before everything was finished; the log has what was decided"
        );
    }
    node.health.deaths().map_or(Ok(()), |deaths| Err(anyhow::anyhow!(deaths)))
}

async fn wait_for_signal() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
