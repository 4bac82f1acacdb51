//! Who may ask for what. The edge has checked the token; these rules say whose claim it is.

use recourse_kernel::{Principal, Role};
use serde::{Deserialize, Serialize};

use super::{ClaimRejection, Cx};

/// The two who talk with each other about a claim. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The buyer who filed it.
    Buyer,
    /// The provider's staff.
    Provider,
}

impl Side {
    /// Whether a principal speaks for the buyer or the provider of a claim by this buyer; else not allowed.
    pub(super) fn of(principal: &Principal, buyer: &str) -> Result<Self, ClaimRejection> {
        match principal.role {
            Role::Buyer if principal.subject == buyer => Ok(Self::Buyer),
            Role::Adjuster | Role::Provider => Ok(Self::Provider),
            _ => Err(ClaimRejection::NotAllowed),
        }
    }
}

/// Only the buyer whose policy it is may ask for this.
pub(super) fn only_the_buyer(buyer: &str, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    match Side::of(cx.principal, buyer)? {
        Side::Buyer => Ok(()),
        Side::Provider => Err(ClaimRejection::NotAllowed),
    }
}

/// Only the provider's staff may ask for this.
pub(super) fn only_the_provider(cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    match cx.principal.role {
        Role::Adjuster | Role::Provider => Ok(()),
        _ => Err(ClaimRejection::NotAllowed),
    }
}
