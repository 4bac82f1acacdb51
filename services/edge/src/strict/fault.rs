//! What is wrong with a part of a call, in this project's own words: no sentence of a library
//! reaches the caller.

use std::borrow::Cow;
use std::fmt;

use axum::http::StatusCode;
use serde::de::{Expected, Unexpected};

use crate::problem::Problem;

/// Longer texts of the caller are cut where they are quoted.
const LONGEST_QUOTE: usize = 60;

/// Where something is wrong, and what.
#[derive(Debug)]
pub(super) struct Fault {
    /// The steps to it, the last one first.
    steps: Vec<Step>,
    what: What,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Index(usize),
}

#[derive(Debug)]
enum What {
    Unknown {
        known: Vec<&'static str>,
    },
    Missing,
    Twice,
    NotOneOf {
        found: String,
        allowed: Vec<&'static str>,
    },
    Differs {
        expected: String,
        found: String,
    },
    NoForm,
    /// The sentence of a type of ours.
    Sentence(String),
}

/// The part of a call that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Body,
    Query,
    Path,
}

impl Fault {
    fn new(what: What) -> Self {
        Self { steps: Vec::new(), what }
    }

    /// The field is not known; these are.
    pub(super) fn unknown(field: &str, known: Vec<&'static str>) -> Self {
        Self::new(What::Unknown { known }).within(&cut(field))
    }

    /// The field appears twice.
    pub(super) fn twice(field: &str) -> Self {
        Self::new(What::Twice).within(&cut(field))
    }

    /// The value is none of the names of an enum.
    pub(super) fn not_one_of(found: String, allowed: &[&'static str]) -> Self {
        Self::new(What::NotOneOf { found, allowed: allowed.to_vec() })
    }

    /// A value of another kind than expected.
    pub(super) fn differs(expected: &str, found: &Unexpected<'_>) -> Self {
        Self::new(What::Differs { expected: expected.to_owned(), found: quoted(found) })
    }

    /// The same fault, seen from the object that has this field.
    pub(super) fn within(mut self, field: &str) -> Self {
        self.steps.push(Step::Field(field.to_owned()));
        self
    }

    /// The same fault, seen from the list that has this item.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.steps.push(Step::Index(index));
        self
    }

    /// Whether it is the whole that is wrong, not a part of it.
    pub(super) fn is_of_the_whole(&self) -> bool {
        self.steps.is_empty()
    }

    /// `lines[0].price`; empty for the whole.
    fn path(&self) -> String {
        self.steps.iter().rev().fold(String::new(), |path, step| match step {
            Step::Field(name) if path.is_empty() => name.clone(),
            Step::Field(name) => format!("{path}.{name}"),
            Step::Index(index) => format!("{path}[{index}]"),
        })
    }

    /// The answer to the caller. What a path names does not exist if it cannot be read.
    pub(super) fn problem(&self, part: Part) -> Problem {
        let path = self.path();
        let detail = self.sentence(part, &path);
        let (status, code) = match (part, &self.what) {
            (Part::Body, What::Unknown { .. }) => (StatusCode::BAD_REQUEST, "body.unknown_field"),
            (Part::Body, _) => (StatusCode::BAD_REQUEST, "body.malformed"),
            (Part::Query, What::Unknown { .. }) => {
                (StatusCode::BAD_REQUEST, "query.unknown_parameter")
            }
            (Part::Query, _) => (StatusCode::BAD_REQUEST, "query.malformed"),
            (Part::Path, _) => (StatusCode::NOT_FOUND, "path.not_known"),
        };
        let problem = Problem::new(status, code, detail);
        let problem = if path.is_empty() { problem } else { problem.fact("field", path) };
        match &self.what {
            What::Unknown { known } => problem.fact("known", known),
            What::NotOneOf { allowed, .. } => problem.fact("allowed", allowed),
            _ => problem,
        }
    }

    fn sentence(&self, part: Part, path: &str) -> String {
        let subject = match (path.is_empty(), part) {
            (false, _) => format!("`{path}`"),
            (true, Part::Body) => "the body".to_owned(),
            (true, Part::Query) => "the query".to_owned(),
            (true, Part::Path) => "the path".to_owned(),
        };
        let said = match &self.what {
            What::Unknown { known } => unknown(part, &subject, known),
            What::Missing => format!("{subject} is missing"),
            What::Twice => format!("{subject} appears twice"),
            What::NotOneOf { found, allowed } => {
                format!("{subject} must be {}, not {found}", one_of(allowed))
            }
            What::Differs { expected, found } => {
                format!("{subject} must be {expected}, not {found}")
            }
            What::NoForm => format!("{subject} has none of the forms that are read here"),
            What::Sentence(sentence) => format!("{subject}: {sentence}"),
        };
        if part == Part::Path { format!("there is nothing at this path: {said}") } else { said }
    }
}

fn unknown(part: Part, subject: &str, known: &[&str]) -> String {
    let (one, many) = match part {
        Part::Query => ("a query parameter", "query parameters"),
        Part::Body | Part::Path => ("a field", "fields"),
    };
    if known.is_empty() {
        format!("{subject} is not {one} of this call, which has no {many}")
    } else {
        format!("{subject} is not {one} of this call; known here: {}", listed(known))
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn one_of(allowed: &[&str]) -> String {
    match allowed {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", listed(allowed)),
    }
}

/// What was found, as it is quoted to the caller.
pub(super) fn quoted(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Char(value) => format!("`{value}`"),
        Unexpected::Str(text) => format!("`{}`", cut(text)),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        _ => "something else".to_owned(),
    }
}

/// A text of the caller, cut to the length at which it is quoted.
fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A name as it is quoted to the caller.
pub(super) fn quoted_text(text: &str) -> String {
    quoted(&Unexpected::Str(text))
}

/// The text of a library's type that a visitor expects, in our words. Types of ours say what they
/// expect themselves.
pub(super) fn in_our_words(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "a borrowed string" | "string" | "a character" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        "unit" => "null",
        text => match dated(text) {
            Some(words) => words,
            None if text.starts_with("a nonzero") => "a whole number other than 0",
            None if text.starts_with("a tuple") || text.starts_with("an array") => "a list",
            None if text.starts_with("tuple struct") || text.starts_with("tuple variant") => {
                "a list"
            }
            None if text.starts_with("struct") || text.starts_with("internally tagged") => {
                "an object"
            }
            None => text,
        },
    };
    words.to_owned()
}

/// What a text with a date or time must look like, if that is what a visitor expects.
pub(super) fn dated(expected: &str) -> Option<&'static str> {
    match expected {
        "an RFC 3339 formatted date and time string" | "a formatted date and time string" => {
            Some("a time such as `2026-03-16T09:30:00Z`")
        }
        "a formatted date string" => Some("a day such as `2026-03-16`"),
        _ => None,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Part::Body, &self.path()))
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(sentence: T) -> Self {
        let sentence = sentence.to_string();
        // An untagged enum reports only this, with the name of a Rust type.
        if sentence.starts_with("data did not match any variant") {
            return Self::new(What::NoForm);
        }
        Self::new(What::Sentence(sentence))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::differs(&in_our_words(&expected.to_string()), &found)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::differs(&in_our_words(&expected.to_string()), &found)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let expected = in_our_words(&expected.to_string());
        Self::new(What::Differs { expected, found: format!("{length} values") })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::not_one_of(quoted_text(variant), expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown(field, expected.to_vec())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::Missing).within(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::twice(field)
    }
}
