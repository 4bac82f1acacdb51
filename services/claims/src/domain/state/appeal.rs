//! The appeals of a claim: one for each decision (C11).

use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::domain::events::AppealOf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealState {
    pub of: AppealOf,
    pub appealed_at: Instant,
    /// Whether the appeal was upheld; `None` until it is decided.
    pub upheld: Option<bool>,
    /// Deadline of the decision by the provider or, once escalated, by the marketplace.
    pub decide_by: Option<Instant>,
    /// When the appeal went to the marketplace, because the provider did not decide it.
    pub escalated_at: Option<Instant>,
    /// Whether a later decision of the same kind took the place of the one that was appealed.
    pub is_outdated: bool,
}
