//! A command's way: recorded, sent, acknowledged, decided, answered. The same call gives the same answer,
//! for ever.

use std::time::Instant;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use recourse_kernel::{CommandRecord, Refusal, Wire};
use serde_json::json;
use tracing::Instrument as _;

use super::Edge;
use super::caller::Caller;
use super::idempotency::{IdempotencyKey, command_id};
use super::json::Json;
use super::position::{POSITION_HEADER, Position};
use super::problem::Problem;
use super::request::RequestBody;
use crate::projector::{CommandOutcome, OutcomeKind, outcome_of};
use crate::reply::{Reply, ReplyKind};
use crate::telemetry;

/// Something that a caller wants done.
pub struct Submit<'a, C> {
    /// Who asks.
    pub caller: &'a Caller,
    /// What makes it one command however often it is sent.
    pub idempotency_key: &'a IdempotencyKey,
    /// The order key, or the line of terms: it chooses the partition.
    pub key: &'a str,
    /// What goes to the log, personal data sealed.
    pub command: &'a C,
    /// What was asked, in the clear: the keyed hash is over this.
    pub request: &'a RequestBody,
    /// Whether it makes something new, so that it is answered with 201 instead of 200.
    pub created: bool,
}

/// A command that was sent: decided, or still under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the decision is about: `clm_K-1.2-3`. Empty while it is under way.
    pub id: String,
    /// The command's id.
    pub command_id: String,
    /// Where the decision stands in the log, when that is known.
    pub position: Option<Position>,
    /// How far it is.
    pub stage: Stage,
}

/// How far a command is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Decided: something new was made.
    Created,
    /// Decided.
    Done,
    /// Sent; ask again at this path.
    Pending(String),
    /// Set aside because its purchase waits for a person; ask again at this path.
    Blocked(String),
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let (status, body, location) = match self.stage {
            Stage::Created => {
                (StatusCode::CREATED, json!({"id": self.id, "status": "accepted"}), None)
            }
            Stage::Done => (StatusCode::OK, json!({"id": self.id, "status": "accepted"}), None),
            Stage::Pending(at) => (
                StatusCode::ACCEPTED,
                json!({"command": self.command_id, "status": "pending", "outcome": at}),
                Some(at),
            ),
            Stage::Blocked(at) => (
                StatusCode::ACCEPTED,
                json!({"command": self.command_id, "status": "blocked", "outcome": at}),
                Some(at),
            ),
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(at) = location.and_then(|at| HeaderValue::try_from(at).ok()) {
            headers.insert(header::LOCATION, at);
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(position) = self.position.as_ref().and_then(Position::header) {
            headers.insert(POSITION_HEADER, position);
        }
        response
    }
}

impl Edge {
    /// Sends a command to this edge's own service and waits for its answer.
    pub async fn submit<C: Wire>(&self, request: Submit<'_, C>) -> Result<Accepted, Problem> {
        let context = self.context();
        self.submit_to(context, request).await
    }

    /// Sends a command to another context of the same process, such as `terms` beside `policies`.
    pub async fn submit_to<C: Wire>(
        &self,
        context: &str,
        request: Submit<'_, C>,
    ) -> Result<Accepted, Problem> {
        let topic = self.topics().commands(context);
        let span = telemetry::sending(&topic);
        async {
            let command = self.recorded(context, &request)?;
            self.sent(context, &topic, &command, request.created).await
        }
        .instrument(span)
        .await
    }

    fn recorded<C: Wire>(
        &self,
        context: &str,
        request: &Submit<'_, C>,
    ) -> Result<CommandRecord, Problem> {
        let principal = &request.caller.principal;
        let id = command_id(context, principal, request.key, request.idempotency_key.as_str());
        let type_name = request.command.type_name();
        Ok(CommandRecord {
            source: format!("/recourse/edge/{}", self.service()),
            type_name: type_name.to_owned(),
            time: self.clock().now(),
            key: request.key.to_owned(),
            mac: self.parts.mac.of(type_name, &request.request.whole()),
            principal: principal.clone(),
            causation_id: id.clone(),
            reply_to: Some(self.parts.replies.partition()),
            traceparent: telemetry::current_traceparent(),
            body: request.command.encode()?,
            id,
        })
    }

