//! The descriptions of all services' events, and of the events that can occur in any stream.

use recourse_wiring::timeline::{Body, Timeline};
use serde_json::Value;

/// Every description; no two have a kind in common.
const TIMELINES: [Timeline; 6] = [
    recourse_order_intake::timeline::TIMELINE,
    recourse_warranty_sales::timeline::TIMELINE,
    recourse_warranty_sales::timeline::CATALOGUE,
    recourse_claims::timeline::TIMELINE,
    recourse_repair_shops::timeline::TIMELINE,
    recourse_refunds::timeline::TIMELINE,
];

/// The name of an event: `claim.filed` of `recourse.claim.filed.v1`.
pub(crate) fn name_of(type_name: &str) -> &str {
    let name = type_name.strip_prefix("recourse.").unwrap_or(type_name);
    name.strip_suffix(".v1").unwrap_or(name)
}

/// The description that an event's name belongs to.
pub(crate) fn timeline_of(name: &str) -> Option<&'static Timeline> {
    let kind = name.split('.').next().unwrap_or_default();
    TIMELINES.iter().find(|timeline| timeline.kinds.contains(&kind))
}

/// Whether an event only notes that a service has read another's event.
pub(crate) fn is_a_note(type_name: &str) -> bool {
    let name = name_of(type_name);
    timeline_of(name).is_some_and(|timeline| timeline.notes.contains(&name))
}

/// The sentence for an event with this type and body. An unknown type gets a generic sentence.
pub fn sentence(type_name: &str, body: &Value) -> String {
    let said = Body(body);
    let name = name_of(type_name);
    let reported = timeline_of(name).and_then(|timeline| (timeline.sentence)(name, said));
    let any = || name.split_once('.').and_then(|(_, event)| of_any_stream(event, said));
    reported.or_else(any).unwrap_or_else(|| format!("An event of type {type_name}."))
}

/// Events that can occur in any stream.
fn of_any_stream(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "command_refused" => {
            let rules =
                said.0.get("rules").and_then(Value::as_array).map(|rules| {
                    rules.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
                });
            let rules = rules.filter(|rules| !rules.is_empty());
            let rules = rules.map(|rules| format!(" ({rules})")).unwrap_or_default();
            let refused = format!("Refused{rules}: {}.", said.text("detail").trim_end_matches('.'));
            other_refusals(said.0).fold(refused, |reported, why| format!("{reported} Also: {why}."))
        }
        "input_noted" => format!("`{}` received; no change.", said.text("input_type")),
        "purchase_blocked" => {
            format!("Purchase blocked until an operator resolves it: {}.", said.text("reason"))
        }
        "input_dead_lettered" => format!("Input dead-lettered: {}.", said.text("reason")),
        "input_redriven" => "Dead-lettered input processed.".to_owned(),
        "input_discarded" => format!("Dead-lettered input discarded: {}.", said.text("reason")),
        "purchase_released" => "Purchase unblocked; processing continues.".to_owned(),
        _ => return None,
    })
}

/// The other rules that would have refused the command as well.
fn other_refusals(body: &Value) -> impl Iterator<Item = &str> {
    let tried = body.get("findings").and_then(Value::as_array).into_iter().flatten();
    let code = body.get("code").and_then(Value::as_str);
    tried.filter_map(move |finding| {
        let own = finding.get("facts")?.get("code")?.as_str()?;
        finding.get("outcome")?.as_str().filter(|_| Some(own) != code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sentence_shows_amounts_times_and_codes_in_readable_form() {
        let booked = json!({
            "booked_by": "buyer", "carrier": "post-ru", "from": "Tver", "to": "Moscow",
            "price": {"amount": 32_000, "currency": "RUB"},
        });
        assert_eq!(
            sentence("recourse.job.shipment_booked.v1", &booked),
            "The buyer booked a shipment with post-ru from Tver to Moscow for 320.00 RUB."
        );
        let found = json!({
            "verdict": {"kind": "not_covered", "exclusion": "liquid_or_dirt"}, "cause": "corrosion",
        });
        assert_eq!(
            sentence("recourse.job.inspected.v1", &found),
            "Inspection result: not covered (liquid or dirt). Cause: corrosion."
        );
        let late = json!({
            "deadline": "parts", "part": "display", "due": "2025-03-11T21:00:00Z",
            "escalated_to": "wisetech-service",
        });
        assert_eq!(
            sentence("recourse.job.deadline_passed.v1", &late),
            "Deadline missed: parts (display), due 2025-03-11 21:00 UTC. Escalated to \
             wisetech-service."
        );
    }

    #[test]
    fn m8_a_settlement_with_a_written_off_amount_is_not_reported_as_paid() {
        let fallen = json!({"paid": [], "written_off": [{"amount": 800_000, "currency": "RUB"}]});
        assert_eq!(
            sentence("recourse.settlement.closed.v1", &fallen),
            "Settlement closed: everything not written off has been paid."
        );
    }

    #[test]
    fn a_refusal_names_its_rules() {
        let refused = json!({"rules": ["C1"], "detail": "coverage starts on 16 March"});
        assert_eq!(
            sentence("recourse.claim.command_refused.v1", &refused),
            "Refused (C1): coverage starts on 16 March."
        );
        let other_refusals = json!({
            "code": "claim.before_coverage", "rules": ["C1"],
            "detail": "coverage starts on 16 March",
            "findings": [
                {"rule": "T10", "passed": true, "outcome": "the order is completed"},
                {"rule": "C1", "passed": false, "outcome": "coverage starts on 16 March",
                 "facts": {"code": "claim.before_coverage"}},
                {"rule": "C2", "passed": false, "outcome": "a photo is missing",
                 "facts": {"code": "claim.too_few_photos"}},
            ],
        });
        assert_eq!(
            sentence("recourse.claim.command_refused.v1", &other_refusals),
            "Refused (C1): coverage starts on 16 March. Also: a photo is missing."
        );
    }

    #[test]
    fn an_empty_body_or_an_unknown_type_still_gives_a_sentence() {
        assert_eq!(sentence("recourse.job.repaired.v2", &json!(null)).chars().last(), Some('.'));
        assert!(sentence("recourse.claim.filed.v1", &json!(null)).contains("filed"));
    }

    #[test]
    fn notes_are_events() {
        for name in TIMELINES.iter().flat_map(|timeline| timeline.notes) {
            let type_name = format!("recourse.{name}.v1");
            assert!(recourse_schemas::schema(&type_name).is_some(), "{type_name} does not exist");
            assert!(is_a_note(&type_name));
        }
        assert!(!is_a_note("recourse.claim.filed.v1"));
    }

    #[test]
    fn every_released_event_has_a_sentence_without_gaps() {
        let events = recourse_schemas::topics().iter().filter(|topic| topic.kind == "events");
        for type_name in events.flat_map(recourse_schemas::Topic::all_types) {
            for example in recourse_schemas::examples(&type_name) {
                let body = serde_json::from_str(example.body).unwrap();
                let said = sentence(&type_name, &body);
                assert!(!said.contains('?'), "{type_name}, {}: {said}", example.name);
                assert!(!said.contains("of type"), "{type_name} has no sentence");
            }
        }
    }
}
