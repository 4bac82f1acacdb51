//! The service over a real Kafka and PostgreSQL: what several services wrote becomes one story, which whoever
//! may reads.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod written;

use std::time::Duration;

use recourse_kernel::{OrderId, OrderKey, Role};
use recourse_runtime::edge::{self, DevelopmentIssuer};
use recourse_runtime::service::Node;
use recourse_runtime::settings::Settings;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use written::{record, write};

fn from_environment(name: &str) -> String {
    std::env::var(name).expect("run it as: deploy/local/with-stack cargo test")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_services_wrote_is_one_story() {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let name = format!("audit_{}_{}", std::process::id(), since.as_micros());
    let folder = std::env::temp_dir().join(&name);
    let mut settings = Settings {
        topic_prefix: format!("{name}."),
        schema_prefix: format!("{name}_"),
        partitions: 2,
        database_url: from_environment("DATABASE_URL"),
        ..Settings::default()
    };
    settings.kafka.brokers = from_environment("KAFKA_BROKERS");
    settings.jwt.dev_keys = folder.join("keys");
    let shutdown = CancellationToken::new();
    let node = Node::open(settings, shutdown.clone()).await.unwrap();
    let running = recourse_audit::start(&node).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = shutdown.clone().cancelled_owned();
    tokio::spawn(edge::serve(listener, running.router.clone(), stop));

    let claim = OrderId::new(OrderKey::of("market", "1001")).device(1, 1).policy().claim(1);
    let key = claim.key.to_string();
    let (clm, job) = (claim.to_string(), claim.job(1).to_string());
    let accepted = record(
        ("claims", &key, 1),
        None,
        "command",
        "recourse.claim.accepted.v1",
        (&clm, &json!({"claim": clm, "buyer": "b-81"})),
    );
    let verdict = record(
        ("claims", &key, 2),
        Some(&accepted),
        &format!("jobs/{key}/2"),
        "recourse.claim.verdict_recorded.v1",
        (&clm, &json!({"claim": clm, "verdict": {"kind": "covered"}, "cause": "battery"})),
    );
    let received = record(
        ("jobs", &key, 1),
        None,
        &format!("claims/{key}/1"),
        "recourse.job.received.v1",
        (&job, &json!({"job": job, "serial_matches": true, "repair_by": "2025-03-01T00:00:00Z"})),
    );
    let inspected = record(
        ("jobs", &key, 2),
        Some(&received),
        "command",
        "recourse.job.inspected.v1",
        (
            &job,
            &json!({
                "job": job, "verdict": {"kind": "covered"}, "cause": "battery",
                "findings": [{"rule": "T4", "passed": true, "outcome": "within its days"}],
            }),
        ),
    );
    let brokers = &node.settings.kafka.brokers;
    write(brokers, &node.topics.events("claims"), &[accepted, verdict]);
    write(brokers, &node.topics.events("jobs"), &[received, inspected]);

    let issuer = DevelopmentIssuer::open(&node.settings).unwrap();
    let client = reqwest::Client::new();
    let get = async |role: Role, subject: &str, path: String| {
        let token = issuer.issue(role, subject, Duration::from_mins(10)).unwrap();
        let url = format!("http://{address}{path}");
        let response = client.get(url).bearer_auth(token).send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap_or_default())
    };
    let path = format!("/v1/claims/{claim}/timeline");
    let mut shown = Value::Null;
    for _ in 0..300 {
        (_, shown) = get(Role::Buyer, "b-81", path.clone()).await;
        if shown["items"].as_array().is_some_and(|items| items.len() == 4) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let events: Vec<_> = shown["items"].as_array().expect("a timeline").iter().collect();
    let events: Vec<_> = events.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let told = ["claims/K/1", "jobs/K/1", "jobs/K/2", "claims/K/2"].map(|id| id.replace('K', &key));
    assert_eq!(events, told);
    assert_eq!(shown["items"][1]["sentence"], "The shop received the device.");
    assert_eq!(get(Role::Buyer, "b-82", path).await.0, StatusCode::NOT_FOUND);
    let path = format!("/v1/claims/{claim}/deadlines");
    let (_, deadlines) = get(Role::Buyer, "b-81", path).await;
    let due = &deadlines["items"][0];
    assert_eq!((&due["kind"], &due["state"]), (&json!("remedy"), &json!("running")));
    let path = format!("/v1/orders/ord_{key}/timeline");
    assert_eq!(get(Role::Auditor, "x-1", path).await.1["items"].as_array().unwrap().len(), 4);
    let (_, counts) = get(Role::Auditor, "x-1", "/v1/deadlines/counts".to_owned()).await;
    assert_eq!(counts["items"], json!([{"kind": "remedy", "running": 1, "met": 0, "missed": 0}]));

    shutdown.cancel();
    running.ended().await;
    let _ = std::fs::remove_dir_all(&folder);
}