    async fn sent(
        &self,
        context: &str,
        topic: &str,
        command: &CommandRecord,
        created: bool,
    ) -> Result<Accepted, Problem> {
        let began = Instant::now();
        let metrics = &self.parts.metrics;
        let mut expected = self.parts.replies.expect(&command.id, &command.mac);
        let undelivered = |error: &dyn std::fmt::Display| {
            metrics.command("undelivered", began.elapsed());
            tracing::warn!(%error, command = command.id, "a command could not be delivered");
            Problem::unavailable("edge.log_unavailable", "the command could not be recorded now")
                .instead("send it again with the same Idempotency-Key")
        };
        let delivery =
            self.parts.commands.send(topic, command).map_err(|error| undelivered(&error))?;
        let mut delivery = Some(delivery);
        let answered = async {
            loop {
                tokio::select! {
                    biased;
                    // A reply is proof enough that the command was delivered.
                    reply = expected.reply() => return Ok(reply),
                    delivered = async { delivery.as_mut()?.await.ok() }, if delivery.is_some() => {
                        if let Some(Err(error)) = delivered {
                            return Err(undelivered(&error));
                        }
                        delivery = None;
                    }
                }
            }
        };
        let wait = self.parts.settings.http.reply_wait();
        let reply = tokio::time::timeout(wait, answered).await.ok().transpose()?.flatten();
        if let Some(mut reply) = reply {
            metrics.command(reply.kind.name(), began.elapsed());
            let is_old = reply.position.is_none();
            if is_old && matches!(reply.kind, ReplyKind::Accepted | ReplyKind::Refused) {
                reply.position = self.position_of(&command.id).await;
            }
            return answer(context, reply, created);
        }
        metrics.command("late", began.elapsed());
        // The hint may be lost while the outcome is there.
        if let Ok(Some(outcome)) = outcome_of(self.pool(), &command.id).await {
            return said(context, &command.id, Some(&command.mac), outcome, created);
        }
        // Whether it is on the log is not known either: nobody is told to wait for what may never come.
        if delivery.is_some() {
            return Err(undelivered(&"it was not acknowledged in time"));
        }
        Ok(pending(context, &command.id))
    }
}

impl Edge {
    /// Where a command that was answered before stands, if the read model knows already.
    async fn position_of(&self, command_id: &str) -> Option<String> {
        let outcome = outcome_of(self.pool(), command_id).await.ok()??;
        Some(Position::new(&outcome.context, outcome.partition, outcome.offset).to_string())
    }
}

fn answer(context: &str, reply: Reply, created: bool) -> Result<Accepted, Problem> {
    let position: Option<Position> = reply.position.and_then(|position| position.parse().ok());
    match reply.kind {
        ReplyKind::Accepted => Ok(Accepted {
            id: reply.subject,
            command_id: reply.command_id,
            position,
            stage: if created { Stage::Created } else { Stage::Done },
        }),
        ReplyKind::Refused => Err(refused(reply.refusal, position)),
        ReplyKind::Conflict => Err(conflict()),
        ReplyKind::Blocked => Ok(blocked(context, &reply.command_id)),
    }
}

/// What a projected outcome says, in the same words as the reply would have.
pub(super) fn said(
    context: &str,
    command_id: &str,
    mac: Option<&str>,
    outcome: CommandOutcome,
    created: bool,
) -> Result<Accepted, Problem> {
    if mac.is_some_and(|mac| mac != outcome.mac) {
        return Err(conflict());
    }
    let position = Some(Position::new(&outcome.context, outcome.partition, outcome.offset));
    match outcome.kind {
        OutcomeKind::Refused => Err(refused(outcome.refusal, position)),
        OutcomeKind::DeadLetter => Ok(blocked(context, command_id)),
        OutcomeKind::Accepted => Ok(Accepted {
            id: outcome.subject,
            command_id: command_id.to_owned(),
            position,
            stage: if created { Stage::Created } else { Stage::Done },
        }),
    }
}

fn refused(refusal: Option<Refusal>, position: Option<Position>) -> Problem {
    // A refusal always has its reason; without it there is nothing to tell.
    let problem = refusal.map_or_else(Problem::internal, Problem::from);
    Problem { position: position.map(Box::new), ..problem }
}

fn conflict() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key.reused",
        "this Idempotency-Key was used before, for something else",
    )
    .instead("send the same body again to get its answer, or choose a new key for a new command")
}

fn pending(context: &str, command_id: &str) -> Accepted {
    let stage = Stage::Pending(outcome_path(context, command_id));
    Accepted { id: String::new(), command_id: command_id.to_owned(), position: None, stage }
}

fn blocked(context: &str, command_id: &str) -> Accepted {
    let stage = Stage::Blocked(outcome_path(context, command_id));
    Accepted { id: String::new(), command_id: command_id.to_owned(), position: None, stage }
}

fn outcome_path(context: &str, command_id: &str) -> String {
    format!("/v1/{context}/commands/{command_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: OutcomeKind) -> CommandOutcome {
        CommandOutcome {
            kind,
            context: "claims".to_owned(),
            stream: "claims/K".to_owned(),
            subject: "clm_K-1.1-1".to_owned(),
            version: 3,
            partition: 7,
            offset: 41,
            recorded: chrono::DateTime::UNIX_EPOCH,
            mac: "m".to_owned(),
            refusal: None,
        }
    }

    #[test]
    fn an_outcome_is_reported_as_its_reply_would_have_been() {
        let accepted =
            said("claims", "c", Some("m"), outcome(OutcomeKind::Accepted), true).unwrap();
        assert_eq!(accepted.id, "clm_K-1.1-1");
        let response = accepted.into_response();
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()[POSITION_HEADER], "claims/7/41");
    }

    #[test]
    fn another_question_under_the_same_key_is_a_conflict() {
        let refused = said("claims", "c", Some("n"), outcome(OutcomeKind::Accepted), true);
        assert_eq!(refused.unwrap_err().status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn what_is_in_progress_says_where_to_ask() {
        for accepted in [
            pending("claims", "c"),
            said("claims", "c", None, outcome(OutcomeKind::DeadLetter), true).unwrap(),
        ] {
            let response = accepted.into_response();
            assert_eq!(response.status(), StatusCode::ACCEPTED);
            assert_eq!(response.headers()[header::LOCATION], "/v1/claims/commands/c");
        }
    }
}
