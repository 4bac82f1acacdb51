//! A call that reads personal data, and whose every access is recorded before anything is shown.
//!
//! It is decided like a command, so that the log has who read what and when. Unlike a command, it
//! has no `Idempotency-Key`: a repeated call is another access, with its own decision and record.
//! With a key, an old answer would be given again, without a record, to a caller who may no longer
//! read it.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use recourse_kernel::Wire;

use super::Edge;
use super::call::Call;
use super::idempotency::IdempotencyKey;
use super::position::{POSITION_HEADER, Position};
use super::problem::Problem;
use super::request::RequestBody;
use super::submit::{Stage, Submit};

/// An access that is on the log. Only now may the data be shown.
#[derive(Debug)]
pub struct Access {
    position: Option<Position>,
}

impl<P, Q> Call<P, Q> {
    /// Records an access to something about `key`, an order key, and waits until the read model has
    /// the event. Fails with the refusal if the caller may not read it, and with 503
    /// (`edge.access_not_recorded`) if that is not decided in time: then nothing may be shown.
    ///
    /// `request` is what the caller sent; it must have no body with fields.
    pub async fn recorded<C: Wire>(
        &self,
        key: impl AsRef<str>,
        command: &C,
        request: &RequestBody,
    ) -> Result<Access, Problem> {
        request.is_understood()?;
        let once = IdempotencyKey::random().map_err(|_| Problem::internal())?;
        let (caller, idempotency_key, key) = (&self.caller, &once, key.as_ref());
        let edge: &Edge = self;
        let decided =
            edge.submit(Submit { caller, idempotency_key, key, command, request }).await?;
        match decided.stage {
            Stage::Done | Stage::Created(_) => {}
            Stage::Pending(_) | Stage::Blocked(_) => return Err(not_recorded()),
        }
        if let Some(position) = &decided.position {
            edge.wait_for(position).await?;
        }
        Ok(Access { position: decided.position })
    }
}

fn not_recorded() -> Problem {
    let detail = "the access could not be recorded in time, so nothing is shown";
    Problem::unavailable("edge.access_not_recorded", detail).instead("Send the same call again.")
}

impl Access {
    /// The answer with the data. No cache may keep it. It names the position of the record.
    pub fn shows(self, data: impl IntoResponse) -> Response {
        let mut response = data.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if let Some(position) = self.position.as_ref().and_then(Position::header) {
            headers.insert(POSITION_HEADER, position);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_shown_with_its_position_and_kept_by_no_cache() {
        let access = Access { position: "jobs/7/41".parse().ok() };
        let response = access.shows("the data");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
        assert_eq!(response.headers()[POSITION_HEADER], "jobs/7/41");
    }

    #[test]
    fn what_is_not_recorded_in_time_can_be_asked_for_again() {
        let problem = not_recorded();
        assert_eq!((problem.status.as_u16(), problem.retry_after), (503, Some(1)));
    }
}
