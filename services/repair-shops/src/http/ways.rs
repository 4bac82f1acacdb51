//! `POST /v1/jobs/{job}/ways` and `POST /v1/ways/{way}/picked-up|delivered|lost`: told by shops and
//! adjusters, and by the buyer whose device it is.

use axum::extract::State;
use recourse_kernel::{JobId, Role, WayId};
use recourse_runtime::edge::{Accepted, Asked, Caller, Edge, IdempotencyKey, Path, Problem};

use super::{Teller, WORKERS};
use crate::domain::commands::JobCommand;

const MOVERS: &[Role] = &[Role::Shop, Role::Adjuster, Role::Buyer];

/// Books a way; answers with its id.
pub(super) async fn book(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(job): Path<JobId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::BookWay(asked.read_with("job", &job)?);
    Teller::new(edge, caller, key).tell(job.key, &command, &asked).await
}

/// The carrier has it.
pub(super) async fn picked_up(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::PickUpWay(asked.read_with("way", &way)?);
    Teller::new(edge, caller, key).tell(way.key, &command, &asked).await
}

/// It arrived.
pub(super) async fn delivered(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(MOVERS)?;
    let command = JobCommand::DeliverWay(asked.read_with("way", &way)?);
    Teller::new(edge, caller, key).tell(way.key, &command, &asked).await
}

/// It is lost.
pub(super) async fn lost(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(way): Path<WayId>,
    asked: Asked,
) -> Result<Accepted, Problem> {
    caller.only(WORKERS)?;
    let command = JobCommand::LoseWay(asked.read_with("way", &way)?);
    Teller::new(edge, caller, key).tell(way.key, &command, &asked).await
}
