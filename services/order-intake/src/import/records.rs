//! The records of a file: each is one fact, or one order with everything about it. A page of orders
//! is cut into its orders, and the lines of a bulk operation are put together.

use std::collections::VecDeque;
use std::io::{BufRead, Result};

use serde_json::Value;

use super::pieces::{Piece, Pieces};
use super::{Format, MAX_LENGTH};
use crate::feed::json;
use crate::feed::shopify::{self, bulk};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The number of its piece in the file, from 1.
    pub(super) number: u64,
    /// Its number in a page, from 1; `None` if it is the whole piece.
    pub(super) index: Option<usize>,
    /// Its bytes; if it is too long, only the first of them.
    pub(super) bytes: Vec<u8>,
    /// Whether it exceeds the maximum length.
    pub(super) is_too_long: bool,
}

/// Iterates over the records of a file.
pub(super) struct Records<R> {
    pieces: Pieces<R>,
    format: Format,
    /// The order of a bulk operation whose children may follow.
    open: Option<Open>,
    ready: VecDeque<Record>,
}

struct Open {
    record: Record,
    order: Value,
    /// The length of the order with its children.
    length: usize,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(reader: R, format: Format) -> Self {
        let pieces = match format {
            Format::Native => Pieces::lines(reader, MAX_LENGTH),
            Format::Shop(_) if format == Format::SHOPIFY => Pieces::answers(reader, MAX_LENGTH),
            Format::Shop(_) => Pieces::values(reader, MAX_LENGTH),
        };
        Self { pieces, format, open: None, ready: VecDeque::new() }
    }

