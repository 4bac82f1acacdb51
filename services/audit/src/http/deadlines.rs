//! `GET /v1/deadlines`: how many deadlines of each kind are open, were met and were missed (T8).

use axum::extract::State;
use recourse_kernel::Role;
use recourse_runtime::edge::{AtPosition, Caller, Edge, Page, Problem};

use crate::queries::deadlines::{self, DeadlineCount};

const READERS: &[Role] = &[Role::Auditor, Role::Operator, Role::Provider, Role::Adjuster];

/// Deadlines by kind.
pub(super) async fn counts(
    State(edge): State<Edge>,
    caller: Caller,
    AtPosition(position): AtPosition,
) -> Result<Page<DeadlineCount>, Problem> {
    caller.only(READERS)?;
    if let Some(position) = position {
        edge.wait_for(&position).await?;
    }
    Ok(Page::new(deadlines::counts(edge.pool()).await?, None))
}
