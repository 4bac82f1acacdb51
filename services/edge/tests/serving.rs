//! Connections that send nothing, or half a request, block nothing; requests in progress are
//! answered.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use recourse_edge::{DRAIN_TIMEOUT, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const A_WHILE: Duration = Duration::from_millis(700);

async fn served() -> (SocketAddr, CancellationToken, JoinHandle<std::io::Result<()>>) {
    let routes = Router::new()
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(A_WHILE).await;
                "done"
            }),
        )
        .route("/body", post(async |body: Bytes| body));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, routes, shutdown.clone().cancelled_owned()));
    (address, shutdown, serving)
}

async fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

const SLOW: &str = "GET /slow HTTP/1.1\r\nhost: here\r\n\r\n";
const HALF_A_HEAD: &str = "GET /slow HTTP/1.1\r\nho";
const HALF_A_BODY: &str = "POST /body HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nhalf";

#[tokio::test]
async fn requests_in_progress_and_late_ones_on_kept_connections_are_answered() {
    let (address, shutdown, serving) = served().await;
    let in_progress = sent(address, SLOW).await;
    // Both have been answered, and wait for their next request.
    let (mut idle, mut kept) = (sent(address, SLOW).await, sent(address, SLOW).await);
    for stream in [&mut idle, &mut kept] {
        let mut answer = Vec::new();
        while !answer.ends_with(b"done") {
            answer.push(stream.read_u8().await.unwrap());
        }
    }
    let late = sent(address, SLOW).await;
    tokio::time::sleep(A_WHILE / 4).await;
    shutdown.cancel();
    let reported = Instant::now();
    tokio::time::sleep(A_WHILE / 7).await;
    kept.write_all(SLOW.as_bytes()).await.unwrap();
    let last = rest_of(kept).await;
    assert!(last.ends_with("done"), "a kept connection sent it during the shutdown: {last}");
    assert!(last.contains("connection: close"), "{last}");
    assert_eq!(rest_of(idle).await, "", "it is closed");
    assert!(rest_of(late).await.ends_with("done"));
    assert!(rest_of(in_progress).await.ends_with("done"));
    serving.await.unwrap().unwrap();
    assert!(reported.elapsed() < DRAIN_TIMEOUT / 2, "{:?}", reported.elapsed());
    assert!(TcpStream::connect(address).await.is_err(), "new connections are not accepted");
}

#[tokio::test]
async fn half_requests_are_cut_off_in_time() {
    let (address, shutdown, serving) = served().await;
    let halves = [sent(address, "").await, sent(address, HALF_A_HEAD).await];
    let body = sent(address, HALF_A_BODY).await;
    tokio::time::sleep(A_WHILE / 4).await;
    shutdown.cancel();
    let reported = Instant::now();
    serving.await.unwrap().unwrap();
    assert!(reported.elapsed() < DRAIN_TIMEOUT + A_WHILE, "{:?}", reported.elapsed());
    drop((halves, body));
}

#[tokio::test]
async fn a_connection_without_a_complete_head_is_closed() {
    let (address, _shutdown, _serving) = served().await;
    let half = sent(address, HALF_A_HEAD).await;
    let closed = tokio::time::timeout(Duration::from_secs(20), rest_of(half)).await;
    assert!(!closed.expect("it is closed").contains("200"), "half a head is not a request");
}
