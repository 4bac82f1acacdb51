//! Checks events against their published schemas.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use recourse_kernel::Wire as _;
use serde_json::Value;

use super::super::events::{Awaited, ClaimEvent};

static SCHEMAS: LazyLock<BTreeMap<&'static str, Validator>> = LazyLock::new(|| {
    let validator = |name: &&'static str| {
        let schema = serde_json::from_str(recourse_schemas::schema(name).unwrap()).unwrap();
        let options = jsonschema::options();
        let options = options.should_validate_formats(true).offline();
        (*name, options.build(&schema).unwrap())
    };
    ClaimEvent::type_names().iter().map(validator).collect()
});

#[track_caller]
pub(super) fn fits_its_schema(event: &ClaimEvent) {
    let body: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
    let errors = SCHEMAS[event.type_name()].iter_errors(&body);
    let errors: Vec<String> =
        errors.map(|error| format!("{error} at `{}`", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {}\n{body:#}", event.type_name(), errors.join("; "));
}

#[test]
fn an_event_that_does_not_match_its_schema_is_detected() {
    let body = serde_json::json!({"claim": "no id"});
    assert!(!SCHEMAS["recourse.claim.reminder_sent.v1"].is_valid(&body));
}

#[test]
fn absent_values_are_left_out() {
    let awaited = Awaited { remind_at: None, answer_by: super::day(30) };
    let written = serde_json::to_value(awaited).unwrap();
    assert_eq!(written.as_object().unwrap().keys().collect::<Vec<_>>(), ["answer_by"]);
}
