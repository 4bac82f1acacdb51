//! Connections: accepted until the end is told, and then ended, each when its call is answered. None can hold a
//! process up: neither one that sends nothing, nor one that sends half a request.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long a request's head may take to come, and a connection to wait for its next request.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// How long calls under way may take once the end was told; what is left of them then is cut off.
pub const LAST_CALLS: Duration = Duration::from_secs(10);
/// Out of files, say: it may pass.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);

/// Serves until `shutdown` resolves. Then nothing more is accepted, idle connections are closed, and calls under
/// way are answered, which may take [`LAST_CALLS`].
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (graceful, mut connections) = (GracefulShutdown::new(), JoinSet::new());
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = graceful.watch(connection(stream, &routes));
                    connections.spawn(async move {
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection ended early");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = &mut shutdown => break,
        }
    }
    drop((listener, routes));
    if tokio::time::timeout(LAST_CALLS, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections are cut off");
    }
    connections.shutdown().await;
    Ok(())
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

fn connection(stream: TcpStream, routes: &Router) -> Connection {
    // Without this the last packet of an answer may wait for the caller's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes.clone()))
}
