//! Services at one address, and whether all input has been decided and projected.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rdkafka::consumer::BaseConsumer;
use recourse_edge::{health, serve, with_fallbacks};
use recourse_kernel::Instant;
use recourse_wiring::{Node, Running, listen, settled};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::services::{ServiceName, start_all};

/// Drain timeout: how long services may take to shut down.
const FINAL_FLUSH: Duration = Duration::from_secs(25);
/// How often to check whether everything is settled.
const POLL_INTERVAL: Duration = Duration::from_millis(4);

/// Running services, served over HTTP.
pub struct Process {
    /// The node that the services share.
    pub node: Node,
    /// The address the services listen on.
    pub address: SocketAddr,
    watch: Watch,
    serving: JoinHandle<std::io::Result<()>>,
    /// Stops the HTTP server only; the services keep running.
    closing: CancellationToken,
}

/// Checks whether everything due by a given instant is settled. Cheap to clone.
#[derive(Clone)]
pub struct Watch {
    node: Node,
    services: Arc<Vec<Running>>,
    watermarks: Arc<BaseConsumer>,
}

impl Process {
    /// Starts services and serves them at the address of the settings, with extra routes that may
    /// use the [`Watch`].
    pub async fn start(
        node: Node,
        names: &[ServiceName],
        extra: impl FnOnce(Watch) -> Router,
    ) -> anyhow::Result<Self> {
        let listener = listen(node.settings.http.bind).await?;
        Self::start_on(listener, node, names, extra).await
    }

    /// The same, at an address that is bound already.
    pub async fn start_on(
        listener: TcpListener,
        node: Node,
        names: &[ServiceName],
        extra: impl FnOnce(Watch) -> Router,
    ) -> anyhow::Result<Self> {
        let services = start_all(&node, names).await?;
        let address = listener.local_addr()?;
        let routes =
            services.iter().fold(Router::new(), |all, service| all.merge(service.router.clone()));
        let watermarks = node.connection.client().set("group.id", "recourse.unused").create()?;
        let watch = Watch {
            node: node.clone(),
            services: Arc::new(services),
            watermarks: Arc::new(watermarks),
        };
        let health = health::routes(node.health.clone(), node.metrics.clone());
        let routes = with_fallbacks(routes.merge(extra(watch.clone())).merge(health));
        let closing = node.shutdown.child_token();
        let serving = tokio::spawn(serve(listener, routes, closing.clone().cancelled_owned()));
        Ok(Self { node, address, watch, serving, closing })
    }

    pub fn services(&self) -> &[Running] {
        &self.watch.services
    }

    /// The handle that checks whether everything is settled.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Waits for a shutdown request, or for a failed component to shut the process down.
    pub async fn until_cancelled(&self, reported: &CancellationToken) {
        tokio::select! {
            () = reported.cancelled() => {}
            () = self.node.shutdown.cancelled() => {}
        }
    }

    /// Shuts the services down and waits for them. Returns an error if a component had failed.
    pub async fn end(self) -> anyhow::Result<()> {
        self.closing.cancel();
        let final_flush = async {
            // In-flight calls are answered first, while the writers still run. After that, this is
            // the only owner of the services.
            let _ = self.serving.await;
            self.node.shutdown.cancel();
            let Watch { services, .. } = self.watch;
            let Ok(services) = Arc::try_unwrap(services) else { return };
            for service in services {
                service.ended().await;
            }
        };
        if tokio::time::timeout(FINAL_FLUSH, final_flush).await.is_err() {
            tracing::warn!(
                "drain timeout: shutting down with work in progress; decisions already committed \
                 are on the log"
            );
        }
        self.node.shutdown.cancel();
        if let Some(deaths) = self.node.health.deaths() {
            anyhow::bail!(deaths);
        }
        Ok(())
    }
}

impl Watch {
    /// What is still unsettled with the clock at `instant`, as a sentence; `None` once everything
    /// is.
    pub async fn unsettled(&self, instant: Instant) -> anyhow::Result<Option<String>> {
        let watch = self.clone();
        tokio::task::spawn_blocking(move || {
            settled(&watch.node, &watch.watermarks, &watch.services, instant)
        })
        .await?
    }

    /// Waits until all input has been decided and projected, with the clock at `instant`.
    pub async fn settled(&self, instant: Instant, within: Duration) -> anyhow::Result<()> {
        let deadline = tokio::time::Instant::now() + within;
        loop {
            let waits_for = match self.unsettled(instant).await {
                Ok(None) => return Ok(()),
                Ok(Some(waits_for)) => waits_for,
                // A busy broker may take longer to answer than one call allows.
                Err(error) => error.to_string(),
            };
            if let Some(deaths) = self.node.health.deaths() {
                anyhow::bail!(deaths);
            }
            anyhow::ensure!(
                tokio::time::Instant::now() < deadline,
                "not settled within {} s: {waits_for}",
                within.as_secs()
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}
