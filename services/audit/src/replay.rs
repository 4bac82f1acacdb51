//! The history of a claim, straight from Kafka.

use recourse_kernel::{ClaimId, Instant, Record};
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::{PURCHASE_CONTEXTS, Topics, partition_of};
use serde_json::Value;

use crate::causal_order::in_causal_order;
use crate::projections::timeline::TimelineRow;
use crate::timelines::sentence;
use crate::verification::log;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it happened.
    pub at: Instant,
    /// When it was recorded.
    pub recorded: Instant,
    /// Who: `adjuster:a-1`.
    pub who: String,
    /// What the event is about: `job_K-1.1-1-1`.
    pub subject: String,
    /// What happened, as a sentence.
    pub says: String,
    /// The rules that were evaluated, with their results.
    pub findings: Vec<String>,
}

/// Everything about a claim: its order and policy first, then the claim itself with its jobs,
/// shipments and payments, in the order in which they were recorded. Reads one partition of each
/// topic; no database.
pub fn of_claim(
    connection: &Connection,
    topics: &Topics,
    partitions: i32,
    claim: ClaimId,
) -> anyhow::Result<Vec<Line>> {
    let key = claim.key.as_str();
    let partition = partition_of(key.as_bytes(), partitions);
    let mut records = Vec::new();
    for context in PURCHASE_CONTEXTS {
        log::read_whole(connection, &topics.events(context), Some(partition), |fetched| {
            if let Ok(Some(entry)) = log::entry(context, &fetched)
                && entry.record.key == key
                && is_about(&entry.record.subject, claim)
            {
                records.push(entry.record);
            }
        })?;
    }
    let reported =
        in_causal_order(records.iter().map(|record| (record.id.clone(), row(record))).collect());
    let of = |id: &str| records.iter().find(|record| record.id == id);
    Ok(reported.iter().filter_map(|(id, row)| Some(line(of(id)?, row))).collect())
}

/// The line of the timeline that an event has, without whom it concerns.
pub fn row(record: &Record) -> TimelineRow {
    let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    let context = record.stream.split('/').next().unwrap_or_default();
    TimelineRow {
        context: context.to_owned(),
        purchase: record.key.clone(),
        version: i64::try_from(record.version).unwrap_or(i64::MAX),
        claim: String::new(),
        subject: record.subject.clone(),
        at: record.time,
        recorded: record.recorded,
        type_name: record.type_name.clone(),
        who: record.principal.to_string(),
        cause: record.causation_id.clone(),
        sentence: sentence(&record.type_name, &body),
        buyer: String::new(),
        shop: String::new(),
    }
}

fn line(record: &Record, row: &TimelineRow) -> Line {
    let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    Line {
        at: row.at,
        recorded: row.recorded,
        who: row.who.clone(),
        subject: row.subject.clone(),
        says: row.sentence.clone(),
        findings: findings(&body),
    }
}

/// Whether a subject belongs to a claim: the order, the policy, the claim itself, and everything
/// with the claim in its id.
fn is_about(subject: &str, claim: ClaimId) -> bool {
    let path = claim.to_string();
    let path = path.trim_start_matches("clm_");
    let subject_path = subject.split_once('_').map_or(subject, |(_, path)| path);
    let is_part = subject_path
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    is_part
        || subject == claim.policy().to_string()
        || subject == claim.policy().device().order().to_string()
}

fn findings(body: &Value) -> Vec<String> {
    let Some(findings) = body.get("findings").and_then(Value::as_array) else { return Vec::new() };
    let line = |finding: &Value| {
        let (rule, outcome) = (finding.get("rule")?.as_str()?, finding.get("outcome")?.as_str()?);
        Some(format!("{rule}: {outcome}"))
    };
    findings.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use recourse_kernel::{OrderId, OrderKeys};

    use super::*;

    #[test]
    fn a_claims_story_holds_its_job_and_not_another_claims() {
        let device = OrderId::new(OrderKeys::development().key_of("market", "1001")).device(1, 1);
        let claim = device.policy().claim(1);
        for part in [
            claim.to_string(),
            claim.job(1).to_string(),
            claim.job(1).shipment(2).to_string(),
            claim.settlement().to_string(),
            claim.policy().to_string(),
            device.order().to_string(),
        ] {
            assert!(is_about(&part, claim), "{part}");
        }
        for other in [
            device.policy().claim(11).to_string(),
            device.order().device(1, 2).policy().to_string(),
            device.settlement(0).to_string(),
        ] {
            assert!(!is_about(&other, claim), "{other}");
        }
    }
}
