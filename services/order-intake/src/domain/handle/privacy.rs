//! Requests about personal data: recorded as tasks, and resolved by an operator.

use crate::domain::commands::{RequestPrivacy, ResolvePrivacyRequest};
use crate::domain::events::{OrderEvent, PrivacyRequestResolved, PrivacyRequested, PrivacyScope};
use crate::domain::rules::facts::reported_by_the_marketplace;
use crate::domain::rules::privacy::{
    DUE_WITHIN, can_be_resolved_so, known, may_resolve, still_open,
};
use crate::domain::state::OrderState;
use crate::domain::{Cx, Decision};

/// Records a request, also for an order that is not known. One that is already open changes
/// nothing.
pub(super) fn request(state: &OrderState, request: &RequestPrivacy, cx: &Cx<'_>) -> Decision {
    let of_order = state.order.as_ref().filter(|_| request.scope == PrivacyScope::Order);
    let marketplace = of_order.map_or(&request.marketplace, |order| &order.placed.marketplace);
    reported_by_the_marketplace(cx.principal, marketplace)?;
    let is_it =
        |open: &PrivacyRequested| open.kind == request.kind && open.reference == request.reference;
    if state.privacy.iter().any(|known| known.outcome.is_none() && is_it(&known.requested)) {
        return Ok(Vec::new());
    }
    let number = u32::try_from(state.privacy.len() + 1).unwrap_or(u32::MAX);
    // The shop may know a buyer under two names; the data is sealed under the order's.
    let buyer = of_order.map(|order| order.placed.buyer.clone());
    Ok(vec![OrderEvent::PrivacyRequested(PrivacyRequested {
        request: request.order.privacy_request(number),
        order: request.order,
        kind: request.kind,
        scope: request.scope,
        marketplace: request.marketplace.clone(),
        buyer: buyer.or_else(|| request.buyer.clone()),
        reference: request.reference.clone(),
        received_at: cx.now,
        due: cx.now.checked_add_signed(DUE_WITHIN).unwrap_or(cx.now),
    })])
}

/// Records what an operator did about a request. The same outcome again changes nothing, so that an
/// erasure that was recorded but not carried out can be finished.
pub(super) fn resolve(
    state: &OrderState,
    resolve: &ResolvePrivacyRequest,
    cx: &Cx<'_>,
) -> Decision {
    may_resolve(cx.principal)?;
    let known = known(state, resolve.request)?;
    if known.outcome == Some(resolve.outcome) {
        return Ok(Vec::new());
    }
    let requested = still_open(known)?;
    can_be_resolved_so(requested, resolve.outcome)?;
    Ok(vec![OrderEvent::PrivacyRequestResolved(PrivacyRequestResolved {
        request: resolve.request,
        outcome: resolve.outcome,
        resolved_at: cx.now,
    })])
}
