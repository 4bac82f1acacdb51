//! Who may ask for what. The edge has checked the token; these rules say whose claim it is.

use recourse_kernel::Role;
use recourse_terms::Provider;
use serde::{Deserialize, Serialize};

use super::{Claim, ClaimRejection, Cx};

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
    /// Whether who asks speaks for the buyer or the provider of a claim; else not allowed.
    pub(super) fn of(claim: &Claim, cx: &Cx<'_>) -> Result<Self, ClaimRejection> {
        match cx.principal.role {
            Role::Buyer => only_the_buyer(&claim.buyer, cx).map(|()| Self::Buyer),
            _ => only_the_provider(&claim.provider, cx).map(|()| Self::Provider),
        }
    }
}

/// Only the buyer whose policy it is may ask for this.
pub(super) fn only_the_buyer(buyer: &str, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    match cx.principal.role {
        Role::Buyer if cx.principal.subject == buyer => Ok(()),
        _ => Err(ClaimRejection::NotAllowed),
    }
}

/// Only the staff of the provider whose claim it is may ask for this. A token that names no provider, which only
/// development gives, is taken for theirs.
pub(super) fn only_the_provider(provider: &Provider, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    if !matches!(cx.principal.role, Role::Adjuster | Role::Provider) {
        return Err(ClaimRejection::NotAllowed);
    }
    match &cx.principal.provider {
        Some(other) if other != provider.as_str() => {
            Err(ClaimRejection::AnotherProviders { provider: provider.clone() })
        }
        _ => Ok(()),
    }
}

/// Only staff that is known to be of the provider whose claim it is may ask for this, in development as well.
pub(super) fn only_named_staff(provider: &Provider, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    only_the_provider(provider, cx)?;
    match cx.principal.provider {
        Some(_) => Ok(()),
        None => Err(ClaimRejection::ProviderNotNamed { provider: provider.clone() }),
    }
}
