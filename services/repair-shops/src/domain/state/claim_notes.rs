//! What other services reported about a claim.

use std::collections::BTreeMap;

use recourse_kernel::ClaimId;
use serde::{Deserialize, Serialize};

use super::job::Span;
use crate::domain::events::Remedy;

/// The facts about a claim that its job depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimNotes {
    /// The first claim of its chain and its position there, if it continues one (T6).
    pub chain: Option<(ClaimId, u32)>,
    /// The number of consecutive earlier repairs, as counted by the claims service (T6).
    pub repairs: Option<u32>,
    /// Questions to the buyer by number, from asked to answered.
    pub questions: BTreeMap<u32, Span>,
    /// The remedy, and whether the buyer pays first (M3).
    pub remedy: Option<(Remedy, bool)>,
    /// Whether the buyer has paid everything owed.
    pub is_paid: bool,
}
