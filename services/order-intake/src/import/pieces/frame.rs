//! What is around the records of an answer: `{"orders": [` before them, and `], "page": 2}` after
//! them. A list of any length is so cut into its records while it is read, and a record that cannot
//! be parsed does not keep the others from being read.

use super::nesting::Text;
use crate::feed::shopify::{is_of_a_record, wraps_records};

/// How many levels of an answer can have lists of records: `data`, `orders`, `edges`.
const LEVELS: usize = 8;
/// The longest name that matters.
const MAX_NAME: usize = 32;
/// How much of a frame is kept, in bytes: that of an answer is much shorter.
const MAX_KEPT: usize = 32 * 1024 * 1024;

/// What follows from a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It is part of the frame.
    Part,
    /// A list of records begins after it.
    List,
    /// The frame ends with it.
    Last,
    /// The frame ended before it, without its last bracket.
    Broken,
}

/// The frame of an answer, without the lists in it.
#[derive(Debug, Default)]
pub(super) struct Frame {
    bytes: Vec<u8>,
    /// The open objects that can have lists of records.
    levels: Vec<Level>,
    /// How many brackets are open in what cannot have any.
    inner: usize,
    text: Text,
    name: Vec<u8>,
    /// The last byte that is no space.
    last: u8,
    has_lists: bool,
}

#[derive(Debug)]
struct Level {
    /// Whether it is the value of `data`, where names are the query's own.
    is_data: bool,
    /// Whether it is a record, whose lists are part of it.
    is_record: bool,
}

/// Whether this value, or its beginning, has a list of records.
pub(super) fn has_a_list(value: &[u8]) -> bool {
    let mut frame = Frame::default();
    value.iter().map(|byte| frame.take(*byte)).find(|step| *step != Step::Part) == Some(Step::List)
}

impl Frame {
    /// Takes the next byte of what is around the lists.
    pub(super) fn take(&mut self, byte: u8) -> Step {
        let was_open = self.text.is_open();
        let is_text = self.text.take(byte);
        if byte == b'{' && !is_text && self.has_lists && !self.can_have_an_object() {
            return Step::Broken;
        }
        if self.bytes.len() < MAX_KEPT {
            self.bytes.push(byte);
        }
        if is_text {
            if !was_open {
                self.name.clear();
            } else if self.text.is_open() && self.name.len() < MAX_NAME {
                self.name.push(byte);
            }
            self.last = b'"';
            return Step::Part;
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        match byte {
            b':' if self.inner == 0 => self.named(),
            b'{' if self.can_hold_lists() => {
                self.levels.push(Level { is_data: self.name == b"data", is_record: false });
            }
            b'[' if self.is_list() => {
                self.has_lists = true;
                return Step::List;
            }
            b'{' | b'[' => self.inner += 1,
            b'}' | b']' if self.inner > 0 => self.inner -= 1,
            b'}' => {
                self.levels.pop();
                if self.levels.is_empty() {
                    return Step::Last;
                }
            }
            _ => {}
        }
        Step::Part
    }

    /// Takes the end of a list.
    pub(super) fn end_of_list(&mut self) {
        self.bytes.push(b']');
        self.last = b']';
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether an object can begin here. If not, another record does.
    fn can_have_an_object(&self) -> bool {
        self.last == b':' || (self.inner > 0 && matches!(self.last, b'[' | b','))
    }

    fn named(&mut self) {
        let is_record = is_of_a_record(&self.name);
        if let Some(level) = self.levels.last_mut() {
            level.is_record |= is_record;
        }
    }

    fn can_hold_lists(&self) -> bool {
        let Some(level) = self.levels.last() else { return true };
        let is_one = self.name == b"data" || self.holds_records(level);
        self.inner == 0 && self.levels.len() < LEVELS && !level.is_record && is_one
    }

    fn is_list(&self) -> bool {
        let Some(level) = self.levels.last() else { return false };
        let is_one =
            matches!(&self.name[..], b"data" | b"edges" | b"nodes") || self.holds_records(level);
        self.inner == 0 && !level.is_record && is_one
    }

    fn holds_records(&self, level: &Level) -> bool {
        level.is_data || wraps_records(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_an_answer_are_found() {
        for value in [
            r#"{"orders": [{"id": 1}"#,
            r#" {"count": {"x": [1]}, "orders": ["#,
            r#"{"data": {"orders": {"pageInfo": {"a": [1]}, "edges": [{"node": {}}]}}}"#,
            r#"{"data": {"orders": {"nodes": [{}, {}]}}, "extensions": {}}"#,
            r#"{"data": {"ours": [{}]}}"#,
            r#"{"fulfillments": [{}]}"#,
        ] {
            assert!(has_a_list(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn the_lists_of_a_record_are_part_of_it() {
        for value in [
            r#"{"id": 1, "refunds": [{}]}"#,
            r#"{"order": {"id": 1, "refunds": [{}]}}"#,
            r#"{"data": {"order": {"id": "1", "lineItems": {"nodes": [{}]}}}}"#,
            r#"{"note": "{\"orders\": [", "tags": ["orders"]}"#,
            r#"{"errors": [{"message": "Throttled"}]}"#,
            "{}",
            "oops",
        ] {
            assert!(!has_a_list(value.as_bytes()), "{value}");
        }
    }
}
