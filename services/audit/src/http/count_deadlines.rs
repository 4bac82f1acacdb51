//! `GET /v1/deadlines/counts`.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, Problem};

use super::access::DEADLINE_READERS;
use crate::queries::deadlines::{self, DeadlineCount};

/// The number of running, met and missed deadlines, by kind.
pub(super) async fn count_deadlines(
    State(edge): State<Edge>,
    caller: Caller,
) -> Result<Page<DeadlineCount>, Problem> {
    caller.only(DEADLINE_READERS)?;
    Ok(Page::new(deadlines::counts(edge.pool()).await?, None))
}
