//! Deadlines: of one purchase, all in one state, or counted by kind.

use recourse_kernel::{ClaimId, OrderKey, Owner};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::deadline::{Deadline, DeadlineState};
use crate::verification::waits::word;

/// One deadline with its subject. This is a public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineItem {
    /// Its id: kind, subject and the number of the deadline, such as `answer/clm_K-1.2-3/2`.
    pub id: String,
    /// What is due, such as `decision`, `answer`, `dispatch` or `payment`: see the README.
    pub kind: String,
    /// The claim that it concerns, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The claim, the policy, the job, the job and its part, the shipment, the payment, or the
    /// dispute.
    pub subject: String,
    /// When it is due and how it ended.
    #[serde(flatten)]
    pub deadline: Deadline,
}

/// The deadlines of one kind, counted by state. This is a public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineCount {
    /// What is due, such as `decision` or `parts`.
    pub kind: String,
    /// Not due yet.
    pub running: i64,
    pub met: i64,
    pub missed: i64,
}

/// The deadlines of a purchase, or of one of its claims, in the order in which they were set.
pub async fn of_purchase(
    pool: &PgPool,
    purchase: OrderKey,
    claim: Option<ClaimId>,
) -> sqlx::Result<Vec<DeadlineItem>> {
    let rows = sqlx::query(
        "select d.deadline, d.kind, d.claim, d.document ->> 'subject' as subject, one.number,
                one.document
         from deadlines d,
              jsonb_array_elements(d.document -> 'deadlines') with ordinality
                  as one (document, number)
         where d.purchase = $1 and ($2::text is null or d.claim = $2)
         order by d.deadline, one.number",
    )
    .bind(purchase.as_str())
    .bind(claim.map(|claim| claim.to_string()))
    .fetch_all(pool)
    .await?;
    let mut items = rows.iter().map(item).collect::<sqlx::Result<Vec<_>>>()?;
    items.sort_by_key(|item| item.deadline.set_at);
    Ok(items)
}

/// Deadlines with ids after `after`, in order; of one party, or of all.
pub async fn in_state(
    pool: &PgPool,
    state: DeadlineState,
    owner: Option<Owner>,
    after: Option<(&str, i64)>,
    most: i64,
) -> sqlx::Result<Vec<DeadlineItem>> {
    let rows = sqlx::query(
        "select d.deadline, d.kind, d.claim, d.document ->> 'subject' as subject, one.number,
                one.document
         from deadlines d,
              jsonb_array_elements(d.document -> 'deadlines') with ordinality
                  as one (document, number)
         where case $1 when 'running' then d.running > 0 when 'missed' then d.missed > 0
                       when 'met' then d.met > 0 else true end
           and one.document ->> 'state' = $1
           and ($5::text is null or one.document ->> 'owner' = $5)
           and ($2::text is null or d.deadline > $2 or (d.deadline = $2 and one.number > $3))
         order by d.deadline, one.number
         limit $4",
    )
    .bind(state.name())
    .bind(after.map(|(deadline, _)| deadline))
    .bind(after.map_or(0, |(_, number)| number))
    .bind(most)
    .bind(owner.map(word))
    .fetch_all(pool)
    .await?;
    rows.iter().map(item).collect()
}

/// All deadlines, counted by kind and state.
pub async fn counts(pool: &PgPool) -> sqlx::Result<Vec<DeadlineCount>> {
    let rows = sqlx::query(
        "select kind, coalesce(sum(running), 0)::bigint as running,
                coalesce(sum(met), 0)::bigint as met, coalesce(sum(missed), 0)::bigint as missed
         from deadlines group by kind order by kind",
    )
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(DeadlineCount {
                kind: row.try_get("kind")?,
                running: row.try_get("running")?,
                met: row.try_get("met")?,
                missed: row.try_get("missed")?,
            })
        })
        .collect()
}

/// Splits an item's id into the row's key and the deadline's number.
pub fn key_and_number(id: &str) -> Option<(&str, i64)> {
    let (deadline, number) = id.rsplit_once('/')?;
    Some((deadline, number.parse().ok()?))
}

fn item(row: &sqlx::postgres::PgRow) -> sqlx::Result<DeadlineItem> {
    let (deadline, number): (String, i64) = (row.try_get("deadline")?, row.try_get("number")?);
    let claim: String = row.try_get("claim")?;
    let Json(document) = row.try_get("document")?;
    Ok(DeadlineItem {
        id: format!("{deadline}/{number}"),
        kind: row.try_get("kind")?,
        claim: (!claim.is_empty()).then_some(claim),
        subject: row.try_get("subject")?,
        deadline: document,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_subject_and_the_number_of_the_deadline() {
        assert_eq!(
            key_and_number("parts/job_K-1.1-1-1/a/b/12"),
            Some(("parts/job_K-1.1-1-1/a/b", 12))
        );
        assert_eq!(key_and_number("nothing"), None);
        assert_eq!(key_and_number("answer/x"), None);
    }
}
