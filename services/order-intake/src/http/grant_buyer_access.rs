//! `POST /v1/orders/{order}/buyer-access`: the order's marketplace gets a token with which its
//! buyer can act for this order.
//!
//! The log has the grant, never a token. The same call again gets a fresh token of the same grant.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use recourse_edge::{Accepted, BuyerAccess, Command, Edge, Problem, Stage};
use recourse_kernel::{Instant, OrderId, Role};
use serde::Serialize;

use crate::domain::OrderCommand;
use crate::domain::commands::GrantBuyerAccess;
use crate::domain::events::BuyerAccessGranted;
use crate::domain::rules::access::VALID_FOR;
use crate::queries;

/// The token, with what it is for. This is a public format.
#[derive(Serialize)]
struct AccessView {
    id: OrderId,
    status: &'static str,
    token: String,
    token_type: &'static str,
    buyer: String,
    expires_at: Instant,
}

pub(super) async fn answer(call: Command<OrderId>) -> Result<Response, Problem> {
    call.only(&[Role::Marketplace])?;
    let order = call.path;
    let access = call.buyer_access().ok_or_else(not_configured)?;
    let command = OrderCommand::GrantBuyerAccess(GrantBuyerAccess { order });
    let accepted = call.submit(order.key, &command).await?;
    if accepted.stage != Stage::Done {
        // Not decided yet: the same call again gets the token.
        return Ok(accepted.into_response());
    }
    let grant = recorded(&call, &accepted).await?;
    let token = token(access, &grant, call.clock().now())?;
    let view = AccessView {
        id: grant.order,
        status: "accepted",
        token,
        token_type: "Bearer",
        buyer: grant.buyer,
        expires_at: grant.until,
    };
    Ok(with_body(accepted, view))
}

/// The grant as recorded: a retry must not extend it.
async fn recorded(edge: &Edge, accepted: &Accepted) -> Result<BuyerAccessGranted, Problem> {
    if let Some(position) = &accepted.position {
        edge.wait_for(position).await?;
    }
    queries::buyer_access(edge.pool(), &accepted.command_id).await?.ok_or_else(|| {
        Problem::unavailable(
            "position.not_reached",
            "the access was granted, but the read model does not have it yet",
        )
        .instead("Retry with the same Idempotency-Key.")
    })
}

/// A token that is valid until the grant ends.
fn token(
    access: &BuyerAccess,
    grant: &BuyerAccessGranted,
    now: Instant,
) -> Result<String, Problem> {
    let remaining = remaining(grant.until, now).ok_or_else(|| expired(grant.until))?;
    access.issue(grant.order, &grant.buyer, remaining).map_err(|error| {
        tracing::error!(%error, "cannot sign a token for a buyer");
        Problem::internal()
    })
}

/// How long a grant still lasts; none if it has ended. In development the clock may be moved, while
/// tokens are always checked against the system's: so this is a duration.
fn remaining(until: Instant, now: Instant) -> Option<Duration> {
    let seconds = (until - now).min(VALID_FOR).num_seconds();
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds))
}

fn expired(until: Instant) -> Problem {
    let detail = "this access was granted before, and has expired";
    Problem::new(StatusCode::CONFLICT, "order.access.expired", detail)
        .fact("until", until)
        .instead("Use a new Idempotency-Key for a new grant.")
}

fn not_configured() -> Problem {
    let detail = "this installation has no key for tokens of single orders";
    Problem::new(StatusCode::CONFLICT, "order.access.not_configured", detail)
        .instead("Have its operator set `buyer_access.key_file`.")
}

/// The answer to a command, with its position, and with this body. No cache may keep it.
fn with_body(accepted: Accepted, view: AccessView) -> Response {
    let (mut parts, _) = accepted.into_response().into_parts();
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let body: Body = Json(view).into_response().into_body();
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_token_ends_with_its_grant() {
        let granted_at: Instant = "2025-03-10T09:00:00Z".parse().unwrap();
        let at = |minutes| granted_at + TimeDelta::minutes(minutes);
        let until = granted_at + VALID_FOR;
        assert_eq!(remaining(until, at(0)), Some(Duration::from_mins(15)));
        assert_eq!(remaining(until, at(14)), Some(Duration::from_mins(1)));
        assert_eq!(remaining(until, at(15)), None);
        assert_eq!(remaining(until, at(99)), None);
        // A clock that is slow does not make it longer.
        assert_eq!(remaining(until, at(-5)), Some(Duration::from_mins(15)));
    }
}
