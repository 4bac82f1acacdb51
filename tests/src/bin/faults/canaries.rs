//! Canary commands, which show whether a service's partition is deciding.

use recourse_kernel::{OrderKeys, Principal, Role};
use recourse_runtime::topics::partition_of;
use serde_json::json;

use crate::load::order;

/// The number of partitions of each topic.
pub(crate) const PARTITIONS: i32 = 4;

/// Context, service, principal, path, body and order key.
type Canary = (&'static str, &'static str, Principal, String, serde_json::Value, String);

/// A command about an unknown purchase of this partition, for each service that accepts one over
/// HTTP.
pub(crate) fn canaries(partition: i32, round: usize) -> Vec<Canary> {
    let number = (0..10_000).find(|number| {
        let key = OrderKeys::development().key_of("bazaar", &format!("canary-{round}-{number}"));
        partition_of(key.as_str().as_bytes(), PARTITIONS) == partition
    });
    let unknown = order(&format!("canary-{round}-{}", number.unwrap_or_default()));
    let device = unknown.device(1, 1);
    let claim = device.policy().claim(1);
    let key = unknown.key.to_string();
    let payment = device.settlement(1).payment(1);
    let paid = json!({
        "amount": { "amount": 1, "currency": "RUB" }, "reference": "canary",
        "paid_at": "2025-03-03T09:00:00Z",
    });
    let of = |context, service, role, subject: &str, path: String, body| {
        (context, service, Principal::new(role, subject), path, body, key.clone())
    };
    vec![
        of(
            "orders",
            "order-intake",
            Role::Buyer,
            "b-1",
            format!("/v1/orders/{unknown}/receipt"),
            json!({}),
        ),
        of(
            "claims",
            "claims",
            Role::Adjuster,
            "a-1",
            format!("/v1/claims/{claim}/acceptance"),
            json!({}),
        ),
        of(
            "jobs",
            "repair-shops",
            Role::Shop,
            "canary",
            format!("/v1/jobs/{}/received", claim.job(1)),
            json!({ "serial": "490154203237518" }),
        ),
        of(
            "settlements",
            "refunds",
            Role::Gateway,
            "gateway-1",
            format!("/v1/payments/{payment}/paid"),
            paid,
        ),
    ]
}
