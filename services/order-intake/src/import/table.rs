//! Refuses files that have another format as a whole, before they are read line by line.

use std::io::{BufRead, Read as _, Result};

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotReadable {
    /// The CSV of Shopify's admin. It has neither ids of lines nor the properties that name a
    /// warranty, nor when an order was delivered or what was refunded of which line.
    #[error(
        "is a table, which says neither which device has a warranty nor when it was delivered: \
         export the orders with a bulk operation (JSON lines) or the API (JSON) instead"
    )]
    Table,
    /// A packed file, a spreadsheet.
    #[error("is packed or a spreadsheet: unpack it, or export the orders as JSON instead")]
    Packed,
    /// Text with two or four bytes for each letter.
    #[error("is not UTF-8, but has several bytes for each letter: save it as UTF-8 instead")]
    Wide,
    /// A page, such as that of a sign-in that expired, or XML.
    #[error("is HTML or XML: export the orders as JSON instead")]
    Markup,
    /// No text at all.
    #[error("is not a text: export the orders as JSON instead")]
    Binary,
}

impl NotReadable {
    /// A code for machines.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Packed => "packed",
            Self::Wide => "not_utf_8",
            Self::Markup => "markup",
            Self::Binary => "binary",
        }
    }
}

/// How files begin that are packed: zip (and the spreadsheets in it), gzip, zstd, bzip2, xz, 7z,
/// and the spreadsheets before them.
const PACKED: &[&[u8]] = &[
    b"PK\x03\x04",
    &[0x1F, 0x8B],
    &[0x28, 0xB5, 0x2F, 0xFD],
    b"BZh",
    &[0xFD, b'7', b'z', b'X', b'Z'],
    b"7z\xBC\xAF",
    &[0xD0, 0xCF, 0x11, 0xE0],
];

/// How many bytes of a file are looked at.
const HEAD: u64 = 4096;

/// Why this file is refused; `None` if its records can be read.
pub(super) fn refused(reader: impl BufRead) -> Result<Option<NotReadable>> {
    let mut head = Vec::new();
    reader.take(HEAD).read_to_end(&mut head)?;
    Ok(of_head(&head))
}

/// The same of a file that begins like this.
pub(super) fn of_head(head: &[u8]) -> Option<NotReadable> {
    if PACKED.iter().any(|magic| head.starts_with(magic)) {
        return Some(NotReadable::Packed);
    }
    let is_marked = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    // ASCII with zeros between its letters: no byte order mark, but as wide.
    let is_spaced = matches!(head, [0, letter, ..] | [letter, 0, ..] if *letter != 0);
    if is_marked || is_spaced {
        return Some(NotReadable::Wide);
    }
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"{") || head.starts_with(b"[") {
        return None;
    }
    if head.starts_with(b"<") {
        return Some(NotReadable::Markup);
    }
    if head.contains(&0) {
        return Some(NotReadable::Binary);
    }
    is_table(head).then_some(NotReadable::Table)
}

/// Whether the first line has the names of columns: three or more, or two if the next line has two
/// values as well. A sentence with a comma is none.
fn is_table(head: &[u8]) -> bool {
    let mut lines =
        head.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    [b',', b';', b'\t'].iter().any(|separator| {
        let names: Vec<&[u8]> = first.split(|byte| byte == separator).collect();
        let is_heading = names.iter().all(|name| !name.is_empty() && name.len() < 64);
        let is_continued = !second.starts_with(b"{")
            && second.split(|byte| byte == separator).count() == names.len();
        is_heading && (names.len() > 2 || names.len() == 2 && is_continued)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_refused_as_a_whole() {
        for table in [
            "Name,Email,Financial Status,Paid at\n#1001,pat@example.com,paid,2025-03-05\n",
            "\u{FEFF}\"Name\",\"Email\",\"Financial Status\"\r\n",
            "Name;Email;Total\n",
            "Name\tEmail\tTotal",
            "Order,Status\r\n1001,paid\r\n",
        ] {
            assert_eq!(of_head(table.as_bytes()), Some(NotReadable::Table), "{table}");
        }
    }

    #[test]
    fn what_is_no_text_of_ours_is_refused_as_a_whole() {
        let cases: [(&[u8], NotReadable); 12] = [
            (b"PK\x03\x04xlsx", NotReadable::Packed),
            (&[0x1F, 0x8B, 8], NotReadable::Packed),
            (&[0x28, 0xB5, 0x2F, 0xFD, 4], NotReadable::Packed),
            (b"BZh91AY", NotReadable::Packed),
            (&[0xD0, 0xCF, 0x11, 0xE0, 0xA1], NotReadable::Packed),
            (&[0xFF, 0xFE, b'{', 0], NotReadable::Wide),
            (&[0xFE, 0xFF, 0, b'{'], NotReadable::Wide),
            (&[b'{', 0, b'"', 0], NotReadable::Wide),
            (&[0, b'[', 0, b'{'], NotReadable::Wide),
            (b"\n<!DOCTYPE html>", NotReadable::Markup),
            (b"<?xml version=\"1.0\"?>", NotReadable::Markup),
            (b"%PDF-1.7\n\x00\x01", NotReadable::Binary),
        ];
        for (head, why) in cases {
            assert_eq!(of_head(head), Some(why), "{head:?}");
        }
    }

    #[test]
    fn json_is_read_and_so_is_a_file_whose_first_line_is_broken() {
        for text in ["", " \n{\"a\":1,\"b\":2,\"c\":3}", "\u{FEFF}[{}]", "oops\n{}", "a, b\n{}"] {
            assert_eq!(of_head(text.as_bytes()), None, "{text}");
        }
    }
}
