//! The events of a purchase, or of one of its claims.

use std::collections::HashMap;

use recourse_kernel::{ClaimId, OrderKey};
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::causal_order::in_causal_order;
use crate::projections::reasons::Reasons;
use crate::projections::timeline::{TimelineRow, read};

/// At most this many events of one purchase are shown.
pub const MAX_LIMIT: i64 = 20_000;

/// All events of a purchase in causal order, each with its id.
pub async fn of_purchase(
    pool: &PgPool,
    purchase: OrderKey,
) -> sqlx::Result<Vec<(String, TimelineRow)>> {
    let rows = sqlx::query(
        "select event, context, purchase, version, claim, subject, at, recorded, type, who, cause,
                sentence, buyer, shop
         from timeline where purchase = $1 order by recorded, event limit $2",
    )
    .bind(purchase.as_str())
    .bind(MAX_LIMIT)
    .fetch_all(pool)
    .await?;
    let rows = rows.iter().map(|row| Ok((row.try_get("event")?, read(row)?)));
    Ok(in_causal_order(rows.collect::<sqlx::Result<_>>()?))
}

/// The reasons of these events, by event id. Events without reasons are left out.
pub async fn reasons(pool: &PgPool, events: &[&str]) -> sqlx::Result<HashMap<String, Reasons>> {
    let rows: Vec<(String, Json<Reasons>)> =
        sqlx::query_as("select event, document from reasons where event = any($1)")
            .bind(events)
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|(event, Json(reasons))| (event, reasons)).collect())
}

/// The claim's timeline among these events, in the same order: its own events, and those of its
/// order and its policy. Empty if the claim does not exist.
pub fn about(events: Vec<(String, TimelineRow)>, claim: ClaimId) -> Vec<(String, TimelineRow)> {
    let (id, policy) = (claim.to_string(), claim.policy().to_string());
    let order = claim.policy().device().order().to_string();
    if !events.iter().any(|(_, row)| row.claim == id) {
        return Vec::new();
    }
    let is_reported = |row: &TimelineRow| {
        row.claim == id
            || (row.claim.is_empty()
                && (row.subject == policy || row.subject == order)
                && is_own(row))
            || is_block(row)
    };
    events.into_iter().filter(|(_, row)| is_reported(row)).collect()
}

/// Events that orders and policies wrote themselves, not notes about them by other services.
fn is_own(row: &TimelineRow) -> bool {
    matches!(row.context.as_str(), "orders" | "policies")
}

/// A blocked purchase pauses everything, so every claim shows it.
fn is_block(row: &TimelineRow) -> bool {
    [".purchase_blocked.v1", ".purchase_released.v1"]
        .iter()
        .any(|kind| row.type_name.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Instant;

    use super::*;

    const K: &str = "0123456789ABCDEFGHJKMNPQRS";

    fn event(context: &str, kind: &str, subject: &str, claim: &str) -> (String, TimelineRow) {
        let row = TimelineRow {
            context: context.to_owned(),
            purchase: K.to_owned(),
            version: 1,
            claim: claim.replace('K', K),
            subject: subject.replace('K', K),
            at: Instant::UNIX_EPOCH,
            recorded: Instant::UNIX_EPOCH,
            type_name: format!("recourse.{kind}.v1"),
            who: String::new(),
            cause: String::new(),
            sentence: String::new(),
            buyer: String::new(),
            shop: String::new(),
        };
        (kind.to_owned(), row)
    }

    fn claim(number: u32) -> ClaimId {
        format!("clm_{K}-1.1-{number}").parse().unwrap()
    }

    #[test]
    fn a_claims_timeline_starts_with_its_order_and_policy() {
        let events = vec![
            event("orders", "order.placed", "ord_K", ""),
            event("policies", "policy.sold", "pol_K-1.1", ""),
            event("policies", "policy.sold", "pol_K-1.2", ""),
            event("claims", "claim.coverage_noted", "pol_K-1.1", ""),
            event("claims", "claim.filed", "clm_K-1.1-1", "clm_K-1.1-1"),
            event("claims", "claim.command_refused", "claims/K", ""),
            event("jobs", "job.purchase_blocked", "jobs/K", ""),
            event("jobs", "job.received", "job_K-1.1-1-1", "clm_K-1.1-1"),
            event("claims", "claim.filed", "clm_K-1.1-2", "clm_K-1.1-2"),
        ];
        let reported: Vec<String> =
            about(events.clone(), claim(1)).into_iter().map(|(kind, _)| kind).collect();
        let expected =
            ["order.placed", "policy.sold", "claim.filed", "job.purchase_blocked", "job.received"];
        assert_eq!(reported, expected);
        assert_eq!(about(events, claim(3)), []);
    }
}
