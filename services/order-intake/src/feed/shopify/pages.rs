//! Which records an answer of Shopify's API has: one order, or a page of them.

use serde_json::Value;

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
    OF_A_RECORD.iter().any(|field| object.contains_key(*field))
        || !wraps.any(|field| object.get(*field).is_some_and(holds_records))
}

fn holds_records(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The records of an answer, in its order. REST wraps them in a name (`{"orders": […]}`), GraphQL
/// in `data` and in connections (`edges`, `nodes`).
pub fn records(value: Value) -> Vec<Value> {
    if is_record(&value) {
        return vec![value];
    }
    let mut object = match value {
        Value::Object(object) => object,
        Value::Array(values) => return values.into_iter().flat_map(records).collect(),
        other => return vec![other],
    };
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
    match object.remove("data") {
        Some(Value::Object(data)) => {
            let data = data.into_iter().map(|(_, value)| value);
            found.extend(data.filter(holds_records).flat_map(records));
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
    }
    found
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
}
