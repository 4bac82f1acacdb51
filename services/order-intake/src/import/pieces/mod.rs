//! Cuts a file into pieces, each one line or one JSON value, with only one of them in memory.

mod frame;
mod nesting;
mod values;

use std::io::{BufRead, Cursor, Read as _, Result};

use frame::has_a_list;
use values::{Taken, Values};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// Its bytes; if it is too long, only the first of them.
    pub(super) bytes: Vec<u8>,
    /// Whether it exceeds the maximum length.
    pub(super) is_too_long: bool,
}

/// Iterates over the pieces of a file.
pub(super) struct Pieces<R> {
    reader: R,
    /// What is read again, before the reader.
    again: Cursor<Vec<u8>>,
    cut: Cut,
    longest: usize,
    number: u64,
    read: u64,
}

enum Cut {
    Lines,
    /// JSON values, one after another or in one enclosing array.
    Values(Values),
    /// The same. An answer that is too long is cut into its records.
    Answers(Values),
}

impl<R: BufRead> Pieces<R> {
    /// Splits into lines; empty ones are skipped.
    pub(super) fn lines(reader: R, longest: usize) -> Self {
        Self::new(reader, Cut::Lines, longest)
    }

    /// Splits into JSON objects: one after another, on separate lines or not, or in an array.
    pub(super) fn values(reader: R, longest: usize) -> Self {
        Self::new(reader, Cut::Values(Values::default()), longest)
    }

    /// The same. An answer of Shopify's API that is too long is split into its records, and what is
    /// around them.
    pub(super) fn answers(reader: R, longest: usize) -> Self {
        Self::new(reader, Cut::Answers(Values::default()), longest)
    }

    fn new(reader: R, cut: Cut, longest: usize) -> Self {
        Self { reader, again: Cursor::default(), cut, longest, number: 0, read: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let mut kept = Kept { bytes: Vec::new(), length: 0, longest: self.longest };
        loop {
            let is_again = !self.again.fill_buf()?.is_empty();
            let buffer = if is_again { self.again.fill_buf()? } else { self.reader.fill_buf()? };
            if buffer.is_empty() {
                return self.last(kept);
            }
            let (used, end) = kept.fill(buffer, &mut self.cut);
            if is_again {
                self.again.consume(used);
            } else {
                self.reader.consume(used);
                self.read += used as u64;
            }
            match end {
                None => {}
                Some(End::Here) => return Ok(Some(self.piece(kept))),
                Some(End::Back(at)) => return self.piece_up_to(at, kept).map(Some),
                Some(End::Frame) => {
                    if let Some(frame) = self.cut.frame() {
                        kept.replace(frame);
                        return Ok(Some(self.piece(kept)));
                    }
                }
                Some(End::TooLong) => {
                    if has_a_list(&kept.bytes) && self.cut.enter() {
                        self.read_again(std::mem::take(&mut kept.bytes))?;
                        kept.length = 0;
                    } else if let Some(at) = self.cut.too_long() {
                        return self.piece_up_to(at, kept).map(Some);
                    }
                }
            }
        }
    }

    /// The last piece: what was read so far, or what is around a list that has not ended.
    fn last(&mut self, mut kept: Kept) -> Result<Option<Piece>> {
        if kept.length > 0 {
            return match self.cut.end().filter(|_| kept.length <= kept.longest) {
                Some(at) => self.piece_up_to(at, kept).map(Some),
                None => Ok(Some(self.piece(kept))),
            };
        }
        let Some(frame) = self.cut.frame() else { return Ok(None) };
        kept.replace(frame);
        Ok((kept.length > 0).then(|| self.piece(kept)))
    }

    /// The piece up to this position; the rest of it is read again.
    fn piece_up_to(&mut self, at: usize, mut kept: Kept) -> Result<Piece> {
        self.read_again(kept.bytes.split_off(at.min(kept.bytes.len())))?;
        kept.length = kept.bytes.len();
        Ok(self.piece(kept))
    }

    /// Reads these bytes before what follows.
    fn read_again(&mut self, mut bytes: Vec<u8>) -> Result<()> {
        self.again.read_to_end(&mut bytes)?;
        self.again = Cursor::new(bytes);
        Ok(())
    }

    fn piece(&mut self, kept: Kept) -> Piece {
        let Kept { mut bytes, length, longest } = kept;
        self.number += 1;
        let is_too_long = length > longest;
        if is_too_long {
            // Only its beginning is kept, for diagnosis.
            bytes.truncate(4096);
        } else if !matches!(self.cut, Cut::Lines) {
            bytes.truncate(bytes.trim_ascii_end().len());
        }
        Piece { number: self.number, bytes, is_too_long }
    }
}

impl<'a> Pieces<&'a [u8]> {
    /// Splits an answer of Shopify's API, or what is left of one, into its records and what is
    /// around them; `None` if it has no list of records.
    pub(super) fn of_answer(answer: &'a [u8]) -> Option<Self> {
        let cut = Cut::Values(Values::of_an_answer());
        has_a_list(answer).then(|| Self::new(answer, cut, answer.len()))
    }
}

impl<R: BufRead> Iterator for Pieces<R> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_piece().transpose()
    }
}

