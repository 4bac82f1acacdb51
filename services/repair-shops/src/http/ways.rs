//! `POST /v1/jobs/{job}/ways` and `POST /v1/ways/{way}/picked-up|delivered|lost`: told by shops and
//! adjusters, and by the buyer whose device it is.

use axum::extract::State;
use recourse_kernel::{JobId, Role, WayId};
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde_json::Value;

use super::{Teller, WORKERS, of_job, with_id};
use crate::domain::commands::{JobCommand, MoveWay};

const MOVERS: &[Role] = &[Role::Shop, Role::Adjuster, Role::Buyer];

/// Books a way; answers with its id.
pub(super) async fn book(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::BookWay(of_job(job, body)?);
    Teller::new(edge, caller, key).tell(job.key, &command).await
}

/// The carrier has it.
pub(super) async fn picked_up(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::PickUpWay(of_way(way, body)?);
    Teller::new(edge, caller, key).tell(way.key, &command).await
}

/// It arrived.
pub(super) async fn delivered(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::DeliverWay(of_way(way, body)?);
    Teller::new(edge, caller, key).tell(way.key, &command).await
}

/// It is lost.
pub(super) async fn lost(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    Json(body): Json<Value>,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::LoseWay(of_way(way, body)?);
    Teller::new(edge, caller, key).tell(way.key, &command).await
}

fn of_way(way: WayId, body: Value) -> Result<MoveWay, Problem> {
    with_id("way", &way.to_string(), body)
}
