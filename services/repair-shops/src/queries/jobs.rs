//! Queries for one job and for lists of jobs.

use recourse_kernel::JobId;
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::domain::state::ClaimNotes;
use crate::projections::jobs::JobRow;
use crate::projections::shipments::ShipmentRow;

/// Everything that is known about a job.
#[derive(Debug, Clone)]
pub struct KnownJob {
    pub row: JobRow,
    /// What was reported about its claim.
    pub notes: ClaimNotes,
    /// Its shipments, in booking order.
    pub shipments: Vec<ShipmentRow>,
}

/// One job, if it was opened.
pub async fn one(pool: &PgPool, job: JobId) -> sqlx::Result<Option<KnownJob>> {
    let row = sqlx::query(
        "select jobs.document as job, claim_notes.document as notes
         from jobs left join claim_notes on claim_notes.claim = jobs.claim
         where jobs.job = $1 and jobs.shop <> ''",
    )
    .bind(job.to_string())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let shipments = sqlx::query("select document from shipments where job = $1")
        .bind(job.to_string())
        .fetch_all(pool)
        .await?;
    let mut shipments: Vec<ShipmentRow> = shipments
        .iter()
        .map(|row| row.try_get("document").map(|Json(shipment)| shipment))
        .collect::<sqlx::Result<_>>()?;
    shipments.sort_by_key(|shipment| shipment.booked.shipment.shipment);
    let Json(job) = row.try_get("job")?;
    let notes: Option<Json<ClaimNotes>> = row.try_get("notes")?;
    let notes = notes.map(|Json(notes)| notes).unwrap_or_default();
    Ok(Some(KnownJob { row: job, notes, shipments }))
}

#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub shop: Option<String>,
    pub claim: Option<String>,
    /// Only open ones, or only closed ones.
    pub open: Option<bool>,
}

/// Jobs with ids after `after`, in order.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    after: Option<&str>,
    rows: i64,
) -> sqlx::Result<Vec<(JobRow, ClaimNotes)>> {
    let rows = sqlx::query(
        "select jobs.document as job, claim_notes.document as notes
         from jobs left join claim_notes on claim_notes.claim = jobs.claim
         where jobs.shop <> ''
           and ($1::text is null or jobs.shop = $1)
           and ($2::text is null or jobs.claim = $2)
           and ($3::boolean is null or jobs.is_open = $3)
           and ($4::text is null or jobs.job > $4)
         order by jobs.job limit $5",
    )
    .bind(&filter.shop)
    .bind(&filter.claim)
    .bind(filter.open)
    .bind(after)
    .bind(rows)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let Json(job) = row.try_get("job")?;
            let notes: Option<Json<ClaimNotes>> = row.try_get("notes")?;
            Ok((job, notes.map(|Json(notes)| notes).unwrap_or_default()))
        })
        .collect()
}
