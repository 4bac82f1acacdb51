//! The outcome of each command, for callers that received no reply: a row per command id, from the
//! attributes of the records that answer it.

use recourse_kernel::folded::generic_kind_of;

use super::command_outcome::{CommandOutcome, OutcomeKind};
use super::model::Model;
use super::taken::{Source, Taken};

/// Folds the records into `outcomes`.
pub(super) async fn apply<M: Model>(
    model: &mut M,
    sources: &[Source],
    records: &[&Taken],
) -> sqlx::Result<()> {
    let mut ids: Vec<_> = records
        .iter()
        .map(|taken| taken.record.command_id.clone())
        .filter(|id| !id.is_empty())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let mut outcomes = model.outcomes(&ids).await?;
    for taken in records.iter().filter(|taken| !taken.record.command_id.is_empty()) {
        let context =
            sources.get(taken.topic_partition.0).map_or("", |source| source.context.as_str());
        let before = outcomes.remove(&taken.record.command_id);
        if let Some(after) = evolve(before, context, taken) {
            outcomes.insert(taken.record.command_id.clone(), after);
        }
    }
    model.keep_outcomes(&ids, &outcomes).await
}

/// Like the kernel's fold of answers, but includes what is dead-lettered.
fn evolve(before: Option<CommandOutcome>, context: &str, taken: &Taken) -> Option<CommandOutcome> {
    let record = &taken.record;
    let generic = generic_kind_of(&record.type_name);
    let kind = match generic {
        Some("command_refused.v1") => OutcomeKind::Refused,
        Some("purchase_blocked.v1" | "input_dead_lettered.v1") => OutcomeKind::DeadLetter,
        // They accompany the answer, and do not answer anything themselves.
        Some("input_redriven.v1" | "purchase_released.v1") => before.as_ref()?.kind,
        _ => OutcomeKind::Accepted,
    };
    let (subject, refused_before) = match before {
        Some(before) if before.kind != OutcomeKind::DeadLetter => (before.subject, before.refusal),
        _ => (record.subject.clone(), None),
    };
    let refusal = match generic {
        Some("command_refused.v1") => serde_json::from_slice(&record.body).ok(),
        // What is released after a refusal does not change it.
        _ => refused_before.filter(|_| kind == OutcomeKind::Refused),
    };
    Some(CommandOutcome {
        kind,
        context: context.to_owned(),
        stream: record.stream.clone(),
        subject,
        version: record.version,
        partition: taken.topic_partition.1,
        offset: taken.offset,
        recorded: record.recorded,
        mac: record.command_mac.clone(),
        refusal,
    })
}
