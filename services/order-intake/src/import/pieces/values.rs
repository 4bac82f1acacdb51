//! Finds the JSON objects of a file: one after another, on separate lines or not, or in an array.
//!
//! An object that is not complete, because its line was cut, ends where a line begins with `{` and
//! no object can begin in it. Where one could, because it was cut within an array, this is known
//! only later: what was read since is then read again.

use super::frame::{Frame, Step};
use super::nesting::{Nesting, Text};

/// How a byte relates to the current piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Between,
    /// Part of the piece.
    Part,
    /// The last byte of the piece.
    Last,
    /// The piece ended before this byte, which is part of none.
    After,
    /// The piece ended before this byte, which is read again.
    Before,
    /// The piece ended at this position in it; what follows is read again.
    Back(usize),
    /// The frame of a list ended before this byte or with it; it is a piece itself.
    Frame {
        /// Whether this byte is read again.
        again: bool,
    },
}

/// Finds the objects of a file.
#[derive(Debug, Default)]
pub(super) struct Values {
    now: Now,
    /// How many arrays around the records are open.
    arrays: usize,
    /// What is around the list that is read.
    around: Option<Around>,
    /// Whether an object ended with its line although one could have begun in it. In such a file
    /// every line that begins with `{` is a record.
    is_by_line: bool,
}

#[derive(Debug)]
struct Around {
    frame: Frame,
    /// The number of open arrays within the list.
    arrays: usize,
}

#[derive(Debug, Default)]
enum Now {
    #[default]
    Between,
    /// Around the records of an answer.
    Around,
    Object(Box<Object>),
    /// Something else in an array, or a bracket without its object.
    Element(Text),
    /// Something else; it ends with the line.
    Stray,
}

impl Values {
    /// Begins with an answer, whose lists are cut into their records.
    pub(super) fn of_an_answer() -> Self {
        let mut values = Self::default();
        values.enter();
        values
    }

    /// The answer that was begun is read again: its lists are cut into their records. Returns
    /// whether it is; not within another one.
    pub(super) fn enter(&mut self) -> bool {
        if self.around.is_some() {
            return false;
        }
        self.around = Some(Around { frame: Frame::default(), arrays: 0 });
        self.now = Now::Around;
        true
    }

    /// Takes the next byte.
    pub(super) fn take(&mut self, byte: u8) -> Taken {
        let taken = match &mut self.now {
            Now::Between => return self.take_between(byte),
            Now::Around => return self.take_around(byte),
            Now::Object(object) => object.take(byte, self.is_by_line),
            Now::Element(text) => match byte {
                b'\n' => Taken::After,
                _ if text.take(byte) => Taken::Part,
                b',' | b']' | b'{' => Taken::Before,
                _ => Taken::Part,
            },
            Now::Stray if byte == b'\n' => Taken::After,
            Now::Stray => Taken::Part,
        };
        if taken != Taken::Part {
            self.now = Now::Between;
            self.is_by_line |= matches!(taken, Taken::Back(_));
        }
        taken
    }

    /// The file ended: where the current piece ends, if not here.
    pub(super) fn end(&mut self) -> Option<usize> {
        let Now::Object(mut object) = std::mem::take(&mut self.now) else { return None };
        object.end_of_line();
        self.is_by_line = true;
        object.mark.map(|mark| mark.at)
    }

    /// The current piece is too long: where it ends, if another record was in it.
    pub(super) fn too_long(&mut self) -> Option<usize> {
        let Now::Object(object) = &self.now else { return None };
        let at = object.mark.as_ref().filter(|mark| mark.is_whole)?.at;
        self.now = Now::Between;
        self.is_by_line = true;
        Some(at)
    }

    /// What was around a list.
    pub(super) fn frame(&mut self) -> Option<Vec<u8>> {
        self.around.take().map(|around| around.frame.into_bytes())
    }

    fn take_between(&mut self, byte: u8) -> Taken {
        match byte {
            b'{' => {
                self.now = Now::Object(Box::default());
                return self.take(byte);
            }
            b'[' => self.arrays += 1,
            b']' => self.end_of_array(),
            // Separators, and a byte order mark.
            b',' | 0xEF | 0xBB | 0xBF => {}
            white if white.is_ascii_whitespace() => {}
            _ if self.arrays > 0 || byte == b'}' => {
                self.now = Now::Element(Text::default());
                return self.take(byte);
            }
            _ => {
                self.now = Now::Stray;
                return Taken::Part;
            }
        }
        Taken::Between
    }

    fn end_of_array(&mut self) {
        if let Some(around) = self.around.as_mut().filter(|around| around.arrays == self.arrays) {
            around.frame.end_of_list();
            self.now = Now::Around;
        }
        self.arrays = self.arrays.saturating_sub(1);
    }

    fn take_around(&mut self, byte: u8) -> Taken {
        let Some(around) = &mut self.around else {
            self.now = Now::Between;
            return Taken::Before;
        };
        match around.frame.take(byte) {
            Step::Part => return Taken::Between,
            Step::List => {
                self.arrays += 1;
                around.arrays = self.arrays;
                self.now = Now::Between;
                return Taken::Between;
            }
            Step::Last | Step::Broken => self.now = Now::Between,
        }
        Taken::Frame { again: byte != b'}' }
    }
}

/// An object that is read.
#[derive(Debug, Default)]
struct Object {
    nesting: Nesting,
    length: usize,
    line: Line,
    mark: Option<Mark>,
}

/// Where in a line the last byte was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Within,
    /// At its end.
    Next,
    /// In its indentation.
    Indented,
}

/// A line where another object may begin.
#[derive(Debug)]
struct Mark {
    at: usize,
    depth: usize,
    /// Whether the line was a whole object.
    is_whole: bool,
}

impl Object {
    fn take(&mut self, byte: u8, is_by_line: bool) -> Taken {
        if byte == b'{' && self.line != Line::Within {
            if !self.nesting.can_have_an_object() {
                return self.mark.as_ref().map_or(Taken::Before, |mark| Taken::Back(mark.at));
            }
            if self.line == Line::Next {
                if is_by_line {
                    return Taken::Before;
                }
                let depth = self.nesting.depth();
                self.mark.get_or_insert(Mark { at: self.length, depth, is_whole: false });
            }
        }
        self.line = match byte {
            b'\n' => {
                self.end_of_line();
                Line::Next
            }
            b' ' | b'\t' | b'\r' | b',' if self.line != Line::Within => Line::Indented,
            _ => Line::Within,
        };
        self.length += 1;
        if self.nesting.take(byte) { Taken::Last } else { Taken::Part }
    }

    /// What was marked is an object only if it is one by the end of its line.
    fn end_of_line(&mut self) {
        let nesting = &self.nesting;
        self.mark.take_if(|mark| {
            mark.is_whole |= nesting.depth() == mark.depth && nesting.is_after_an_object();
            !mark.is_whole
        });
    }
}
