//! Liveness and readiness of a process; each part reports for itself.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;
use serde_json::{Map, Value};

/// The reported state of each part of a process. Cheap to clone; clones share their state.
#[derive(Clone, Default)]
pub struct Health(Arc<RwLock<BTreeMap<String, Check>>>);

/// What one part reports of itself: a JSON object in the answer of `/ready`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Whether the part does its work: assigned and caught up.
    pub ready: bool,
    /// Why the part died, if it did; the whole process then counts as dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub died: Option<String>,
    /// Details for the operator: `assigned`, `caught_up`, positions, lag.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Check {
    /// A part that is alive; [`Check::with`] adds details.
    pub fn new(ready: bool) -> Self {
        Self { ready, died: None, details: Map::new() }
    }

    /// Adds a member to the part's JSON object, such as `caught_up`; null if `value` has no JSON.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.details.insert(name.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
}

impl Health {
    /// Without parts, and therefore ready: call [`Health::expect`] before `/ready` is served.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a part that will report, such as `claims.writer`. Until it does, the process is
    /// not ready.
    pub fn expect(&self, part: &str) {
        self.write().entry(part.to_owned()).or_insert_with(|| Check::new(false));
    }

    /// Replaces what the part reported last, its death included; adds a part that is unknown.
    pub fn set(&self, part: &str, check: Check) {
        self.write().insert(part.to_owned(), check);
    }

    /// Records that a part has ended and will not recover.
    pub fn died(&self, part: &str, why: &dyn std::fmt::Display) {
        self.set(part, Check { died: Some(why.to_string()), ..Check::new(false) });
    }

    /// Whether every part is ready. One that is expected and has not reported is not.
    pub fn is_ready(&self) -> bool {
        self.read().values().all(|check| check.ready)
    }

    /// False once a part has died: it does not recover, so the process has to be restarted.
    pub fn is_live(&self) -> bool {
        self.read().values().all(|check| check.died.is_none())
    }

    /// Which parts have died, and why; `None` while all are alive.
    pub fn deaths(&self) -> Option<String> {
        let checks = self.read();
        let deaths = checks.iter().filter_map(|(part, check)| {
            check.died.as_ref().map(|why| format!("{part} has died: {why}"))
        });
        let deaths: Vec<_> = deaths.collect();
        (!deaths.is_empty()).then(|| deaths.join("; "))
    }

    /// Each part's last report, by its name, such as `claims.writer`.
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
        health.died("writer", &"another process took over its transactional id");
        assert!(!health.is_live() && !health.is_ready());
    }
}
