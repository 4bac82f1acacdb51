//! Cuts a file into pieces, each one line or one JSON value, with only one of them in memory.

use std::io::{BufRead, Result};

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
    cut: Cut,
    longest: usize,
    number: u64,
    read: u64,
}

#[derive(Clone, Copy)]
enum Cut {
    Lines,
    /// JSON values, one after another or in one enclosing array.
    Values,
}

impl<R: BufRead> Pieces<R> {
    /// Splits into lines; empty ones are skipped.
    pub(super) fn lines(reader: R, longest: usize) -> Self {
        Self { reader, cut: Cut::Lines, longest, number: 0, read: 0 }
    }

    /// Splits into JSON objects: one after another, on separate lines or not, or in an array.
    pub(super) fn values(reader: R, longest: usize) -> Self {
        Self { reader, cut: Cut::Values, longest, number: 0, read: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let mut bytes = Vec::new();
        let mut length = 0_usize;
        let mut cutter = Cutter::new(self.cut);
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let mut used = 0;
            let mut is_whole = false;
            for &byte in buffer {
                used += 1;
                match cutter.take(byte) {
                    Taken::Between => {}
                    Taken::Part => {
                        length += 1;
                        if bytes.len() < self.longest {
                            bytes.push(byte);
                        }
                    }
                    Taken::Last => {
                        length += 1;
                        if bytes.len() < self.longest {
                            bytes.push(byte);
                        }
                        is_whole = true;
                    }
                    Taken::After => is_whole = length > 0,
                }
                if is_whole {
                    break;
                }
            }
            self.reader.consume(used);
            self.read += used as u64;
            if is_whole {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_too_long = length > self.longest;
        // For a piece that is too long, only its beginning is kept, for diagnosis.
        if is_too_long {
            bytes.truncate(4096);
        }
        Ok(Some(Piece { number: self.number, bytes, is_too_long }))
    }
}

impl<R: BufRead> Iterator for Pieces<R> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_piece().transpose()
    }
}

/// How a byte relates to the current piece.
enum Taken {
    Between,
    /// Part of the piece.
    Part,
    /// The last byte of the piece.
    Last,
    /// The piece ended before this byte.
    After,
}

struct Cutter {
    cut: Cut,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Text that is not an object; it ends with the line.
    stray: bool,
}

impl Cutter {
    fn new(cut: Cut) -> Self {
        Self { cut, depth: 0, in_text: false, escaped: false, stray: false }
    }

    fn take(&mut self, byte: u8) -> Taken {
        match self.cut {
            Cut::Lines if byte == b'\n' => Taken::After,
            Cut::Lines if byte == b'\r' => Taken::Between,
            Cut::Lines => Taken::Part,
            Cut::Values => self.take_of_value(byte),
        }
    }

    fn take_of_value(&mut self, byte: u8) -> Taken {
        if self.stray {
            return if byte == b'\n' { Taken::After } else { Taken::Part };
        }
        if self.depth == 0 {
            return match byte {
                b'{' => {
                    self.depth = 1;
                    Taken::Part
                }
                // The enclosing array and its separators.
                b'[' | b']' | b',' => Taken::Between,
                white if white.is_ascii_whitespace() => Taken::Between,
                // A byte order mark.
                0xEF | 0xBB | 0xBF => Taken::Between,
                _ => {
                    self.stray = true;
                    Taken::Part
                }
            };
        }
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return Taken::Part;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' => self.depth += 1,
            b'}' => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Taken::Last;
                }
            }
            _ => {}
        }
        Taken::Part
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<String> {
        // A tiny buffer, so that every piece spans several reads.
        let reader = BufReader::with_capacity(3, text.as_bytes());
        let pieces = Pieces::values(reader, 1000).map(|piece| piece.unwrap());
        pieces.map(|piece| String::from_utf8(piece.bytes).unwrap()).collect()
    }

    #[test]
    fn values_are_found_in_any_layout() {
        let one = r#"{"a":"}{\"]","b":[{"c":1}]}"#;
        for text in [
            format!("{one}\n{one}\n"),
            format!("[{one},\n {one}]"),
            format!("{one}{one}"),
            format!("\u{FEFF}[ {one} , {one} ]\r\n"),
        ] {
            assert_eq!(values(&text), [one, one], "{text}");
        }
        assert!(values(" [ ] \n").is_empty());
    }

    #[test]
    fn invalid_json_becomes_a_piece_of_its_own_and_parsing_continues() {
        assert_eq!(values("oops\n{}\n{\"a\":"), ["oops", "{}", "{\"a\":"]);
    }

    #[test]
    fn lines_are_numbered_and_empty_ones_skipped() {
        let pieces: Vec<_> =
            Pieces::lines("a\r\n\nb".as_bytes(), 10).map(|piece| piece.unwrap()).collect();
        let seen: Vec<_> = pieces.iter().map(|piece| (piece.number, &piece.bytes[..])).collect();
        assert_eq!(seen, [(1, &b"a"[..]), (2, &b"b"[..])]);
    }

    #[test]
    fn a_piece_that_is_too_long_is_reported_and_not_kept() {
        let text = format!("{}\nshort\n", "x".repeat(50_000));
        let mut pieces = Pieces::lines(text.as_bytes(), 10_000);
        let long = pieces.next().unwrap().unwrap();
        assert!(long.is_too_long && long.bytes.len() == 4096);
        assert_eq!(pieces.next().unwrap().unwrap().bytes, b"short");
        assert_eq!(pieces.bytes_read(), text.len() as u64);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn every_byte_is_read_once(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for mut pieces in [Pieces::lines(&bytes[..], 50), Pieces::values(&bytes[..], 50)] {
                while pieces.next().is_some() {}
                prop_assert_eq!(pieces.bytes_read(), bytes.len() as u64);
            }
        }
    }
}
