//! Why a feed's record cannot be used.

use recourse_kernel::json;

/// Why a feed's record cannot be used. Its sentence goes into headers and logs, so it never repeats a value
/// that the record holds: that might be a person's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not JSON, or not in UTF-8.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It is too long to be one fact.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// The longest that is read.
        limit: usize,
    },
    /// An attribute of `CloudEvents` is missing.
    #[error("it is no CloudEvent: the attribute `{0}` is missing")]
    NotCloudEvent(&'static str),
    /// A type that no order-intake knows.
    #[error("nothing is known of facts of this type")]
    UnknownType,
    /// The source is no marketplace's name.
    #[error("the source is not a marketplace's name: up to 128 letters, digits and -_.:/@")]
    Marketplace,
    /// Something that every such fact has is missing.
    #[error("`{field}` is missing")]
    Missing {
        /// What.
        field: String,
    },
    /// A value does not fit its field.
    #[error("`{field}` has a value that does not fit")]
    Value {
        /// Which.
        field: String,
    },
    /// The body does not have the shape of its type.
    #[error("the body does not fit its type: {0}")]
    Shape(String),
    /// A line names a warranty that cannot be sold as it stands.
    #[error("line {line} names a warranty, but {why}")]
    Warranty {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is nothing wrong with it, and nothing in it for us.
    #[error("it is of no concern here: {0}")]
    NoConcern(&'static str),
}

impl Unusable {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "not_json",
            Self::TooLong { .. } => "too_long",
            Self::NotCloudEvent(_) => "not_a_cloud_event",
            Self::UnknownType => "unknown_type",
            Self::Marketplace => "not_a_marketplace",
            Self::Missing { .. } => "missing",
            Self::Value { .. } => "value",
            Self::Shape(_) => "shape",
            Self::Warranty { .. } => "warranty",
            Self::NoConcern(_) => "no_concern",
        }
    }

    /// Whether there is nothing to park: it was understood, and leads to nothing.
    pub fn is_of_no_concern(&self) -> bool {
        matches!(self, Self::NoConcern(_))
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::Missing { field: field.to_owned() }
    }

    pub(super) fn value(field: &str) -> Self {
        Self::Value { field: field.to_owned() }
    }

    /// What a JSON reader says, without the values that it repeats.
    pub(super) fn shape(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let place = || format!("at line {}, column {}", error.line(), error.column());
        if error.is_syntax() || error.is_eof() {
            return Self::NotJson(place());
        }
        if json::says_no_value(&said) {
            return Self::Shape(said);
        }
        // Names of fields are ours; values are not.
        let field = said.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        match field {
            Some((field, _)) => Self::missing(field),
            None if error.line() > 0 => Self::Shape(format!("a value does not fit {}", place())),
            None => Self::Shape("a value does not fit".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Paid {
        #[expect(dead_code, reason = "only its reading is of interest")]
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
