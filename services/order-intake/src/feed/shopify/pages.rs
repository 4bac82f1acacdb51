//! Which records an answer of Shopify's API has: one order, or a page of them.

use serde_json::{Map, Value, json};

/// What answers wrap their content in.
const WRAPPERS: [&str; 11] = [
    "node",
    "order",
    "orders",
    "fulfillment",
    "fulfillments",
    "refund",
    "refunds",
    "transaction",
    "transactions",
    "fulfillment_event",
    "fulfillment_events",
];
/// A value with one of these fields is a record itself.
const OF_A_RECORD: [&str; 8] = [
    "id",
    "order_id",
    "topic",
    "line_items",
    "lineItems",
    "refund_line_items",
    "refundLineItems",
    "__parentId",
];

/// Whether a list or an object of this name has the records of an answer.
pub(crate) fn wraps_records(name: &[u8]) -> bool {
    WRAPPERS.iter().any(|known| known.as_bytes() == name)
}

/// Whether what has a field of this name is a record itself.
pub(crate) fn is_of_a_record(name: &[u8]) -> bool {
    OF_A_RECORD.iter().any(|known| known.as_bytes() == name)
}

/// Whether a value is a record itself, and no answer that wraps records.
pub fn is_record(value: &Value) -> bool {
    let Value::Object(object) = value else { return !value.is_array() };
    let mut wraps = ["data", "edges", "nodes"].iter().chain(&WRAPPERS);
    is_named(object) || !wraps.any(|field| object.get(*field).is_some_and(holds_records))
}

fn is_named(object: &Map<String, Value>) -> bool {
    OF_A_RECORD.iter().any(|field| object.contains_key(*field))
}

fn holds_records(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The records of an answer, in its order. REST wraps them in a name (`{"orders": […]}`), GraphQL
/// in `data` and in connections (`edges`, `nodes`).
///
/// What is missing is a record as well, which is then refused: `{"order": null}` if there is no
/// such order, and `pageInfo` if there is a further page. A record that an error of the API is
/// about has it in `errors`.
pub fn records(value: Value) -> Vec<Value> {
    if is_record(&value) {
        return vec![value];
    }
    let mut object = match value {
        Value::Object(object) => object,
        Value::Array(values) => return values.into_iter().flat_map(records).collect(),
        other => return vec![other],
    };
    let of_all = note_errors(&mut object);
    let mut found = Vec::new();
    if let Some(Value::Array(edges)) = object.remove("edges") {
        let nodes = edges.into_iter().map(|mut edge| match edge.get_mut("node") {
            Some(node) => node.take(),
            None => edge,
        });
        found.extend(nodes.flat_map(records));
    } else if let Some(Value::Array(nodes)) = object.remove("nodes") {
        found.extend(nodes.into_iter().flat_map(records));
    }
    if object.get("pageInfo").and_then(|info| info.get("hasNextPage")) == Some(&Value::Bool(true)) {
        found.push(json!({"pageInfo": object.remove("pageInfo")}));
    }
    match object.remove("data") {
        Some(Value::Object(data)) => {
            found.extend(data.into_iter().flat_map(|(name, value)| match value {
                Value::Null if of_all.is_empty() => vec![json!({ name: null })],
                value if holds_records(&value) => records(value),
                _ => Vec::new(),
            }));
        }
        Some(Value::Array(data)) => found.extend(data.into_iter().flat_map(records)),
        _ => {}
    }
    for name in WRAPPERS {
        if let Some(wrapped) = object.remove(name).filter(holds_records) {
            found.extend(records(wrapped));
        }
    }
    if found.is_empty() && object.contains_key("errors") {
        found.push(Value::Object(object));
        return found;
    }
    for error in &of_all {
        for record in &mut found {
            note_in_all(record, error);
        }
    }
    found
}

/// Notes each error of an answer in the records that its `path` leads to. Gives back those that
/// lead to none, and are about the whole answer.
fn note_errors(answer: &mut Map<String, Value>) -> Vec<Value> {
    let errors = match answer.get("errors") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(errors)) => errors.clone(),
        Some(error) => vec![error.clone()],
    };
    let mut of_all = errors;
    of_all.retain(|error| {
        let path = error.get("path").and_then(Value::as_array).filter(|path| !path.is_empty());
        match (path, answer.get_mut("data")) {
            (Some(path), Some(data)) => !note_at(data, path, error),
            _ => true,
        }
    });
    of_all
}

/// Notes an error in the first record on this path, else in all that are below its end. Whether
/// there was one.
fn note_at(value: &mut Value, path: &[Value], error: &Value) -> bool {
    let is_one = value.as_object().is_some_and(is_named);
    let Some((step, rest)) = path.split_first().filter(|_| !is_one) else {
        return note_in_all(value, error);
    };
    let index = || usize::try_from(step.as_u64()?).ok();
    let below = match (step.as_str(), index()) {
        (Some(name), _) => value.get_mut(name),
        (None, Some(index)) => value.get_mut(index),
        (None, None) => None,
    };
    match below {
        Some(below) => note_at(below, rest, error),
        None => note_in_all(value, error),
    }
}

