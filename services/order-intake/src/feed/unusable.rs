//! Why a feed's record cannot be used.

use std::borrow::Cow;

use recourse_kernel::json;

/// Why a feed's record cannot be used. The message goes into headers and logs, so it never repeats
/// a value from the record, which might be personal data. Only what an API says about an error is
/// repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the record is not JSON: {0}")]
    NotJson(String),
    #[error(
        "the record is longer than {limit} bytes; if it is a list of orders, cut it into one per \
         line, for example with `jq -c '.orders[]'`, and import that"
    )]
    TooLong { limit: usize },
    #[error("the record is not a CloudEvent: the attribute `{0}` is missing")]
    NotCloudEvent(&'static str),
    #[error("the attribute `{0}` is there twice, with different values")]
    Ambiguous(&'static str),
    #[error("`at` and `{0}` are two different times: send one of them, or the same in both")]
    TwoTimes(&'static str),
    #[error("unknown fact type")]
    UnknownType,
    #[error(
        "the source is not a marketplace name: use a URI reference of up to 128 characters, such \
         as a domain"
    )]
    Marketplace,
    #[error("`{field}` is missing")]
    Missing { field: String },
    #[error(
        "the query does not ask for {}: add it to the query, and import its answer",
        in_quotes(.0)
    )]
    NotQueried(Vec<String>),
    #[error("`{field}` has an invalid value")]
    Value { field: String },
    #[error("the body does not match its type: {0}")]
    Shape(String),
    #[error("line {line} names a warranty, but {why}")]
    Warranty { line: usize, why: &'static str },
    #[error(
        "the order has a warranty but no country; set `default_country`, or the country of its \
         location, in `[[service.shops]]`, and redrive it"
    )]
    NoCountry,
    #[error("the record is not complete: {0}")]
    Incomplete(Cow<'static, str>),
    #[error("the refund names no currency; set `currency` in `[[service.shops]]`, and redrive it")]
    NoCurrency,
    /// Every later body of the order reports the same refund again.
    #[error(
        "the order was refunded, but its body does not say which lines; import the order's \
         refunds, and discard this"
    )]
    NoRefundLines { order: String, refund: String },
    #[error("ignored: {0}")]
    Ignored(&'static str),
}

impl Unusable {
    /// A stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "not_json",
            Self::TooLong { .. } => "too_long",
            Self::NotCloudEvent(_) => "not_a_cloud_event",
            Self::Ambiguous(_) | Self::TwoTimes(_) => "ambiguous",
            Self::UnknownType => "unknown_type",
            Self::Marketplace => "not_a_marketplace",
            Self::Missing { .. } => "missing",
            Self::NotQueried(_) => "not_queried",
            Self::Value { .. } => "value",
            Self::Shape(_) => "shape",
            Self::Warranty { .. } => "warranty",
            Self::NoCountry => "no_country",
            Self::Incomplete(_) => "incomplete",
            Self::NoCurrency => "no_currency",
            Self::NoRefundLines { .. } => "no_refund_lines",
            Self::Ignored(_) => "no_concern",
        }
    }

    /// What the reason is about, if other records report the same again; by the shop's own ids. Its
    /// dead letters are then one, whichever record reports it.
    pub(crate) fn about(&self) -> Option<String> {
        let Self::NoRefundLines { order, refund } = self else { return None };
        let is_id = |id: &str| {
            (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        (is_id(order) && is_id(refund)).then(|| format!("orders/{order}/refunds/{refund}"))
    }

    pub(super) fn incomplete(why: &'static str) -> Self {
        Self::Incomplete(Cow::Borrowed(why))
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::Missing { field: field.to_owned() }
    }

    pub(super) fn value(field: &str) -> Self {
        Self::Value { field: field.to_owned() }
    }

    /// The JSON parser's message, without the values it quotes.
    pub(super) fn shape(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let place = || format!("at line {}, column {}", error.line(), error.column());
        if error.is_syntax() || error.is_eof() {
            return Self::NotJson(place());
        }
        if json::quotes_no_value(&said) {
            return Self::Shape(said);
        }
        // Field names are ours; values are not.
        let field = said.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        match field {
            Some((field, _)) => Self::missing(field),
            None if error.line() > 0 => Self::Shape(format!("invalid value {}", place())),
            None => Self::Shape("invalid value".to_owned()),
        }
    }
}

fn in_quotes(fields: &[String]) -> String {
    fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Paid {
        #[expect(dead_code, reason = "only parsing is tested")]
        amount: i64,
    }

    #[test]
    fn a_reason_never_repeats_a_value() {
        let read = |text: &str| {
            Unusable::shape(&serde_json::from_str::<Paid>(text).unwrap_err()).to_string()
        };
        assert_eq!(read("{}"), "`amount` is missing");
        assert!(!read(r#"{"amount": "Ivan Petrov"}"#).contains("Ivan"));
        assert!(read("{").contains("not JSON"));
    }
}
