//! Headings, tables and shortened sentences of the demo's report.

use std::fmt::Write as _;

/// How many surprises and violations are printed.
pub(super) const MOST_REPORTED: usize = 12;

pub(super) fn more(out: &mut String, all: usize) -> std::fmt::Result {
    match all.checked_sub(MOST_REPORTED) {
        Some(more) if more > 0 => writeln!(out, "  … and {more} more"),
        _ => Ok(()),
    }
}

pub(super) fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}\n{}", "-".repeat(text.chars().count()));
}

pub(super) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let short: String = text.chars().take(longest - 1).collect();
    format!("{short}…")
}

/// Columns as wide as their widest cell; numbers right-aligned.
pub(super) fn table<const N: usize>(
    out: &mut String,
    head: [&str; N],
    rows: &[[String; N]],
) -> std::fmt::Result {
    if rows.is_empty() {
        return writeln!(out, "  none");
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let is_number = |column: usize| rows.iter().all(|row| row[column].parse::<i64>().is_ok());
    let mut line = |cells: [&str; N]| {
        let mut text = String::from(" ");
        for (column, cell) in cells.into_iter().enumerate() {
            let gap = " ".repeat(width(column) - cell.chars().count());
            text.push(' ');
            text.push_str(&if is_number(column) { gap + cell } else { cell.to_owned() + &gap });
            text.push(' ');
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(head)?;
    for row in rows {
        line(std::array::from_fn(|column| row[column].as_str()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_columns_are_aligned_and_numbers_right_aligned() {
        let mut out = String::new();
        let rows = [["a".to_owned(), "7".to_owned()], ["long".to_owned(), "120".to_owned()]];
        table(&mut out, ["name", "n"], &rows).unwrap();
        assert_eq!(out, "  name    n\n  a       7\n  long  120\n");
    }
}
