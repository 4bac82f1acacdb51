//! Requests about personal data: until when, and by whom they are resolved.

use chrono::TimeDelta;
use recourse_kernel::{Principal, PrivacyRequestId, Role};

use crate::domain::events::{PrivacyOutcome, PrivacyRequestKind, PrivacyRequested};
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{OrderState, PrivacyRequest};

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

/// Only a request that was recorded can be resolved.
pub fn known(state: &OrderState, id: PrivacyRequestId) -> Result<&PrivacyRequest, OrderRejection> {
    let known = state.privacy.iter().find(|known| known.requested.request == id);
    known.ok_or(OrderRejection::PrivacyRequestNotKnown(id))
}

/// A request is resolved once.
pub fn still_open(known: &PrivacyRequest) -> Result<&PrivacyRequested, OrderRejection> {
    let requested = &known.requested;
    match known.outcome {
        Some(outcome) => {
            Err(OrderRejection::PrivacyAlreadyResolved { request: requested.request, outcome })
        }
        None => Ok(requested),
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
