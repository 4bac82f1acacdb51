//! Connections: accepted until the end is told, and then ended, each when its call is answered. None can hold a
//! process up: neither one that sends nothing, nor one that sends half a request; and of those that are open at once
//! there are only so many.

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

/// How long a request's head may take to come, and a connection to wait for its next request.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// How long calls under way may take once the end was told; what is left of them then is cut off.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long of that a connection that is kept may still bring a call. A call that meets a connection's end is never
/// answered, and its caller cannot know whether it was taken.
const LINGER: Duration = Duration::from_secs(1);
/// How many connections are open at once; the next ones wait in the listener's queue for one of them to end.
const MOST_CONNECTIONS: usize = 4_096;
/// How long nothing is accepted while there are no files for it: it may pass.
const ACCEPT_AGAIN: Duration = Duration::from_millis(500);
/// `ENFILE` and `EMFILE` of Linux: the machine, or the process, has no file left.
const OUT_OF_FILES: [i32; 2] = [23, 24];

/// Serves until `shutdown` resolves. Then nothing more is accepted; every call under way, or that a kept connection
/// still brings, is answered and told that its connection ends; idle connections are closed after a second; and
/// all that may take [`DRAIN_TIMEOUT`].
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_at_most(MOST_CONNECTIONS, listener, routes, shutdown).await
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
                    // Anything else is the fault of the one connection, and the next may be a good one.
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
        tracing::warn!(connections = connections.len(), "connections are cut off");
    }
    connections.shutdown().await;
    Ok(())
}

/// Once the end was told, an answer says that it is the last one on its connection.
async fn last_on_its_connection(
    State(is_ending): State<Arc<AtomicBool>>,
    mut response: Response,
) -> Response {
    if is_ending.load(Ordering::Relaxed) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The next connection, once there is room for it.
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
    // Without this the last packet of an answer may wait for the caller's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes.clone()))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const A_WHILE: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn beyond_the_most_a_connection_waits_until_another_one_ends() {
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
        assert!(waits.is_err(), "it was not to be accepted yet");
        drop(idle);
        let answered = tokio::time::timeout(HEAD_WITHIN / 3, third.read_exact(&mut answer)).await;
        answered.expect("there is room now").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
}
