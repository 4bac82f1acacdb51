//! Whether what a log folds to is still what it was: new fields may be there, nothing else may have changed.

use serde_json::Value;

/// The first place where a value is no longer what it was; nothing where all of it still is.
///
/// ```
/// use recourse_tests::golden::compare::difference;
/// use serde_json::json;
/// let was = json!({"stage": "paid", "lines": [{"n": 1}]});
/// assert_eq!(difference(&was, &json!({"stage": "paid", "lines": [{"n": 1, "new": 2}]})), None);
/// let told = difference(&was, &json!({"stage": "paid", "lines": [{"n": 2}]}));
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
                // A field that is left out where it says nothing.
                None if says_nothing(value) => None,
                None => Some(format!("{path} was {value} and is gone")),
            }
        }),
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            let pairs = was.iter().zip(is).enumerate();
            pairs
                .map(|(place, (was, is))| at(&format!("{path}/{place}"), was, is))
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
