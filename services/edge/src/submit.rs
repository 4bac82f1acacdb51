//! Submits a command: record, send, wait for the reply, answer. The same call gets the same answer,
//! permanently.

use std::time::Instant;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use recourse_kernel::{CommandRecord, Refusal, Wire};
use recourse_runtime::projector::{CommandOutcome, OutcomeKind, outcome_of};
use recourse_runtime::reply::{Reply, ReplyKind};
use recourse_runtime::telemetry;
use serde_json::json;
use tracing::Instrument as _;

use super::Edge;
use super::caller::Caller;
use super::idempotency::{IdempotencyKey, command_id};
use super::json::Json;
use super::position::{POSITION_HEADER, Position};
use super::problem::Problem;
use super::request::RequestBody;

pub(super) struct Submit<'a, C> {
    pub(super) caller: &'a Caller,
    /// Makes repeated submissions one command.
    pub(super) idempotency_key: &'a IdempotencyKey,
    /// The order key, or the line of terms; it determines the partition.
    pub(super) key: &'a str,
    /// The command as written to the log, with personal data sealed.
    pub(super) command: &'a C,
    /// The plaintext request; the keyed hash covers it.
    pub(super) request: &'a RequestBody,
}

/// A command that was sent: decided, or still in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The subject of the decision, such as `clm_K-1.2-3`. Empty while in progress.
    pub id: String,
    /// The command's id, by which its outcome can be queried.
    pub command_id: String,
    /// The position of the decision in the log, if known.
    pub position: Option<Position>,
    /// Determines the status of the response: 201, 200 or 202.
    pub stage: Stage,
}

/// How far a command has come when its caller is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Decided, and something was created, which can be read at this path: 201.
    Created(String),
    /// Decided, and nothing was created: 200.
    Done,
    /// Sent, not decided yet: 202; poll this path for the outcome.
    Pending(String),
    /// Dead-lettered because its purchase is blocked until someone resolves it: 202; poll this path
    /// for the outcome.
    Blocked(String),
}

