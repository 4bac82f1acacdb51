//! `GET /v1/claims/{clm}/timeline` and `GET /v1/orders/{order}/timeline`: one story for buyer, provider and
//! auditor alike, that comes from the events themselves.

use axum::extract::State;
use recourse_kernel::{ClaimId, Instant, OrderId, OrderKey, Role};
use recourse_runtime::edge::{AtPosition, Caller, Edge, Json, Path, Position, Problem};
use serde::Serialize;

use crate::projections::deadlines::DeadlineRow;
use crate::projections::timeline::TimelineRow;
use crate::queries::{deadlines, timeline};

const READERS: &[Role] = &[
    Role::Buyer,
    Role::Shop,
    Role::Adjuster,
    Role::Provider,
    Role::Auditor,
    Role::Operator,
    Role::Marketplace,
];

/// The answer. This is a public format.
#[derive(Serialize)]
pub(super) struct Timeline {
    items: Vec<TimelineItem>,
    deadlines: Vec<DeadlineItem>,
}

#[derive(Serialize)]
struct TimelineItem {
    event: String,
    subject: String,
    #[serde(rename = "type")]
    type_name: String,
    /// When it happened.
    at: Instant,
    /// When it was written.
    recorded: Instant,
    who: String,
    says: String,
}

#[derive(Serialize)]
struct DeadlineItem {
    kind: String,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Instant>,
    open: bool,
    met: i64,
    missed: i64,
}

/// The story of a claim, over all services.
pub(super) async fn of_claim(
    State(edge): State<Edge>,
    caller: Caller,
    AtPosition(position): AtPosition,
    Path(claim): Path<ClaimId>,
) -> Result<Json<Timeline>, Problem> {
    let all = events(&edge, &caller, position, claim.key).await?;
    let events = all.map(|events| timeline::about(events, claim)).unwrap_or_default();
    if events.is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    // `clm_K-1.2-3`, and with it `job_K-1.2-3-1/display` and `leg_K-1.2-3-2`.
    let path = claim.to_string();
    let path = path.trim_start_matches("clm_");
    let deadlines = deadlines::of_purchase(edge.pool(), claim.key).await?;
    let of_claim = deadlines.into_iter().filter(|row| is_within(&row.subject, path));
    Ok(answer(events, of_claim))
}

/// The story of an order: its policies, claims, jobs and money.
pub(super) async fn of_order(
    State(edge): State<Edge>,
    caller: Caller,
    AtPosition(position): AtPosition,
    Path(order): Path<OrderId>,
) -> Result<Json<Timeline>, Problem> {
    let events = events(&edge, &caller, position, order.key).await?;
    let Some(events) = events else { return Err(Problem::not_found("order", order)) };
    let deadlines = deadlines::of_purchase(edge.pool(), order.key).await?;
    Ok(answer(events, deadlines.into_iter()))
}

/// The events of a purchase; none where there are none for this caller.
async fn events(
    edge: &Edge,
    caller: &Caller,
    position: Option<Position>,
    purchase: OrderKey,
) -> Result<Option<Vec<(String, TimelineRow)>>, Problem> {
    caller.only(READERS)?;
    if let Some(position) = position {
        edge.wait_for(&position).await?;
    }
    let events = timeline::of_purchase(edge.pool(), purchase).await?;
    Ok((!events.is_empty() && may_see(caller, &events)).then_some(events))
}

/// A buyer sees their own purchases, a shop those that it has a job of.
fn may_see(caller: &Caller, events: &[(String, TimelineRow)]) -> bool {
    let subject = &caller.principal.subject;
    match caller.role() {
        Role::Buyer => events.iter().any(|(_, row)| row.buyer == *subject),
        Role::Shop => events.iter().any(|(_, row)| row.shop == *subject),
        _ => true,
    }
}

/// Whether an id, such as `job_K-1.2-3-1/display`, is of what a claim's path, `K-1.2-3`, names.
fn is_within(subject: &str, path: &str) -> bool {
    let (_, rest) = subject.split_once('_').unwrap_or_default();
    rest.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn answer(
    events: Vec<(String, TimelineRow)>,
    deadlines: impl Iterator<Item = DeadlineRow>,
) -> Json<Timeline> {
    let items = events.into_iter().map(|(event, row)| TimelineItem {
        event,
        subject: row.subject,
        type_name: row.type_name,
        at: row.at,
        recorded: row.recorded,
        who: row.who,
        says: row.sentence,
    });
    let deadlines = deadlines.map(|row| DeadlineItem {
        kind: row.kind,
        subject: row.subject,
        due: row.due,
        open: row.is_open,
        met: row.met,
        missed: row.missed,
    });
    Json(Timeline { items: items.collect(), deadlines: deadlines.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_a_claim_is_known_by_its_path() {
        let path = "K-1.2-3";
        for own in ["clm_K-1.2-3", "job_K-1.2-3-1", "job_K-1.2-3-1/display", "leg_K-1.2-3-2"] {
            assert!(is_within(own, path), "{own}");
        }
        for other in ["clm_K-1.2-30", "clm_K-1.2-4", "leg_K-1.2-0-1", "nothing"] {
            assert!(!is_within(other, path), "{other}");
        }
    }
}
