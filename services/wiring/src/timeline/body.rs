//! The body of an event, as timelines read it.

use recourse_kernel::{Instant, Money};
use serde_json::Value;

/// An event body, with accessors for what a sentence needs. A missing field reads as `?`.
#[derive(Clone, Copy)]
pub struct Body<'a>(pub &'a Value);

impl<'a> Body<'a> {
    /// Whether the field is there, even if it is `null`.
    pub fn has(self, field: &str) -> bool {
        self.0.get(field).is_some()
    }

    /// A string, if it is there.
    pub fn string(self, field: &str) -> Option<&'a str> {
        self.0.get(field)?.as_str()
    }

    /// A time, if it is there.
    pub fn instant(self, field: &str) -> Option<Instant> {
        self.string(field)?.parse().ok()
    }

    /// An object inside the body; if it is missing, all its fields are.
    #[must_use]
    pub fn inner(self, field: &str) -> Self {
        const NOTHING: &Value = &Value::Null;
        Body(self.0.get(field).unwrap_or(NOTHING))
    }

    /// A string with its underscores as spaces, if it is there.
    pub fn inner_text(self, field: &str) -> Option<String> {
        Some(self.0.get(field)?.as_str()?.replace('_', " "))
    }

    /// A string; `?` if it is missing.
    pub fn text(self, field: &str) -> &'a str {
        self.0.get(field).and_then(Value::as_str).unwrap_or("?")
    }

    /// A code with its underscores as spaces.
    pub fn code(self, field: &str) -> String {
        self.text(field).replace('_', " ")
    }

    /// A whole number in digits, such as `3`; `?` if it is missing.
    pub fn number(self, field: &str) -> String {
        let number = self.0.get(field).and_then(Value::as_i64);
        number.map_or_else(|| "?".to_owned(), |number| number.to_string())
    }

    /// An amount of money, with its currency.
    pub fn money(self, field: &str) -> String {
        self.money_or(field, "?".to_owned(), |money| money.to_string())
    }

    /// An amount of money in a phrase of its own, or another phrase if there is none.
    pub fn money_or(self, field: &str, none: String, some: impl Fn(Money) -> String) -> String {
        let money = self.0.get(field).and_then(|money| serde_json::from_value(money.clone()).ok());
        money.map_or(none, some)
    }

    /// A time to the minute, in UTC.
    pub fn time(self, field: &str) -> String {
        let time = self.time_or(field, |time| time);
        if time.is_empty() { "?".to_owned() } else { time }
    }

    /// A time in a phrase of its own; nothing if there is none.
    pub fn time_or(self, field: &str, some: impl Fn(String) -> String) -> String {
        self.instant(field)
            .map(|time| some(time.format("%Y-%m-%d %H:%M UTC").to_string()))
            .unwrap_or_default()
    }

    /// The length of a list, with the word for one of its items: `1 photo`, `3 photos`.
    pub fn counted(self, field: &str, one: &str) -> String {
        match self.0.get(field).and_then(Value::as_array).map_or(0, Vec::len) {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        }
    }
}
