//! `GET` and `POST /v1/test-clock`: the test clock of development mode. The time stops until it is
//! moved, and only moves forward.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rdkafka::producer::{BaseProducer, Producer as _};
use recourse_edge::{Json, Problem, Query};
use recourse_kernel::Instant;
use recourse_process::Watch;
use recourse_runtime::clock::ClockMoved;
use recourse_wiring::Node;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::commands::duration::duration;

/// How long Kafka may take to store a new time.
const SENT_WITHIN: Duration = Duration::from_secs(3);
/// How long a new time may take from Kafka to this process.
const ARRIVED_WITHIN: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The clock of an installation in development mode.
#[derive(Clone)]
pub(super) struct TestClock {
    pub(super) node: Node,
    /// Says when everything due is done, if this process runs every service.
    pub(super) watch: Option<Watch>,
}

/// The body of `POST`: `{"now": "2026-03-02T09:00:00Z"}` or `{"advance": "16d"}`.
#[derive(Deserialize)]
pub(super) struct Move {
    #[serde(default)]
    now: Option<Instant>,
    #[serde(default)]
    advance: Option<String>,
}

/// A move that can be made.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Setting(Instant),
    Advancing(Duration),
}

impl Move {
    fn checked(self) -> Result<By, Problem> {
        let malformed = |detail: String| Problem::bad_request("body.malformed", detail);
        match self {
            Self { now: Some(now), advance: None } => Ok(By::Setting(now)),
            Self { now: None, advance: Some(by) } => {
                let wrong = |why| malformed(format!("`advance`: {why}")).fact("field", "advance");
                duration(&by).map(By::Advancing).map_err(wrong)
            }
            Self { .. } => {
                let detail = "the body must have one of `now`, `advance`";
                Err(malformed(detail.to_owned()).fact("allowed", ["now", "advance"]))
            }
        }
    }
}

/// Neither call has parameters; others are refused.
#[derive(Deserialize)]
pub(super) struct NoParameters {}

/// What the clock shows.
pub(super) async fn show(
    State(clock): State<TestClock>,
    Query(NoParameters {}): Query<NoParameters>,
) -> Response {
    Json(json!({ "now": clock.now(), "is_test_clock": clock.node.clock.is_moved() }))
        .into_response()
}

/// Moves the clock. 200 once everything that became due is decided and projected; 202 with what is
/// still pending if that takes longer than a call may take: send it again.
pub(super) async fn moves(
    State(clock): State<TestClock>,
    Query(NoParameters {}): Query<NoParameters>,
    Json(to): Json<Move>,
) -> Result<Response, Problem> {
    let target = clock.target(to.checked()?)?;
    clock.move_to(target).await?;
    let (status, body) = clock.settled(target).await;
    Ok((status, Json(body)).into_response())
}

impl TestClock {
    /// What it shows; `None` before it was set.
    fn now(&self) -> Option<Instant> {
        Some(self.node.clock.now()).filter(|now| *now > Instant::UNIX_EPOCH)
    }

    fn target(&self, to: By) -> Result<Instant, Problem> {
        let conflict =
            |code: &'static str, detail| Problem::new(StatusCode::CONFLICT, code, detail);
        if !self.node.clock.is_moved() {
            let detail = "this installation runs on the system clock, which cannot be moved";
            return Err(conflict("clock.is_the_systems", detail.to_owned())
                .instead("Start it with `recourse serve --test-clock`."));
        }
        let now = self.now();
        let target = match to {
            By::Setting(target) => target,
            By::Advancing(by) => {
                let unset = || conflict("clock.not_set", "the clock is not set yet".to_owned());
                let set_first = "Set it first: `{\"now\": \"2026-03-02T09:00:00Z\"}`.";
                now.ok_or_else(|| unset().instead(set_first))? + by
            }
        };
        if let Some(now) = now.filter(|now| target < *now) {
            let detail = format!("the clock shows {now}, and time only moves forward");
            return Err(conflict("clock.only_forward", detail).fact("now", now));
        }
        Ok(target)
    }

    /// Sends the new time to every process, and waits until it has arrived here.
    async fn move_to(&self, now: Instant) -> Result<(), Problem> {
        let (connection, topic) = (self.node.connection.clone(), self.node.topics.clock());
        let sent = tokio::task::spawn_blocking(move || {
            let producer: BaseProducer = connection.producer().create()?;
            ClockMoved { now }.send(&producer, &topic)?;
            producer.flush(SENT_WITHIN)
        });
        let not_moved = |why| Problem::unavailable("clock.not_moved", why);
        let not_sent = || {
            not_moved("Kafka did not take the new time")
                .instead("Start Kafka with `make up`, then move the clock again.")
        };
        sent.await.map_err(|_| not_sent())?.map_err(|_| not_sent())?;
        let arrived = async {
            while self.node.clock.now() < now {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        };
        let late = || {
            not_moved("Kafka has the new time, but it has not arrived here yet")
                .instead("Look at the clock before you move it again.")
        };
        tokio::time::timeout(ARRIVED_WITHIN, arrived).await.map_err(|_| late())
    }

    /// Waits until everything due is done, as long as a call may take.
    async fn settled(&self, at: Instant) -> (StatusCode, Value) {
        let Some(watch) = &self.watch else { return (StatusCode::OK, json!({ "now": at })) };
        match watch.settled(at, self.node.settings.http.timeout()).await {
            Ok(()) => (StatusCode::OK, json!({ "now": at, "settled": true })),
            Err(error) => {
                let waits_for = error.to_string();
                let body = json!({ "now": at, "settled": false, "waits_for": waits_for });
                (StatusCode::ACCEPTED, body)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(body: Value) -> Result<By, Problem> {
        serde_json::from_value::<Move>(body).unwrap().checked()
    }

    #[test]
    fn a_move_sets_the_clock_or_advances_it() {
        let set = checked(json!({ "now": "2026-03-02T09:00:00Z" }));
        assert_eq!(set, Ok(By::Setting("2026-03-02T09:00:00Z".parse().unwrap())));
        assert_eq!(
            checked(json!({ "advance": "16d" })),
            Ok(By::Advancing(Duration::from_secs(16 * 86_400)))
        );
        for body in [json!({}), json!({ "now": "2026-03-02T09:00:00Z", "advance": "16d" })] {
            let problem = checked(body).unwrap_err();
            assert_eq!(problem.detail, "the body must have one of `now`, `advance`");
        }
        let problem = checked(json!({ "advance": "soon" })).unwrap_err();
        assert!(problem.detail.starts_with("`advance`: "), "{problem}");
        assert_eq!(problem.facts.unwrap()["field"], "advance");
    }
}
