//! The one appeal of a claim.

use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::domain::events::AppealOf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealState {
    pub of: AppealOf,
    /// Whether the appeal was upheld; `None` until it is decided.
    pub upheld: Option<bool>,
    /// Deadline of the decision; `None` once it has passed.
    pub decide_by: Option<Instant>,
}
