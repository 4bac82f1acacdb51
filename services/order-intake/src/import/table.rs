//! Refuses files that have another format as a whole, before they are read line by line.

use std::io::{BufRead, Read as _, Result};

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReadable {
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
    /// Text with two bytes for each letter.
    #[error("is UTF-16: save it as UTF-8 instead")]
    Utf16,
}

/// How many bytes of a file are looked at.
const HEAD: u64 = 4096;

/// Why this file is refused; `None` if its records can be read.
pub(super) fn refused(reader: impl BufRead) -> Result<Option<NotReadable>> {
    let mut head = Vec::new();
    reader.take(HEAD).read_to_end(&mut head)?;
    Ok(of_head(&head))
}

fn of_head(head: &[u8]) -> Option<NotReadable> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0x1F, 0x8B]) {
        return Some(NotReadable::Packed);
    }
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return Some(NotReadable::Utf16);
    }
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"{") || head.starts_with(b"[") {
        return None;
    }
    let end = head.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(head.len());
    let first = &head[..end];
    let is_table = [b',', b';', b'\t'].iter().any(|separator| {
        let columns: Vec<&[u8]> = first.split(|byte| byte == separator).collect();
        // The names of columns, and no sentence with a comma.
        columns.len() > 2 && columns.iter().all(|name| !name.is_empty() && name.len() < 64)
    });
    is_table.then_some(NotReadable::Table)
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
        ] {
            assert_eq!(of_head(table.as_bytes()), Some(NotReadable::Table), "{table}");
        }
        assert_eq!(of_head(b"PK\x03\x04xlsx"), Some(NotReadable::Packed));
        assert_eq!(of_head(&[0x1F, 0x8B, 8]), Some(NotReadable::Packed));
        assert_eq!(of_head(&[0xFF, 0xFE, b'{', 0]), Some(NotReadable::Utf16));
    }

    #[test]
    fn json_is_read_and_so_is_a_file_whose_first_line_is_broken() {
        for text in ["", " \n{\"a\":1,\"b\":2,\"c\":3}", "\u{FEFF}[{}]", "oops\n{}", "a, b\n{}"] {
            assert_eq!(of_head(text.as_bytes()), None, "{text}");
        }
    }
}
