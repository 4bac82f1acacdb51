//! `GET /v1/deadlines/counts`.

use recourse_edge::{Call, Page, Problem};

use super::access::DEADLINE_READERS;
use crate::queries::deadlines::{self, DeadlineCount};

/// The number of running, met and missed deadlines, by kind.
pub(super) async fn count_deadlines(call: Call) -> Result<Page<DeadlineCount>, Problem> {
    call.caller.only(DEADLINE_READERS)?;
    Ok(Page::new(deadlines::counts(call.pool()).await?, None))
}
