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

const SENT_WITHIN: Duration = Duration::from_secs(10);
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
#[serde(rename_all = "snake_case")]
pub(super) enum Move {
    Now(Instant),
    Advance(String),
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
    let target = clock.target(to)?;
    clock.move_to(target).await?;
    let (status, body) = clock.settled(target).await;
    Ok((status, Json(body)).into_response())
}

impl TestClock {
    /// What it shows; `None` before it was set.
    fn now(&self) -> Option<Instant> {
        Some(self.node.clock.now()).filter(|now| *now > Instant::UNIX_EPOCH)
    }

    fn target(&self, to: Move) -> Result<Instant, Problem> {
        let conflict =
            |code: &'static str, detail| Problem::new(StatusCode::CONFLICT, code, detail);
        if !self.node.clock.is_moved() {
            let detail = "this installation runs on the system clock, which cannot be moved";
            return Err(conflict("clock.is_the_systems", detail.to_owned())
                .instead("Start it with `recourse serve --test-clock`."));
        }
        let now = self.now();
        let target = match to {
            Move::Now(target) => target,
            Move::Advance(by) => {
                let malformed = |why| Problem::bad_request("body.malformed", why);
                let by = duration(&by).map_err(malformed)?;
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
        let not_sent =
            || Problem::unavailable("clock.not_moved", "Kafka did not take the new time");
        sent.await.map_err(|_| not_sent())?.map_err(|_| not_sent())?;
        let arrived = async {
            while self.node.clock.now() < now {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        };
        tokio::time::timeout(SENT_WITHIN, arrived).await.map_err(|_| not_sent())
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
