//! Traces as a collector receives them. A separate test binary, because logging is set up once per
//! process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use recourse_runtime::settings::TelemetrySettings;
use recourse_runtime::telemetry::{self, processing, sending, serving, traceparent_of};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn one_trace_spans_the_request_the_log_and_the_projection() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let received = Arc::new(Mutex::new(Vec::new()));
    let collected = received.clone();
    let collector = Router::new().route(
        "/v1/traces",
        post(move |body: Bytes| {
            collected.lock().unwrap().extend_from_slice(&body);
            std::future::ready(())
        }),
    );
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, collector).await });

    let settings = TelemetrySettings {
        otlp_endpoint: Some(format!("http://{address}/v1/traces")),
        ..TelemetrySettings::default()
    };
    let telemetry = telemetry::start("claims", &settings).unwrap();
    assert!(telemetry::start("claims", &settings).is_err(), "only once per process");

    // The request, its command, the event that the writer writes for it, and the projection of
    // that.
    let call = serving("POST", "/v1/policies/{pol}/claims", Some(PARENT));
    let command = call.in_scope(|| sending("recourse.claims.commands.v1"));
    let in_command = traceparent_of(&command);
    let writer = processing("recourse.claims.commands.v1/7/41", in_command.as_deref());
    let in_event = traceparent_of(&writer);
    let projection = processing("recourse.claims.events.v1/7/12", in_event.as_deref());
    for traceparent in [in_command, in_event, traceparent_of(&projection)] {
        assert_eq!(traceparent.unwrap()[..35], PARENT[..35], "one trace");
    }
    drop((call, command, writer, projection));
    std::thread::sleep(Duration::from_millis(20));
    drop(telemetry);

    let bytes = received.lock().unwrap();
    for name in [
        "recourse-claims",
        "POST /v1/policies/{pol}/claims",
        "send recourse.claims.commands.v1",
        "process recourse.claims.commands.v1",
        "process recourse.claims.events.v1",
    ] {
        assert!(contains(&bytes, name.as_bytes()), "{name}");
    }
    assert!(contains(&bytes, &hex::decode(&PARENT[3..35]).unwrap()), "the caller's trace");
    assert!(!contains(&bytes, b"recourse.claims.events.v1/7/12"), "span names contain no offsets");
}
