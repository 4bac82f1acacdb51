//! The body of an event, as sentences read it.

use recourse_kernel::Money;
use serde_json::Value;

/// An event body, with accessors for what a sentence needs. A missing field reads as `?`.
#[derive(Clone, Copy)]
pub(super) struct Body<'a>(pub(super) &'a Value);

impl<'a> Body<'a> {
    pub(super) fn inner(self, field: &str) -> Self {
        const NOTHING: &Value = &Value::Null;
        Body(self.0.get(field).unwrap_or(NOTHING))
    }

    pub(super) fn inner_text(self, field: &str) -> Option<String> {
        Some(self.0.get(field)?.as_str()?.replace('_', " "))
    }

    pub(super) fn text(self, field: &str) -> &'a str {
        self.0.get(field).and_then(Value::as_str).unwrap_or("?")
    }

    /// A code with its underscores as spaces.
    pub(super) fn code(self, field: &str) -> String {
        self.text(field).replace('_', " ")
    }

    pub(super) fn number(self, field: &str) -> String {
        let number = self.0.get(field).and_then(Value::as_i64);
        number.map_or_else(|| "?".to_owned(), |number| number.to_string())
    }

    pub(super) fn money(self, field: &str) -> String {
        self.money_or(field, "?".to_owned(), |money| money.to_string())
    }

    pub(super) fn money_or(
        self,
        field: &str,
        none: String,
        some: impl Fn(Money) -> String,
    ) -> String {
        let money = self.0.get(field).and_then(|money| serde_json::from_value(money.clone()).ok());
        money.map_or(none, some)
    }

    /// A time to the minute, in UTC.
    pub(super) fn time(self, field: &str) -> String {
        let time = self.time_or(field, |time| time);
        if time.is_empty() { "?".to_owned() } else { time }
    }

    pub(super) fn time_or(self, field: &str, some: impl Fn(String) -> String) -> String {
        let time = self.0.get(field).and_then(Value::as_str);
        let time = time.and_then(|time| time.parse::<recourse_kernel::Instant>().ok());
        time.map(|time| some(time.format("%Y-%m-%d %H:%M UTC").to_string())).unwrap_or_default()
    }

    pub(super) fn counted(self, field: &str, one: &str) -> String {
        match self.0.get(field).and_then(Value::as_array).map_or(0, Vec::len) {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        }
    }
}
