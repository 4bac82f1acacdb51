//! The SQL that loads and saves the rows of a table. The compiler builds it from names that are
//! constants, so nothing else can get into it, and a batch builds no text.

use super::columns::{Columns, DOCUMENT};

pub(super) struct Sql {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

/// The query for the rows with the keys `$1`.
pub(super) const fn load(table: &str, key: &str) -> Sql {
    let select = Sql::new().and(&["select ", key, ", ", DOCUMENT, " from ", table]);
    select.and(&[" where ", key, " = any($1)"])
}

/// The upsert of rows: `$1` is the array of their keys, and each column has an array after it.
pub(super) const fn save<R: 'static>(table: &str, key: &str, columns: &Columns<R>) -> Sql {
    let mut sql = Sql::new().and(&["insert into ", table, " (", key]);
    let mut index = 0;
    while let Some(column) = columns.get(index) {
        sql = sql.and(&[", ", column.name()]);
        index += 1;
    }
    sql = sql.and(&[") select * from unnest($1::text[]"]);
    index = 0;
    while let Some(column) = columns.get(index) {
        sql = sql.and(&[", $"]).and_number(index + 2).and(&["::", column.sql_type(), "[]"]);
        index += 1;
    }
    sql = sql.and(&[") on conflict (", key, ") do update set "]);
    index = 0;
    while let Some(column) = columns.get(index) {
        let separator = if index == 0 { "" } else { ", " };
        sql = sql.and(&[separator, column.name(), " = excluded.", column.name()]);
        index += 1;
    }
    sql
}

impl Sql {
    /// A table whose SQL is longer does not compile.
    const CAPACITY: usize = 2048;

    const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], length: 0 }
    }

    const fn and(mut self, texts: &[&str]) -> Self {
        let mut texts = texts;
        while let [text, rest @ ..] = texts {
            let (_, free) = self.bytes.split_at_mut(self.length);
            let (place, _) = free.split_at_mut(text.len());
            place.copy_from_slice(text.as_bytes());
            self.length += text.len();
            texts = rest;
        }
        self
    }

    const fn and_number(self, number: usize) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let tens = if number < 10 { self } else { self.and_number(number / 10) };
        tens.and(&[DIGITS[number % 10]])
    }

    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => panic!("built from whole texts"),
        }
    }
}