impl Cut {
    fn take(&mut self, byte: u8) -> Taken {
        match self {
            Self::Lines if byte == b'\n' => Taken::After,
            Self::Lines if byte == b'\r' => Taken::Between,
            Self::Lines => Taken::Part,
            Self::Values(values) | Self::Answers(values) => values.take(byte),
        }
    }

    /// Cuts the answer that was begun into its records; it is then read again.
    fn enter(&mut self) -> bool {
        match self {
            Self::Lines | Self::Values(_) => false,
            Self::Answers(values) => values.enter(),
        }
    }

    fn frame(&mut self) -> Option<Vec<u8>> {
        self.values().and_then(Values::frame)
    }

    fn end(&mut self) -> Option<usize> {
        self.values().and_then(Values::end)
    }

    fn too_long(&mut self) -> Option<usize> {
        self.values().and_then(Values::too_long)
    }

    fn values(&mut self) -> Option<&mut Values> {
        match self {
            Self::Lines => None,
            Self::Values(values) | Self::Answers(values) => Some(values),
        }
    }
}

/// How a piece ends.
enum End {
    Here,
    /// At this position; what follows is read again.
    Back(usize),
    /// It is what was around a list.
    Frame,
    /// It does not end, but is too long.
    TooLong,
}

/// What is kept of a piece while it is read.
struct Kept {
    bytes: Vec<u8>,
    length: usize,
    longest: usize,
}

impl Kept {
    /// Takes bytes up to the end of the piece; returns how many.
    fn fill(&mut self, buffer: &[u8], cut: &mut Cut) -> (usize, Option<End>) {
        for (before, &byte) in buffer.iter().enumerate() {
            let used = before + 1;
            match cut.take(byte) {
                Taken::Part => {
                    self.push(byte);
                    if self.length == self.longest + 1 {
                        return (used, Some(End::TooLong));
                    }
                }
                Taken::Last => {
                    self.push(byte);
                    return (used, Some(End::Here));
                }
                Taken::After if self.length > 0 => return (used, Some(End::Here)),
                Taken::Between | Taken::After => {}
                Taken::Before if self.length > 0 => return (before, Some(End::Here)),
                Taken::Before => return (before, None),
                // What was not kept cannot be read again.
                Taken::Back(_) if self.length > self.longest => return (before, Some(End::Here)),
                Taken::Back(at) => return (before, Some(End::Back(at))),
                Taken::Frame { again } => {
                    return (if again { before } else { used }, Some(End::Frame));
                }
            }
        }
        (buffer.len(), None)
    }

    /// Keeps one byte more than the longest piece has, so that all of it can be read again.
    fn push(&mut self, byte: u8) {
        self.length += 1;
        if self.bytes.len() <= self.longest {
            self.bytes.push(byte);
        }
    }

    fn replace(&mut self, bytes: Vec<u8>) {
        self.length = bytes.len();
        self.bytes = bytes;
    }
}

#[cfg(test)]
mod tests;
