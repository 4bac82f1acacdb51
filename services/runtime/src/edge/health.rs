//! Whether a process lives and whether it is ready: each part says so for itself.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::json::Json;
use crate::metrics::Metrics;

/// What the parts of a process say of themselves. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Health(Arc<RwLock<BTreeMap<String, Check>>>);

/// What one part says of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Whether it does its work: assigned and caught up.
    pub ready: bool,
    /// Why it ended, when it did; a process with such a part is dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died: Option<String>,
    /// More for the operator: `assigned`, `caught_up`, positions, lag.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Check {
    /// A part that is, or is not yet, ready.
    pub fn new(ready: bool) -> Self {
        Self { ready, died: None, details: Map::new() }
    }

    /// The same, with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.details.insert(name.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
}

impl Health {
    /// Nothing is checked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A part that will report: until then the process is not ready. Such as `claims.writer`.
    pub fn expect(&self, part: &str) {
        self.write().entry(part.to_owned()).or_insert_with(|| Check::new(false));
    }

    /// What a part says of itself now.
    pub fn set(&self, part: &str, check: Check) {
        self.write().insert(part.to_owned(), check);
    }

    /// A part has ended and will not come back.
    pub fn died(&self, part: &str, why: &dyn std::fmt::Display) {
        self.set(part, Check { died: Some(why.to_string()), ..Check::new(false) });
    }

    /// Whether every part is ready.
    pub fn is_ready(&self) -> bool {
        self.read().values().all(|check| check.ready)
    }

    /// Whether no part has died.
    pub fn is_live(&self) -> bool {
        self.read().values().all(|check| check.died.is_none())
    }

    /// Which parts have died, and why; nothing while all live.
    pub fn deaths(&self) -> Option<String> {
        let checks = self.read();
        let deaths = checks.iter().filter_map(|(part, check)| {
            check.died.as_ref().map(|why| format!("{part} has died: {why}"))
        });
        let deaths: Vec<_> = deaths.collect();
        (!deaths.is_empty()).then(|| deaths.join("; "))
    }

    /// What every part says.
    pub fn checks(&self) -> BTreeMap<String, Check> {
        self.read().clone()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Check>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Check>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `/live`, `/ready` and `/metrics`: without a token and without limits, for the machinery around.
pub fn routes(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .with_state(health)
        .merge(Router::new().route("/metrics", get(counted)).with_state(metrics))
}

async fn live(State(health): State<Health>) -> Response {
    let live = health.is_live();
    (status(live), Json(json!({ "live": live }))).into_response()
}

async fn ready(State(health): State<Health>) -> Response {
    let (ready, checks) = (health.is_ready() && health.is_live(), health.checks());
    (status(ready), Json(json!({ "ready": ready, "checks": checks }))).into_response()
}

async fn counted(State(metrics): State<Metrics>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.text()).into_response()
}

fn status(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_every_expected_part_is() {
        let health = Health::new();
        health.expect("writer");
        health.expect("projector");
        health.set("writer", Check::new(true).with("assigned", [0, 1]));
        assert!(!health.is_ready());
        health.set("projector", Check::new(true));
        health.expect("projector");
        assert!(health.is_ready() && health.is_live());
    }

    #[test]
    fn a_dead_part_is_a_dead_process() {
        let health = Health::new();
        health.died("writer", &"another process has taken its name");
        assert!(!health.is_live() && !health.is_ready());
    }
}
