//! A service process: settings, telemetry, signals, and serving until shutdown.

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use anyhow::anyhow;
use recourse_edge::{health, serve, with_fallbacks};
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::Settings;
use recourse_runtime::telemetry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Node, Running};

/// The time limit for ending a process after shutdown was requested.
const FINAL_FLUSH: Duration = Duration::from_secs(25);

type Starting = Pin<Box<dyn Future<Output = anyhow::Result<Running>> + Send>>;

/// The entire `main` of a service: `RECOURSE_CONFIG` names an optional settings file. Traces are
/// sent as `recourse-SERVICE`.
pub fn main(
    service: &'static str,
    default_config: &str,
    start: impl FnOnce(Node) -> Starting,
) -> anyhow::Result<()> {
    let about = format!(
        "Runs {service} alone. RECOURSE_CONFIG names a settings file; environment variables \
         override it."
    );
    clap::Command::new(service).about(about).version(env!("CARGO_PKG_VERSION")).get_matches();
    let file = std::env::var_os("RECOURSE_CONFIG").map(PathBuf::from);
    let settings = Settings::load(default_config, file.as_deref())?;
    let _telemetry = telemetry::start(service, &settings.telemetry)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let reported = shutdown_signal()?;
        let starting = async {
            reachable::check(&settings, Needs::Both).await?;
            let listener = listen(settings.http.bind).await?;
            let node = Node::open(settings, CancellationToken::new()).await?;
            let running = start(node.clone()).await?;
            anyhow::Ok((node, running, listener))
        };
        // Stopped while still starting.
        let Some(started) = reported.run_until_cancelled(starting).await else { return Ok(()) };
        let (node, running, listener) = started?;
        serve_until_cancelled(&node, service, running, listener, reported).await
    });
    // Do not wait for threads that wait for an unavailable broker or database.
    runtime.shutdown_background();
    ended
}

/// Listens on an address. Do it before anything is created in Kafka or PostgreSQL: a process whose
/// port is taken leaves nothing to clean up. Calls wait until the services have started.
pub async fn listen(bind: SocketAddr) -> anyhow::Result<TcpListener> {
    let listening = TcpListener::bind(bind).await;
    listening.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{bind} is in use by another process: stop it, or listen elsewhere (`http.bind`, \
             RECOURSE__HTTP__BIND)"
        ),
        _ => anyhow!(error).context(format!("cannot listen on {bind}")),
    })
}

/// A token that SIGTERM and SIGINT cancel. Create it first: a process may be stopped while it
/// starts.
pub fn shutdown_signal() -> std::io::Result<CancellationToken> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let reported = CancellationToken::new();
    let reports = reported.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("shutting down");
        reports.cancel();
    });
    Ok(reported)
}

/// Serves a service's routes until shutdown is requested, or a dead part ends the process.
async fn serve_until_cancelled(
    node: &Node,
    name: &str,
    service: Running,
    listener: TcpListener,
    reported: CancellationToken,
) -> anyhow::Result<()> {
    print_address(name, listener.local_addr()?);
    let health = health::routes(node.health.clone(), node.metrics.clone());
    let routes = with_fallbacks(service.router.clone().merge(health));
    let closing = node.shutdown.child_token();
    let serving = tokio::spawn(serve(listener, routes, closing.clone().cancelled_owned()));
    tokio::select! {
        () = reported.cancelled() => closing.cancel(),
        () = closing.cancelled() => {}
    }
    let final_flush = async {
        // Answer calls in progress first, while the writer still decides.
        let _ = serving.await;
        node.shutdown.cancel();
        service.ended().await;
    };
    if tokio::time::timeout(FINAL_FLUSH, final_flush).await.is_err() {
        tracing::warn!(
            "shutdown timed out before everything was finished; decisions made are on the log"
        );
    }
    node.health.deaths().map_or(Ok(()), |deaths| Err(anyhow::anyhow!(deaths)))
}

/// The user may have let the system choose the port. The process continues whether it is read or
/// not.
fn print_address(name: &str, address: SocketAddr) {
    let _ = writeln!(std::io::stdout().lock(), "{name} on http://{address}");
}
