//! Accepts connections until shutdown, then closes each once its call is answered. No connection
//! can delay shutdown, neither one that sends nothing nor one that sends half a request, and the
//! number of open connections is limited.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::map_response_with_state;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// How long a connection may take to send a request's headers, or stay idle between requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long calls in progress may take after shutdown begins; whatever is left is cut off.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The part of it in which an open connection may still send a call. A call that meets a closing
/// connection is never answered, and its caller cannot know whether it was processed.
const LINGER: Duration = Duration::from_secs(1);
/// The maximum number of open connections; further ones wait in the listen queue until one closes.
const MAX_CONNECTIONS: usize = 4_096;
/// The pause before accepting again when file descriptors have run out, which may be temporary.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);
/// Linux's `ENFILE` and `EMFILE`: the machine, or the process, has no file descriptors left.
const OUT_OF_FILES: [i32; 2] = [23, 24];

/// Serves until `shutdown` resolves. Then new connections are not accepted; calls in progress, or
/// sent on an open connection, are answered with `Connection: close`; idle connections are closed
/// after a second. All of this takes at most [`DRAIN_TIMEOUT`].
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_at_most(MAX_CONNECTIONS, listener, routes, shutdown).await
}

async fn serve_at_most(
    connections_at_once: usize,
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let free = Arc::new(Semaphore::new(connections_at_once));
    let (graceful, mut connections) = (GracefulShutdown::new(), JoinSet::new());
    let is_ending = Arc::new(AtomicBool::new(false));
    let routes =
        routes.layer(map_response_with_state(Arc::clone(&is_ending), last_on_its_connection));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = accept(&listener, &free) => match accepted {
                Ok((stream, permit)) => {
                    let connection = graceful.watch(connection(stream, &routes));
                    connections.spawn(async move {
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection ended early");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    // Any other error concerns this connection only; the next one may succeed.
                    if error.raw_os_error().is_some_and(|code| OUT_OF_FILES.contains(&code)) {
                        tokio::time::sleep(ACCEPT_AGAIN).await;
                    }
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = &mut shutdown => break,
        }
    }
    drop((listener, routes));
    is_ending.store(true, Ordering::Relaxed);
    let drain_timeout = async {
        let all_ended = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LINGER, all_ended).await;
        graceful.shutdown().await;
    };
    if tokio::time::timeout(DRAIN_TIMEOUT, drain_timeout).await.is_err() {
        tracing::warn!(connections = connections.len(), "drain timeout: cutting off connections");
    }
    connections.shutdown().await;
    Ok(())
}

/// After shutdown begins, a response announces that it is the last one on its connection.
async fn last_on_its_connection(
    State(is_ending): State<Arc<AtomicBool>>,
    mut response: Response,
) -> Response {
    if is_ending.load(Ordering::Relaxed) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Accepts the next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(free).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, permit))
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

fn connection(stream: TcpStream, routes: &Router) -> Connection {
    // Otherwise the last packet of a response may wait for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY on a connection");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes.clone()))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const A_WHILE: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn beyond_the_limit_a_connection_waits_until_another_one_closes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve_at_most(2, listener, routes, std::future::pending()));
        let idle = [
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        ];
        tokio::time::sleep(A_WHILE).await;
        let mut third = TcpStream::connect(address).await.unwrap();
        third.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        let waits = tokio::time::timeout(A_WHILE, third.read_exact(&mut answer)).await;
        assert!(waits.is_err(), "it must not be accepted yet");
        drop(idle);
        let answered =
            tokio::time::timeout(HEADER_TIMEOUT / 3, third.read_exact(&mut answer)).await;
        answered.expect("there is room now").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
}
