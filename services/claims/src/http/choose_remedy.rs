//! `POST /v1/claims/{clm}/remedy`: chooses the remedy after the verdict (M2, T6).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{BOTH_SIDES, Call};
use crate::domain::ClaimCommand;
use crate::domain::remedy::{ChooseRemedy, Remedy};

#[derive(Deserialize)]
struct Body {
    remedy: Remedy,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(claim): Path<ClaimId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(BOTH_SIDES)?;
    let Body { remedy } = request.read()?;
    let command = ClaimCommand::ChooseRemedy(ChooseRemedy { claim, remedy });
    Call::new(edge, caller, key).submit(claim.key, &command, &request).await
}