/// Notes an error in each of these records, and where there is none because of it.
fn note_in_all(value: &mut Value, error: &Value) -> bool {
    match value {
        Value::Null => {
            *value = json!({"errors": [error]});
            true
        }
        Value::Object(object) if is_named(object) => {
            let noted = object.entry("errors").or_insert_with(|| json!([]));
            if let Value::Array(noted) = noted {
                noted.push(error.clone());
            }
            true
        }
        Value::Object(object) => {
            let mut is_noted = false;
            for (name, below) in object.iter_mut() {
                if name != "pageInfo" && holds_records(below) {
                    is_noted |= note_in_all(below, error);
                }
            }
            is_noted
        }
        Value::Array(values) => {
            let mut is_noted = false;
            for below in values {
                is_noted |= note_in_all(below, error);
            }
            is_noted
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_answer_is_split_into_its_records() {
        let (one, two) = (json!({"id": 1}), json!({"id": 2}));
        for answer in [
            json!({"orders": [one, two]}),
            json!([{"order": one}, {"order": two}]),
            json!({"data": {"orders": {"edges": [{"node": one}, {"node": two}]}}}),
            json!({"data": {"orders": {"nodes": [one, two], "pageInfo": {}}}, "extensions": {}}),
            json!({"data": {"nodes": [one, two]}}),
            json!({"data": {"order": one, "other": two}}),
            json!({"data": [one, two]}),
            json!([{"node": one, "cursor": "x"}, {"node": two}]),
            json!({"fulfillments": [one], "refunds": [two]}),
        ] {
            assert!(!is_record(&answer), "{answer}");
            assert_eq!(records(answer.clone()), [one.clone(), two.clone()], "{answer}");
        }
        assert!(records(json!({"orders": []})).is_empty(), "an empty page");
    }

    #[test]
    fn an_object_with_an_id_is_a_record_even_if_it_has_lists() {
        let refund = json!({"id": 1, "order_id": 2, "transactions": [], "refund_line_items": []});
        assert_eq!(records(refund.clone()), [refund]);
        let error = json!({"errors": "Not Found"});
        assert_eq!(records(error.clone()), [error]);
    }

    fn with_errors(errors: &Value, data: &Value) -> Vec<Value> {
        records(json!({"data": data, "errors": errors}))
    }

    #[test]
    fn an_error_is_noted_in_the_records_that_its_path_leads_to() {
        let error = json!({"message": "denied", "path": ["orders", "edges", 1, "node", "tags", 0]});
        let edges = json!([{"node": {"id": 1}}, {"node": {"id": 2, "tags": null}}]);
        let found = with_errors(&json!([error]), &json!({"orders": {"edges": edges}}));
        let noted = json!({"id": 2, "tags": null, "errors": [error]});
        assert_eq!(found, [json!({"id": 1}), noted]);
        let error = json!({"message": "denied", "path": ["nodes", 0]});
        let found = with_errors(&json!([error]), &json!({"nodes": [null, {"id": 2}]}));
        assert_eq!(found, [json!({"errors": [error]}), json!({"id": 2})]);
        let error = json!({"message": "denied", "path": ["order"]});
        let found = with_errors(&json!([error]), &json!({"order": null, "other": {"id": 2}}));
        assert_eq!(found, [json!({"errors": [error]}), json!({"id": 2})]);
    }

    #[test]
    fn an_error_without_a_path_is_about_every_record() {
        for error in [
            json!({"message": "x"}),
            json!({"message": "x", "path": []}),
            json!({"message": "x", "path": ["orders"]}),
            json!({"message": "x", "path": ["shop", "name"]}),
        ] {
            let nodes = json!([{"id": 1, "lines": [{}]}, {"id": 2}]);
            let found = with_errors(&json!([error]), &json!({"orders": {"nodes": nodes}}));
            assert_eq!(found.len(), 2, "{error}");
            assert!(found.iter().all(|record| record["errors"] == json!([error])), "{found:?}");
        }
        let none = with_errors(&json!([]), &json!({"order": {"id": 1}}));
        assert_eq!(none, [json!({"id": 1})]);
    }

    #[test]
    fn what_is_missing_in_an_answer_is_a_record() {
        let none = json!({"order": null});
        assert_eq!(records(json!({"data": none})), std::slice::from_ref(&none));
        assert_eq!(records(json!({"data": {"a": {"id": 1}, "b": null}})).len(), 2);
        let page = json!({"hasNextPage": true, "endCursor": "x"});
        let orders = json!({"orders": {"nodes": [{"id": 1}], "pageInfo": page}});
        let found = records(json!({ "data": orders }));
        assert_eq!(found, [json!({"id": 1}), json!({"pageInfo": page})]);
        assert!(is_record(&none) && found.iter().all(is_record));
        let last = json!({"orders": {"nodes": [], "pageInfo": {"hasNextPage": false}}});
        assert!(records(json!({ "data": last })).is_empty());
    }
}
