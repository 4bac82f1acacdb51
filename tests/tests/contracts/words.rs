//! Variations of an example that a schema allows: every enum value, and bodies without optional
//! fields.

use serde_json::Value;

/// A schema with its reference resolved, and the document that its own references are in.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|reference| reference.strip_prefix('#')) {
        // An object with fields of its own is more than what it refers to.
        Some(pointer) if schema.get("properties").is_none() => {
            resolved(document, document.pointer(pointer).unwrap())
        }
        _ => schema,
    }
}

/// The body once with each enum value that its schema allows, at each field with an enum.
pub(crate) fn with_every_enum_value(document: &Value, schema: &Value, body: &Value) -> Vec<Value> {
    let schema = resolved(document, schema);
    if let Some(words) = schema["enum"].as_array() {
        return words.clone();
    }
    match body {
        Value::Object(fields) => {
            let every = fields.iter().flat_map(|(name, value)| {
                let words = with_every_enum_value(document, &schema["properties"][name], value);
                words.into_iter().map(move |word| (name, word))
            });
            let spoken = every.map(|(name, word)| {
                let mut body = body.clone();
                body[name] = word;
                body
            });
            spoken.collect()
        }
        Value::Array(items) => {
            let first = items.first().into_iter();
            let words =
                first.flat_map(|item| with_every_enum_value(document, &schema["items"], item));
            words.map(|word| Value::Array(vec![word])).collect()
        }
        _ => Vec::new(),
    }
}

/// The body without each of its optional fields in turn, and without all of them.
pub(crate) fn without_optional_fields(schema: &Value, body: &Value) -> Vec<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let fields = body.as_object().unwrap();
    // A field that the schema defines only within one of several variants is required by that
    // variant.
    let is_option = |name: &&String| {
        let name = name.as_str();
        schema["properties"].get(name).is_some() && !required.contains(&Value::from(name))
    };
    let options: Vec<&String> = fields.keys().filter(is_option).collect();
    let without = |names: &[&String]| {
        let mut body = body.clone();
        for name in names {
            body.as_object_mut().unwrap().remove(*name);
        }
        body
    };
    options.iter().map(|name| without(&[name])).chain([without(&options)]).collect()
}

#[test]
fn enum_values_are_found_in_every_field() {
    let schema = serde_json::json!({
        "properties": {
            "a": {"description": "A word.", "allOf": [{"$ref": "#/$defs/word"}]},
            "b": {"type": "array", "items": {"properties": {"c": {"enum": [1, 2]}}}},
        },
        "required": ["a"],
        "$defs": {"word": {"enum": ["x", "y"]}},
    });
    let body = serde_json::json!({"a": "x", "b": [{"c": 1}]});
    let words = with_every_enum_value(&schema, &schema, &body);
    assert!(words.contains(&serde_json::json!({"a": "y", "b": [{"c": 1}]})), "{words:?}");
    assert!(words.contains(&serde_json::json!({"a": "x", "b": [{"c": 2}]})), "{words:?}");
    assert_eq!(
        without_optional_fields(&schema, &body),
        [serde_json::json!({"a": "x"}), serde_json::json!({"a": "x"})]
    );
}