    /// How many bytes have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    fn add(&mut self, piece: Piece) {
        let Piece { number, bytes, is_too_long } = piece;
        let length = bytes.len();
        let record = Record { number, index: None, bytes, is_too_long };
        // Answers of other systems are single orders, or lists, which are cut into pieces.
        if self.format != Format::SHOPIFY || record.is_too_long {
            self.close();
            self.ready.push_back(record);
            return;
        }
        let Ok(value) = json::whole(&record.bytes) else {
            self.close();
            self.add_broken(record);
            return;
        };
        let Some(value) = self.attached(value, length) else { return };
        self.close();
        if bulk::is_order(&value) {
            self.open = Some(Open { record, order: value, length });
        } else if shopify::is_record(&value) {
            self.ready.push_back(record);
        } else {
            let records = shopify::records(value).into_iter();
            self.add_page(number, records.map(|value| value.to_string().into_bytes()));
        }
    }

    /// What cannot be parsed is refused when it is translated, with the reason. The records of an
    /// answer are cut out before: each, and what is around them, is refused or read alone.
    fn add_broken(&mut self, record: Record) {
        let Some(pieces) = Pieces::of_answer(&record.bytes) else {
            self.ready.push_back(record);
            return;
        };
        let records = pieces.flatten().flat_map(|piece| match json::whole(&piece.bytes) {
            Ok(value) if !shopify::is_record(&value) => {
                let records = shopify::records(value).into_iter();
                records.map(|value| value.to_string().into_bytes()).collect::<Vec<_>>()
            }
            Ok(_) | Err(_) => vec![piece.bytes],
        });
        let records: Vec<Vec<u8>> = records.collect();
        self.add_page(record.number, records.into_iter());
    }

    fn add_page(&mut self, number: u64, records: impl Iterator<Item = Vec<u8>>) {
        self.ready.extend(records.zip(1..).map(|(bytes, index)| Record {
            number,
            index: Some(index),
            bytes,
            is_too_long: false,
        }));
    }

    /// Puts a child into the open order; gives back anything else.
    fn attached(&mut self, value: Value, length: usize) -> Option<Value> {
        let Some(open) = self.open.as_mut().filter(|_| bulk::is_child(&value)) else {
            return Some(value);
        };
        if open.length.saturating_add(length) > MAX_LENGTH {
            open.record.is_too_long = true;
            return None;
        }
        let other = bulk::attach(&mut open.order, value).err();
        if other.is_none() {
            open.length = open.length.saturating_add(length);
            open.record.bytes.clear();
        }
        other
    }

    fn close(&mut self) {
        let Some(Open { mut record, order, .. }) = self.open.take() else { return };
        // Without children, the record keeps its own bytes.
        if record.bytes.is_empty() {
            record.bytes = order.to_string().into_bytes();
        }
        self.ready.push_back(record);
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            match self.pieces.next() {
                Some(Ok(piece)) => self.add(piece),
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    self.close();
                    return self.ready.pop_front().map(Ok);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, index and content of each record.
    fn records(text: &str) -> Vec<(u64, Option<usize>, String)> {
        let records = Records::new(text.as_bytes(), Format::SHOPIFY).map(Result::unwrap);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        records.map(|record| (record.number, record.index, text(record.bytes))).collect()
    }

    #[test]
    fn every_order_of_a_page_is_a_record_of_its_own() {
        let page = r#"{"orders": [{"id": 1}, {"id": 2}]}  {"id":  3}"#;
        let one = |number, index, text: &str| (number, index, text.to_owned());
        assert_eq!(
            records(page),
            [
                one(1, Some(1), r#"{"id":1}"#),
                one(1, Some(2), r#"{"id":2}"#),
                one(2, None, r#"{"id":  3}"#),
            ]
        );
    }

    #[test]
    fn a_broken_order_of_a_page_does_not_take_the_others_with_it() {
        let page = r#"{"orders": [{"id": 1}, null, {"id": 2,}, {"id": 3}], "page": 1}"#;
        let one = |index, text: &str| (1, Some(index), text.to_owned());
        assert_eq!(
            records(page),
            [
                one(1, r#"{"id": 1}"#),
                one(2, "null"),
                one(3, r#"{"id": 2,}"#),
                one(4, r#"{"id": 3}"#),
            ]
        );
    }

    #[test]
    fn of_a_page_that_was_cut_the_orders_are_read_and_the_rest_is_a_record() {
        let page = r#"{"data": {"orders": {"edges": [{"node": {"id": 1}}, {"node": {"id": 2"#;
        let read: Vec<_> = records(page).into_iter().map(|record| record.2).collect();
        assert_eq!(
            read,
            [r#"{"id":1}"#, r#"{"node": {"id": 2"#, r#"{"data": {"orders": {"edges": ["#]
        );
    }

    #[test]
    fn a_cut_line_does_not_take_the_next_orders_with_it() {
        for cut in [r#"{"id": 7, "line_items": [{"id": 8},"#, r#"{"id": 7, "note": "by"#] {
            let file = format!("{cut}\n{{\"id\": 1}}\n{{\"id\": 2}}\n");
            let read: Vec<_> = records(&file).into_iter().map(|record| record.2).collect();
            assert_eq!(read, [cut, r#"{"id": 1}"#, r#"{"id": 2}"#]);
        }
    }

    #[test]
    fn the_lines_of_a_bulk_operation_are_one_record_for_each_order() {
        let lines = concat!(
            r#"{"id":"gid://shopify/Order/1"}"#,
            "\n",
            r#"{"id":"gid://shopify/LineItem/2","__parentId":"gid://shopify/Order/1"}"#,
            "\n",
            r#"{"id":"gid://shopify/Order/3"}"#,
            "\n",
            r#"{"id":"gid://shopify/LineItem/4","__parentId":"gid://shopify/Order/1"}"#,
            "\n",
        );
        let read = records(lines);
        let numbers: Vec<u64> = read.iter().map(|record| record.0).collect();
        assert_eq!(numbers, [1, 3, 4], "the last line belongs to no order before it");
        assert!(read[0].2.contains("lineItems"), "{}", read[0].2);
    }

    #[test]
    fn an_order_of_woocommerce_stays_with_its_refunds() {
        let order = r#"{"order": {"id": 1}, "refunds": [{"id": 2}]}"#;
        let list = format!("[{order}]");
        let records = Records::new(list.as_bytes(), Format::WOOCOMMERCE).map(Result::unwrap);
        let read: Vec<_> = records.map(|record| (record.index, record.bytes)).collect();
        assert_eq!(read, [(None, order.as_bytes().to_vec())]);
    }

    #[test]
    fn what_cannot_be_parsed_is_a_record_and_the_next_ones_are_read() {
        assert_eq!(records("oops\n{\"id\": 1}").len(), 2);
        assert!(records(r#"{"orders": []}"#).is_empty());
    }
}
