//! Compares what a log folds to now with what it folded to: fields may be added, nothing else may
//! change.

use serde_json::Value;

/// The first difference between the old and the new value; `None` if nothing was lost or changed.
///
/// ```
/// use recourse_tests::golden::compare::difference;
/// use serde_json::json;
/// let was = json!({"stage": "paid", "lines": [{"n": 1}]});
/// assert_eq!(difference(&was, &json!({"stage": "paid", "lines": [{"n": 1, "new": 2}]})), None);
/// let reported = difference(&was, &json!({"stage": "paid", "lines": [{"n": 2}]}));
/// assert_eq!(reported.unwrap(), "/lines/0/n was 1 and is 2");
/// ```
pub fn difference(was: &Value, is: &Value) -> Option<String> {
    at("", was, is)
}

fn at(path: &str, was: &Value, is: &Value) -> Option<String> {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => was.iter().find_map(|(name, value)| {
            let path = format!("{path}/{name}");
            match is.get(name) {
                Some(now) => at(&path, value, now),
                // Empty fields may be omitted.
                None if says_nothing(value) => None,
                None => Some(format!("{path} was {value} and is gone")),
            }
        }),
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            let pairs = was.iter().zip(is).enumerate();
            pairs
                .map(|(index, (was, is))| at(&format!("{path}/{index}"), was, is))
                .find_map(|it| it)
        }
        (was, is) if was == is => None,
        (was, is) => Some(format!("{path} was {was} and is {is}")),
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