impl Accepted {
    /// The same answer to a command that creates what can be read at this path, once it is decided.
    #[must_use]
    pub(super) fn creates(self, path: impl FnOnce(&str) -> String) -> Self {
        match self.stage {
            Stage::Done => Self { stage: Stage::Created(path(&self.id)), ..self },
            Stage::Created(_) | Stage::Pending(_) | Stage::Blocked(_) => self,
        }
    }
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let (status, body, location) = match self.stage {
            Stage::Created(at) => {
                (StatusCode::CREATED, json!({"id": self.id, "status": "accepted"}), Some(at))
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
        if status == StatusCode::ACCEPTED {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(at) = location.and_then(|at| HeaderValue::try_from(at).ok()) {
            headers.insert(header::LOCATION, at);
        }
        if let Some(position) = self.position.as_ref().and_then(Position::header) {
            headers.insert(POSITION_HEADER, position);
        }
        response
    }
}

impl Edge {
    /// Sends a command to this edge's main context and waits for the answer.
    pub(super) async fn submit<C: Wire>(
        &self,
        request: Submit<'_, C>,
    ) -> Result<Accepted, Problem> {
        let context = self.context();
        self.submit_to(context, request).await
    }

    /// Sends a command to another context of the same process, such as `terms` next to `policies`.
    pub(super) async fn submit_to<C: Wire>(
        &self,
        context: &str,
        request: Submit<'_, C>,
    ) -> Result<Accepted, Problem> {
        let topic = self.topics().commands(context);
        let span = telemetry::sending(&topic);
        async {
            let command = self.recorded(context, &request)?;
            self.sent(context, &topic, &command).await
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
    ) -> Result<Accepted, Problem> {
        let outcome_path = self.outcome_path(context, &command.id);
        let began = Instant::now();
        let metrics = &self.parts.metrics;
        let mut expected = self.parts.replies.expect(&command.id, &command.mac);
        let undelivered = |error: &dyn std::fmt::Display| {
            metrics.command("undelivered", began.elapsed());
            tracing::warn!(%error, command = command.id, "a command could not be delivered");
            Problem::unavailable("edge.log_unavailable", "the command could not be recorded")
                .instead("Retry with the same Idempotency-Key.")
        };
        let delivery =
            self.parts.commands.send(topic, command).map_err(|error| undelivered(&error))?;
        let mut delivery = Some(delivery);
        let answered = async {
            loop {
                tokio::select! {
                    biased;
                    // A reply proves that the command was delivered.
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
            return answer(reply, outcome_path);
        }
        metrics.command("late", began.elapsed());
        // The reply may be lost although the outcome exists.
        if let Ok(Some(outcome)) = outcome_of(self.pool(), &command.id).await {
            return said(&command.id, Some(&command.mac), outcome, outcome_path);
        }
        // It is not even known whether the command is on the log: do not send the caller to poll
        // for an outcome that may never exist.
        if delivery.is_some() {
            return Err(undelivered(&"not acknowledged in time"));
        }
        Ok(pending(&command.id, outcome_path))
    }

    /// Where the outcome of a command can be read. The path proves that the command was sent, so
    /// that one that is not decided yet differs from one that never existed.
    pub(super) fn outcome_path(&self, context: &str, command_id: &str) -> String {
        let proof = self.parts.mac.proof_of_sending(context, command_id);
        format!("/v1/{context}/commands/{command_id}?sent={proof}")
    }

    /// Whether this is the proof in the outcome path of this command.
    pub(super) fn was_sent(&self, context: &str, command_id: &str, proof: &str) -> bool {
        self.parts.mac.proof_of_sending(context, command_id) == proof
    }

    /// The position of a command that was answered before, if the read model has it already.
    async fn position_of(&self, command_id: &str) -> Option<String> {
        let outcome = outcome_of(self.pool(), command_id).await.ok()??;
        Some(Position::new(&outcome.context, outcome.partition, outcome.offset).to_string())
    }
}

fn answer(reply: Reply, outcome_path: String) -> Result<Accepted, Problem> {
    let position: Option<Position> = reply.position.and_then(|position| position.parse().ok());
    match reply.kind {
        ReplyKind::Accepted => Ok(Accepted {
            id: reply.subject,
            command_id: reply.command_id,
            position,
            stage: Stage::Done,
        }),
        ReplyKind::Refused => Err(refused(reply.refusal, position)),
        ReplyKind::Conflict => Err(conflict()),
        ReplyKind::Blocked => Ok(blocked(&reply.command_id, outcome_path)),
    }
}

/// The answer from a projected outcome, identical to what the reply would have given.
pub(super) fn said(
    command_id: &str,
    mac: Option<&str>,
    outcome: CommandOutcome,
    outcome_path: String,
) -> Result<Accepted, Problem> {
    if mac.is_some_and(|mac| mac != outcome.mac) {
        return Err(conflict());
    }
    let position = Some(Position::new(&outcome.context, outcome.partition, outcome.offset));
    match outcome.kind {
        OutcomeKind::Refused => Err(refused(outcome.refusal, position)),
        OutcomeKind::DeadLetter => Ok(blocked(command_id, outcome_path)),
        OutcomeKind::Accepted => Ok(Accepted {
            id: outcome.subject,
            command_id: command_id.to_owned(),
            position,
            stage: Stage::Done,
        }),
    }
}

fn refused(refusal: Option<Refusal>, position: Option<Position>) -> Problem {
    // A refusal always carries its reason; without one there is nothing to report.
    let problem = refusal.map_or_else(Problem::internal, Problem::from);
    Problem { position: position.map(Box::new), ..problem }
}

fn conflict() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key.reused",
        "this Idempotency-Key was already used for a different request",
    )
    .instead("Send the original body to get its answer, or use a new key for a new command.")
}

/// The answer about a command that was sent and is not decided yet.
pub(super) fn pending(command_id: &str, outcome_path: String) -> Accepted {
    in_progress(command_id, Stage::Pending(outcome_path))
}

fn blocked(command_id: &str, outcome_path: String) -> Accepted {
    in_progress(command_id, Stage::Blocked(outcome_path))
}

fn in_progress(command_id: &str, stage: Stage) -> Accepted {
    Accepted { id: String::new(), command_id: command_id.to_owned(), position: None, stage }
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

    fn said_of(mac: Option<&str>, kind: OutcomeKind) -> Result<Accepted, Problem> {
        said("c", mac, outcome(kind), "/v1/claims/commands/c?sent=p".to_owned())
    }

    #[test]
    fn an_outcome_gives_the_same_answer_as_its_reply() {
        let accepted = said_of(Some("m"), OutcomeKind::Accepted).unwrap();
        assert_eq!(accepted.id, "clm_K-1.1-1");
        let response = accepted.clone().into_response();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[POSITION_HEADER], "claims/7/41");
        let created = accepted.creates(|id| format!("/v1/claims/{id}")).into_response();
        assert_eq!(created.status(), StatusCode::CREATED);
        assert_eq!(created.headers()[header::LOCATION], "/v1/claims/clm_K-1.1-1");
        assert_eq!(created.headers().get(header::RETRY_AFTER), None);
    }

    #[test]
    fn a_different_request_under_the_same_key_is_a_conflict() {
        let refused = said_of(Some("n"), OutcomeKind::Accepted);
        assert_eq!(refused.unwrap_err().status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn a_command_in_progress_says_where_to_poll() {
        for accepted in [
            pending("c", "/v1/claims/commands/c?sent=p".to_owned()),
            said_of(None, OutcomeKind::DeadLetter).unwrap(),
        ] {
            let response = accepted.creates(|_| "/v1/claims/x".to_owned()).into_response();
            assert_eq!(response.status(), StatusCode::ACCEPTED);
            assert_eq!(response.headers()[header::LOCATION], "/v1/claims/commands/c?sent=p");
            assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        }
    }
}
