//! The service over a real Kafka and PostgreSQL: what several services wrote becomes one story, which whoever
//! may reads.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_installation::written::{Reported, record, write};
use recourse_installation::{Installation, settings};
use recourse_kernel::{OrderId, OrderKeys, Role};
use reqwest::StatusCode;
use serde_json::json;

fn body(of: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(of).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_services_wrote_is_one_story() {
    let node = Installation::node(settings("audit")).await;
    let running = recourse_audit::start(&node).await.unwrap();
    let service = Installation::serving(node, running).await;

    let claim = OrderId::new(OrderKeys::development().key_of("market", "1001"))
        .device(1, 1)
        .policy()
        .claim(1);
    let key = claim.key.to_string();
    let (clm, job) = (claim.to_string(), claim.job(1).to_string());
    let reported = |subject, cause, type_name, of: &serde_json::Value| Reported {
        type_name,
        subject,
        cause,
        body: body(of),
    };
    let accepted = json!({"claim": clm, "buyer": "b-81"});
    let accepted = reported(&clm, "command", "recourse.claim.accepted.v1", &accepted);
    let accepted = record(("claims", &key, 1), None, accepted);
    let cause = format!("jobs/{key}/2");
    let verdict = json!({"claim": clm, "verdict": {"kind": "covered"}, "cause": "battery"});
    let verdict = reported(&clm, &cause, "recourse.claim.verdict_recorded.v1", &verdict);
    let verdict = record(("claims", &key, 2), Some(&accepted), verdict);
    let cause = format!("claims/{key}/1");
    let received = json!({"job": job, "serial_matches": true, "repair_by": "2025-03-01T00:00:00Z"});
    let received = reported(&job, &cause, "recourse.job.received.v1", &received);
    let received = record(("jobs", &key, 1), None, received);
    let inspected = json!({
        "job": job, "verdict": {"kind": "covered"}, "cause": "battery",
        "findings": [{"rule": "T4", "passed": true, "outcome": "within its days"}],
    });
    let inspected = reported(&job, "command", "recourse.job.inspected.v1", &inspected);
    let inspected = record(("jobs", &key, 2), Some(&received), inspected);
    let (brokers, topics) = (&service.node.settings.kafka.brokers, &service.node.topics);
    write(brokers, &topics.events("claims"), &[accepted, verdict]);
    write(brokers, &topics.events("jobs"), &[received, inspected]);

    let path = format!("/v1/claims/{claim}/timeline");
    let buyer = (Role::Buyer, "b-81");
    let auditor = (Role::Auditor, "x-1");
    let is_whole = |shown: &recourse_installation::Answer| {
        shown.body["items"].as_array().is_some_and(|items| items.len() == 4)
    };
    let shown = service.get_until(buyer, &path, is_whole).await.body;
    let events: Vec<_> = shown["items"].as_array().expect("a timeline").iter().collect();
    let events: Vec<_> = events.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let reported =
        ["claims/K/1", "jobs/K/1", "jobs/K/2", "claims/K/2"].map(|id| id.replace('K', &key));
    assert_eq!(events, reported);
    assert_eq!(shown["items"][1]["sentence"], "The shop received the device.");
    let foreign_writer = service.get((Role::Buyer, "b-82"), &path, "").await;
    assert_eq!(foreign_writer.status, StatusCode::NOT_FOUND);
    let deadlines = service.get(buyer, &format!("/v1/claims/{claim}/deadlines"), "").await.body;
    let due = &deadlines["items"][0];
    assert_eq!((&due["kind"], &due["state"]), (&json!("remedy"), &json!("running")));
    let path = format!("/v1/orders/ord_{key}/timeline");
    assert!(is_whole(&service.get(auditor, &path, "").await));
    let counts = service.get(auditor, "/v1/deadlines/counts", "").await.body;
    assert_eq!(counts["items"], json!([{"kind": "remedy", "running": 1, "met": 0, "missed": 0}]));
    service.end().await;
}
