//! The published schemas, and every schema within them.

use serde_json::Value;

pub(crate) fn parse(name: &str, text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every type with its published schema.
pub(crate) fn published() -> Vec<(String, Value)> {
    let types = recourse_schemas::all_types().into_iter();
    let read = |name: String| {
        let text = recourse_schemas::schema(&name);
        let schema = parse(&name, text.unwrap_or_else(|| panic!("{name} is not published")));
        (name, schema)
    };
    types.map(read).collect()
}

/// The schema and every schema within it, each with its location as a JSON pointer.
pub(crate) fn schemas_in(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    collect(schema, String::new(), &mut found);
    found
}

fn collect<'a>(schema: &'a Value, at: String, found: &mut Vec<(String, &'a Value)>) {
    let Some(members) = schema.as_object() else { return };
    for (keyword, value) in members {
        let inside = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(named)) => {
                for (name, schema) in named {
                    collect(schema, format!("{inside}/{name}"), found);
                }
            }
            ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => {
                for (number, schema) in parts.iter().enumerate() {
                    collect(schema, format!("{inside}/{number}"), found);
                }
            }
            ("items" | "additionalProperties" | "propertyNames" | "not", schema) => {
                collect(schema, inside, found);
            }
            _ => {}
        }
    }
    found.push((at, schema));
}

#[test]
fn schemas_are_found_wherever_they_are() {
    let schema = serde_json::json!({
        "properties": {"a": {"items": {"type": "string"}}},
        "oneOf": [{"additionalProperties": {}}],
        "$defs": {"description": {"enum": ["x"]}},
    });
    let mut locations: Vec<String> = schemas_in(&schema).into_iter().map(|(at, _)| at).collect();
    locations.sort();
    let expected = [
        "",
        "/$defs/description",
        "/oneOf/0",
        "/oneOf/0/additionalProperties",
        "/properties/a",
        "/properties/a/items",
    ];
    assert_eq!(locations, expected);
}
