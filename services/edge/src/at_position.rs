//! The position that a read carries in its header.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::position::{InvalidPosition, POSITION_HEADER, Position};
use super::problem::Problem;

/// The position that a read carries, if any. [`Caller`](super::Caller) waits until the read model
/// includes it, so only a handler that answers from something else needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtPosition(pub Option<Position>);

impl<S: Sync> FromRequestParts<S> for AtPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut texts = Vec::new();
        for value in parts.headers.get_all(POSITION_HEADER) {
            texts.push(value.to_str().unwrap_or("/"));
        }
        if texts.is_empty() {
            return Ok(Self(None));
        }
        let position = texts.join(",").parse().map_err(|error: InvalidPosition| {
            Problem::bad_request("position.malformed", error.to_string())
        })?;
        Ok(Self(Some(position)))
    }
}
