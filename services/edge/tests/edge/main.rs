//! The edge over a real Kafka and a real PostgreSQL, with a scripted writer: the tests call it over
//! HTTP and check the responses as seen by the caller.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod installation;
mod support;
mod thing;
mod writer;

use std::time::{Duration, Instant};

use installation::{Installation, jpeg};
use recourse_kernel::Role;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_with_its_subject_and_position() {
    let at = Installation::new().await;
    let answer = at.post("K1", "key-1", json!({"do": "accept"})).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.body, json!({"id": "thing_K1", "status": "accepted"}));
    assert_eq!(answer.header("location").unwrap(), "/v1/things/thing_K1");
    let position = answer.header("recourse-position").unwrap();
    assert!(position.starts_with("claims/"), "{position}");

    let again = at.post("K1", "key-1", json!({"do": "accept"})).await;
    assert_eq!((again.status, again.body), (answer.status, answer.body));
    let other = at.post("K1", "key-1", json!({"do": "accept", "more": 1})).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.body["code"], "idempotency_key.reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_problem_with_rules_and_an_alternative() {
    let at = Installation::new().await;
    let answer = at.post("K1", "key-1", json!({"do": "refuse"})).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header("content-type").unwrap(), "application/problem+json");
    assert_eq!(answer.body["code"], "claim.before_coverage");
    assert_eq!(answer.body["rules"], json!(["C1"]));
    assert_eq!(answer.body["instead"], "Open a dispute.");
    assert!(answer.header("recourse-position").is_some(), "a refusal is on the log too");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_fifty_times_at_once_gets_fifty_equal_answers() {
    let at = Installation::new().await;
    let calls = (0..50).map(|_| at.post("K1", "key-1", json!({"do": "accept"})));
    let answers = futures::future::join_all(calls).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(at.writer.decided(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_reply_in_time_the_response_links_to_the_outcome() {
    let at = Installation::new().await;
    let answer = at.post("K1", "key-1", json!({"do": "ignore"})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let path = answer.header("location").unwrap();
    assert_eq!(answer.body["outcome"], path);
    let early = at.get(&path, &[]).await;
    assert_eq!((early.status, &early.body), (StatusCode::ACCEPTED, &answer.body));
    assert_eq!(early.header("location").unwrap(), path);
    assert_eq!(early.header("retry-after").unwrap(), "1");
    let id = answer.body["command"].as_str().unwrap();
    for unknown in [format!("/v1/claims/commands/{id}"), path.replace(id, &"0".repeat(64))] {
        let never_sent = at.get(&unknown, &[]).await;
        assert_eq!(
            (never_sent.status, &never_sent.body["code"]),
            (StatusCode::NOT_FOUND, &json!("command.not_known"))
        );
    }

    at.project_outcome(id, "mac of another request").await;
    let reported = at.get(&path, &[]).await;
    assert_eq!(reported.status, StatusCode::OK);
    assert_eq!(reported.body, json!({"id": "thing_K1", "status": "accepted"}));
    assert_eq!(reported.header("recourse-position").unwrap(), "claims/1/41");

    let late = at.post("K1", "key-1", json!({"do": "ignore"})).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "the outcome is of another request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_a_blocked_purchase_waits_for_a_person() {
    let at = Installation::new().await;
    let answer = at.post("K1", "key-1", json!({"do": "block"})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.body["status"], "blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_be_delivered_is_refused_and_may_be_sent_again() {
    let at = Installation::without_kafka_for_commands().await;
    let answer = at.post("K1", "key-1", json!({"do": "accept"})).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.body["code"], "edge.log_unavailable");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_waits_for_the_position_in_its_header() {
    let at = Installation::new().await;
    let began = Instant::now();
    let progress = at.progress.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        progress.advance("claims", 1, 42);
    });
    let read = at.get("/v1/things", &[("recourse-position", "claims/1/41")]).await;
    assert_eq!(read.status, StatusCode::OK);
    assert!(began.elapsed() >= Duration::from_millis(200));

    at.project_position(0, 8).await;
    let read = at.get("/v1/things", &[("recourse-position", "claims/0/7, jobs/0/999999")]).await;
    assert_eq!(
        read.status,
        StatusCode::OK,
        "another process projects it; jobs are not projected here"
    );

    let read = at.get("/v1/things", &[("recourse-position", "claims/0/8")]).await;
    assert_eq!(read.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(read.body["code"], "position.not_reached");
    let read = at.get("/v1/things", &[("recourse-position", "claims/zero")]).await;
    assert_eq!(read.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_a_valid_token_is_rejected() {
    let at = Installation::new().await;
    let rejected = at.call(at.client.get(at.url("/v1/things"))).await;
    assert_eq!(rejected.status, StatusCode::UNAUTHORIZED);
    assert_eq!(rejected.header("www-authenticate").unwrap(), "Bearer realm=\"recourse\"");
    assert_eq!(rejected.body["code"], "token.missing");
    let forged = at.client.get(at.url("/v1/things")).bearer_auth("a.b.c");
    let challenge = at.call(forged).await.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\", error_description="), "{challenge}");
    let malformed = at.url("/v1/things/%FF");
    let rejected = at.call(at.client.post(&malformed)).await;
    assert_eq!(rejected.body["code"], "token.missing", "nothing is said about the path");
    let request = at.authorized(at.client.post(&malformed)).header("Idempotency-Key", "k");
    assert_eq!(at.call(request.json(&json!({}))).await.body["code"], "path.not_known");
    let shop = at.token(Role::Shop, "s-1");
    let request = at.client.post(at.url("/v1/things/K1")).bearer_auth(shop);
    let answer =
        at.call(request.header("Idempotency-Key", "k").json(&json!({"do": "accept"}))).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (StatusCode::FORBIDDEN, &json!("edge.not_allowed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_request_gets_a_problem_that_names_the_fault() {
    let at = Installation::new().await;
    let path = "/v1/things/K1";
    let missing = at.call(at.authorized(at.client.post(at.url(path))).json(&json!({}))).await;
    assert_eq!(missing.body["code"], "idempotency_key.missing");
    let wrong = at.post("K1", "k", json!({"do": 5})).await;
    assert_eq!(
        (wrong.status, &wrong.body["code"]),
        (StatusCode::BAD_REQUEST, &json!("body.malformed"))
    );
    assert_eq!(wrong.body["detail"], "`do` must be a text, not 5");
    let more = at.post("K1", "k", json!({"do": "accept", "prise": 1})).await;
    assert_eq!(
        (more.status, &more.body["code"]),
        (StatusCode::BAD_REQUEST, &json!("body.unknown_field"))
    );
    assert_eq!(more.body["facts"], json!({"field": "prise", "known": ["do", "more"]}));
    let text =
        at.authorized(at.client.post(at.url(path))).header("Idempotency-Key", "k").body("hello");
    assert_eq!(at.call(text).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = at.post("K1", "k", json!({"do": "x".repeat(70 * 1024)})).await;
    assert_eq!(
        (long.status, &long.body["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("body.too_large"))
    );
    let unknown = at.get("/v1/nothing", &[]).await;
    assert_eq!(
        (unknown.status, &unknown.body["code"]),
        (StatusCode::NOT_FOUND, &json!("route.not_known"))
    );
    let method = at.call(at.authorized(at.client.delete(at.url("/v1/things")))).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(method.body["code"], "route.method_not_allowed");
    assert_eq!(method.header("content-type").unwrap(), "application/problem+json");
    let mut allowed: Vec<_> =
        method.header("allow").unwrap().split(',').map(str::to_owned).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_parameter_that_the_call_does_not_know_is_refused() {
    let at = Installation::new().await;
    assert_eq!(at.get("/v1/things?limit=1", &[]).await.status, StatusCode::OK);
    let unknown = at.get("/v1/things?stat=open", &[]).await;
    assert_eq!(
        (unknown.status, &unknown.body["code"]),
        (StatusCode::BAD_REQUEST, &json!("query.unknown_parameter"))
    );
    assert_eq!(unknown.body["facts"], json!({"field": "stat", "known": ["cursor", "limit"]}));
    for broken in ["limit=%zz", "limit=%FF", "cursor=100%"] {
        let refused = at.get(&format!("/v1/things?{broken}"), &[]).await;
        let (status, code) = (refused.status, &refused.body["code"]);
        assert_eq!(
            (status, code),
            (StatusCode::BAD_REQUEST, &json!("query.malformed")),
            "{broken}"
        );
    }
    let request = at.authorized(at.client.post(at.url("/v1/things/K1?dry_run=true")));
    let request = request.header("Idempotency-Key", "k").json(&json!({"do": "accept"}));
    let command = at.call(request).await;
    assert_eq!(command.body["code"], "query.unknown_parameter");
    assert_eq!(at.writer.decided(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn panics_timeouts_and_excess_calls_are_reported_as_problems() {
    let at = Installation::new().await;
    let panicked = at.get("/v1/panic", &[]).await;
    assert_eq!(
        (panicked.status, &panicked.body["code"]),
        (StatusCode::INTERNAL_SERVER_ERROR, &json!("edge.internal"))
    );
    let calls = (0..installation::CONCURRENCY + 3).map(|_| at.get("/v1/slow", &[]));
    let answers = futures::future::join_all(calls).await;
    let codes = |code: &str| answers.iter().filter(|answer| answer.body["code"] == code).count();
    assert_eq!((codes("edge.timeout"), codes("edge.busy")), (installation::CONCURRENCY, 3));
    let counted = at.call(at.client.get(at.url("/metrics"))).await;
    assert!(
        counted.text.contains(
            "recourse_http_refused_total{service=\"tally-keeper\",kind=\"concurrency\"} 3"
        ),
        "{}",
        counted.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_ready_when_its_parts_are() {
    let at = Installation::new().await;
    at.health.expect("claims.writer");
    let early = at.call(at.client.get(at.url("/ready"))).await;
    assert_eq!(
        (early.status, &early.body["ready"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!(false))
    );
    assert_eq!(at.call(at.client.get(at.url("/live"))).await.status, StatusCode::OK);
    at.health
        .set("claims.writer", recourse_runtime::health::Check::new(true).with("assigned", [0, 1]));
    let ready = at.call(at.client.get(at.url("/ready"))).await;
    assert_eq!(ready.body["checks"]["claims.writer"], json!({"ready": true, "assigned": [0, 1]}));
    at.health.died("claims.writer", &"fenced");
    assert_eq!(
        at.call(at.client.get(at.url("/live"))).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_context_of_a_call_goes_into_the_command() {
    let at = Installation::new().await;
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = at.authorized(at.client.post(at.url("/v1/things/K1")));
    let request = request.header("Idempotency-Key", "k").header("traceparent", parent);
    assert_eq!(at.call(request.json(&json!({"do": "accept"}))).await.status, StatusCode::CREATED);
    assert_eq!(at.writer.last_traceparent().as_deref(), Some(parent));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upload_of_a_photo_may_take_longer_than_other_calls() {
    let at = Installation::new().await;
    let uploaded = at.get("/v1/slow-photo", &[]).await;
    assert_eq!(uploaded.status, StatusCode::OK, "{}", uploaded.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_stripped_and_sealed_and_a_renamed_png_is_refused() {
    let at = Installation::new().await;
    let photo = jpeg(b"Exif\0\0where it was taken");
    let stored = at.upload("pol_1", photo.clone()).await;
    assert_eq!(stored.status, StatusCode::OK, "{}", stored.text);
    assert_eq!(stored.body["media_type"], "image/jpeg");
    assert!(stored.body["size"].as_u64().unwrap() < photo.len() as u64);
    assert_eq!(at.upload("pol_1", photo).await.body, stored.body, "the same photo has the same id");

    let sha256 = stored.body["sha256"].as_str().unwrap();
    let bytes = at.photos.open("pol_1", sha256).await.unwrap();
    assert_eq!(recourse_kernel::Hash::of_bytes(&bytes).to_string(), sha256);
    assert!(
        at.photos.find("pol_2", sha256).await.unwrap().is_none(),
        "photos belong to one policy"
    );
    for file in at.stored_files() {
        assert!(!file.starts_with(&[0xFF, 0xD8]), "nothing is stored in plaintext");
    }

    let png = at
        .upload("pol_1", [&[0x89, b'P', b'N', b'G', 13, 10, 26, 10][..], &[0; 99]].concat())
        .await;
    assert_eq!(
        (png.status, &png.body["code"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("photo.not_a_jpeg"))
    );
    assert!(png.body["instead"].as_str().unwrap().contains("JPEG"), "{}", png.text);
    let half = jpeg(b"Exif\0\0").split_off(100);
    let half = at.upload("pol_1", [&[0xFF, 0xD8], &half[..half.len() / 2]].concat()).await;
    assert_eq!(
        (half.status, &half.body["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("photo.damaged"))
    );
    let long = at.upload("pol_1", vec![0xFF; 20 * 1024 * 1024 + 1]).await;
    assert_eq!(
        (long.status, &long.body["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("photo.too_large"))
    );

    assert!(at.sealer.erase("buyer:b-1").await.unwrap());
    assert!(at.photos.open("pol_1", sha256).await.is_err(), "the person's key was erased");
}
