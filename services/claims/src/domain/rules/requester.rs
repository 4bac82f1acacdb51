//! Who may issue which command. The edge has verified the token; these rules check that the claim
//! is the caller's.

use recourse_kernel::Role;
use recourse_terms::Provider;

use crate::domain::Cx;
use crate::domain::events::Side;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::Claim;

/// The side that the caller acts for; refused if it is neither.
pub(crate) fn side_of(claim: &Claim, cx: &Cx<'_>) -> Result<Side, ClaimRejection> {
    match cx.principal.role {
        Role::Buyer => only_the_buyer(&claim.buyer, cx).map(|()| Side::Buyer),
        _ => only_the_provider(&claim.provider, cx).map(|()| Side::Provider),
    }
}

/// Only the policy's own buyer may do this.
pub(crate) fn only_the_buyer(buyer: &str, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    match cx.principal.role {
        Role::Buyer if cx.principal.subject == buyer => Ok(()),
        _ => Err(ClaimRejection::NotAllowed),
    }
}

/// Only the staff of the claim's provider may do this. A token that names no provider, which exists
/// only in development, is accepted as theirs.
pub(crate) fn only_the_provider(provider: &Provider, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
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

/// Only staff whose token names the claim's provider may do this, even in development.
pub(crate) fn only_named_staff(provider: &Provider, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    only_the_provider(provider, cx)?;
    match cx.principal.provider {
        Some(_) => Ok(()),
        None => Err(ClaimRejection::ProviderNotNamed { provider: provider.clone() }),
    }
}
