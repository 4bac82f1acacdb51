//! Where a byte is in a JSON value, as far as brackets and texts say. What is invalid otherwise is
//! found when the value is parsed.

/// How many levels are known by kind; JSON that is nested deeper is refused when it is parsed.
const KNOWN: usize = 256;

/// The brackets that are open, and whether a text is.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// The open brackets: whether each is that of an array.
    open: Vec<bool>,
    /// How many more are open.
    deeper: usize,
    text: Text,
    /// The last byte that is no space.
    last: u8,
}

impl Nesting {
    /// Takes the next byte, and says whether it closes the whole value.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        if self.text.take(byte) {
            self.last = b'"';
            return false;
        }
        match byte {
            b'{' => self.opened(false),
            b'[' => self.opened(true),
            b'}' => self.closed(false),
            b']' => self.closed(true),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        byte == b'}' && self.depth() == 0
    }

    /// How many brackets are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.deeper
    }

    /// Whether an object can begin here. If not, this value cannot be completed.
    pub(super) fn can_have_an_object(&self) -> bool {
        let in_array = self.open.last() == Some(&true);
        let may_follow = matches!(self.last, b':' | b'[') || (self.last == b',' && in_array);
        may_follow && !self.text.is_open()
    }

    /// Whether a value, or the comma after it, was the last.
    pub(super) fn is_after_an_object(&self) -> bool {
        matches!(self.last, b'}' | b',') && !self.text.is_open()
    }

    fn opened(&mut self, is_array: bool) {
        if self.open.len() < KNOWN {
            self.open.push(is_array);
        } else {
            self.deeper += 1;
        }
    }

    /// A bracket closes the nearest of its kind. One of an array that is not open closes nothing;
    /// one of an object also closes the arrays in it.
    fn closed(&mut self, is_array: bool) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if is_array {
            self.open.pop_if(|open| *open);
        } else {
            while self.open.pop_if(|open| *open).is_some() {}
            self.open.pop();
        }
    }
}

/// Whether a text is open.
#[derive(Debug, Default)]
pub(super) struct Text {
    is_open: bool,
    is_escaped: bool,
}

impl Text {
    /// Takes the next byte, and says whether it is part of a text.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        if !self.is_open {
            self.is_open = byte == b'"';
            return self.is_open;
        }
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            self.is_escaped = true;
        } else if byte == b'"' {
            self.is_open = false;
        }
        true
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Nesting {
        let mut nesting = Nesting::default();
        for byte in text.bytes() {
            nesting.take(byte);
        }
        nesting
    }

    #[test]
    fn an_object_can_begin_only_where_a_value_can() {
        for text in [r#"{"a": "#, r#"{"a": ["#, "{\"a\": [{},\n"] {
            assert!(after(text).can_have_an_object(), "{text}");
        }
        for text in ["{", r#"{"a": 1, "#, r#"{"a": [{}] "#, r#"{"a": "b: "#, r#"{"a": [{}"#] {
            assert!(!after(text).can_have_an_object(), "{text}");
        }
    }

    #[test]
    fn brackets_that_do_not_match_close_the_nearest_of_their_kind() {
        assert_eq!(after(r#"{"a": [1, 2}"#).depth(), 0);
        assert_eq!(after(r#"{"a": {"b": 1]"#).depth(), 2);
        assert_eq!(after(&"{".repeat(1000)).depth(), 1000);
        assert_eq!(after(&["{".repeat(1000), "}".repeat(1000)].concat()).depth(), 0);
    }
}
