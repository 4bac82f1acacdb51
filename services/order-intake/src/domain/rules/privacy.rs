//! Requests about personal data: until when, and by whom they are resolved.

use chrono::TimeDelta;
use recourse_kernel::{Principal, PrivacyRequestId, Role};

use crate::domain::events::{PrivacyOutcome, PrivacyRequestKind, PrivacyRequested};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::OrderState;

/// How long a request may take, as the shop systems ask for.
pub const DUE_WITHIN: TimeDelta = TimeDelta::days(30);

/// A1: only an operator resolves requests.
pub fn may_resolve(who: &Principal) -> Result<(), OrderRejection> {
    if who.role == Role::Operator {
        Ok(())
    } else {
        Err(OrderRejection::PrivacyNotAllowed(who.clone()))
    }
}

/// A request is resolved once.
pub fn still_open(
    state: &OrderState,
    id: PrivacyRequestId,
) -> Result<&PrivacyRequested, OrderRejection> {
    let known = state.privacy.iter().find(|known| known.requested.request == id);
    let known = known.ok_or(OrderRejection::PrivacyRequestNotKnown(id))?;
    match known.outcome {
        Some(outcome) => Err(OrderRejection::PrivacyAlreadyResolved { request: id, outcome }),
        None => Ok(&known.requested),
    }
}

/// Only a request to erase a buyer's data ends with its erasure.
pub fn can_be_resolved_so(
    requested: &PrivacyRequested,
    outcome: PrivacyOutcome,
) -> Result<(), OrderRejection> {
    let can_erase = requested.kind == PrivacyRequestKind::Erasure && requested.buyer.is_some();
    if outcome == PrivacyOutcome::Erased && !can_erase {
        return Err(OrderRejection::NothingToErase(requested.request));
    }
    Ok(())
}
