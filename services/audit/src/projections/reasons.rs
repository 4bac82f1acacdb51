//! The table `reasons`: why and how much, for each event that names rules or an amount. It holds no
//! sealed text.

use recourse_kernel::{Money, Record};
use recourse_runtime::projector::{Columns, PgTable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::any_event::AnyEvent;

pub struct ReasonsTable;

/// Why and how much. This is a stored and public format.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasons {
    /// The ids of the rules that the event names, without duplicates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// The result of each rule that was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Tried>,
    /// The amount that the event is about, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// One rule that was checked and its result, without the facts that it looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The rule's id, such as `T4`.
    pub rule: String,
    pub passed: bool,
    pub outcome: String,
}

/// The body fields that can hold an event's amount; the first one present counts.
const AMOUNTS: [&str; 6] =
    ["amount", "price", "price_owed", "paid_repair_price", "device_price_refunded", "offer"];

impl Reasons {
    pub fn of(event: &AnyEvent) -> Self {
        let field = |name: &str| event.0.get(name);
        let findings: Vec<Tried> = list(field("findings"));
        let named: Vec<String> = list(field("rules"));
        let tried = findings.iter().map(|tried| tried.rule.clone());
        let mut rules = Vec::new();
        for rule in tried.chain(named).chain(event.text("rule").map(str::to_owned)) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        let amount = |name| serde_json::from_value(field(name)?.clone()).ok();
        Self { rules, findings, amount: AMOUNTS.into_iter().find_map(amount) }
    }
}

/// The items of a list that can be parsed; others are skipped.
fn list<T: serde::de::DeserializeOwned>(value: Option<&Value>) -> Vec<T> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| serde_json::from_value(item.clone()).ok()).collect()
}

impl PgTable for ReasonsTable {
    const NAME: &'static str = "reasons";
    const KEY: &'static str = "event";
    type Event = AnyEvent;
    type Row = Reasons;
    const COLUMNS: Columns<Reasons> = Columns::with_unread_document(&[]);

    fn key(_event: &AnyEvent, record: &Record) -> Option<String> {
        Some(record.id.clone())
    }

    fn evolve(_: Option<Reasons>, event: &AnyEvent, _: &Record) -> Option<Reasons> {
        Some(Reasons::of(event)).filter(|reasons| *reasons != Reasons::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_names_each_rule_once_and_its_amount() {
        let event = AnyEvent(json!({
            "findings": [
                {"rule": "M3", "passed": true, "outcome": "covered", "facts": {"by": "provider"}},
                {"rule": "M3", "passed": true, "outcome": "both shipments"},
            ],
            "rule": "T5",
            "price": {"amount": 32_000, "currency": "RUB"},
        }));
        let reasons = Reasons::of(&event);
        assert_eq!(reasons.rules, ["M3", "T5"]);
        assert_eq!(reasons.findings.len(), 2);
        assert_eq!(reasons.amount.map(|money| money.to_string()).as_deref(), Some("320.00 RUB"));
    }

    #[test]
    fn no_sealed_text_is_kept_from_any_released_event() {
        let events = recourse_schemas::topics().iter().filter(|topic| topic.kind == "events");
        for type_name in events.flat_map(recourse_schemas::Topic::all_types) {
            for example in recourse_schemas::examples(&type_name) {
                let body = serde_json::from_str(example.body).unwrap();
                let kept = serde_json::to_string(&Reasons::of(&AnyEvent(body))).unwrap();
                assert!(!kept.contains("\"box\""), "{type_name}: {kept}");
            }
        }
    }
}
