//! Cursor pagination: a page starts after the last key of the previous one, so rows that arrive in
//! between cause no repeats or gaps.

use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::json::Json;
use super::problem::Problem;
use super::strict;

/// The page size if the caller sets no limit.
pub const DEFAULT_LIMIT: usize = 50;

/// The largest page size; a greater `limit` is refused with 400.
pub const MAX_LIMIT: usize = 200;

/// The requested page: `?cursor=…&limit=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// The key of the last item of the previous page; `None` for the first page.
    pub cursor: Option<String>,
    /// From 1 to [`MAX_LIMIT`]; [`DEFAULT_LIMIT`] if the caller sets none.
    pub limit: usize,
}

impl PageQuery {
    /// How many rows to select: one more than the page, to detect whether there is a next one.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }

    /// The page that these parameters ask for; others are ignored.
    pub(super) fn from_pairs(pairs: &[(String, String)]) -> Result<Self, Problem> {
        let own = pairs.iter().filter(|(name, _)| PAGE_PARAMETERS.contains(&name.as_str()));
        let Raw { cursor, limit } = strict::query(&own.cloned().collect::<Vec<_>>(), &[])?;
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(text) => read_limit(&text)?,
        };
        let cursor = cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Self { cursor, limit })
    }
}

/// What the query of every list has.
pub(super) const PAGE_PARAMETERS: &[&str] = &["cursor", "limit"];

#[derive(Deserialize)]
struct Raw {
    cursor: Option<String>,
    limit: Option<String>,
}

/// One page of a list: `{"items": […], "next": "…"}`, without `next` on the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items in list order.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of these items; `next` is the key of the last one if there are more.
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next: next.map(|key| BASE64URL_NOPAD.encode(key.as_bytes())) }
    }

    /// A page of the first `query.limit` items, selected with [`PageQuery::rows`].
    pub fn of(mut items: Vec<T>, query: &PageQuery, key: impl Fn(&T) -> String) -> Self {
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let next = if more { items.last().map(key) } else { None };
        Self::new(items, next)
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

fn read_limit(text: &str) -> Result<usize, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| {
        let detail = format!("`limit` must be a number from 1 to {MAX_LIMIT}");
        Problem::bad_request("query.malformed", detail).fact("field", "limit")
    })
}

/// Cursors are opaque to callers, so their content may change.
fn read_cursor(text: &str) -> Result<String, Problem> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        // PostgreSQL's text type cannot hold it.
        .filter(|key| !key.contains('\0'))
        .ok_or_else(|| {
            Problem::bad_request(
                "query.malformed",
                "`cursor` must be the `next` value of an earlier page",
            )
            .fact("field", "cursor")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: usize) -> PageQuery {
        PageQuery { cursor: None, limit }
    }

    #[test]
    fn a_full_page_has_a_cursor_for_the_next_one() {
        let page = Page::of(vec![1, 2, 3], &query(2), |item| format!("key-{item}"));
        assert_eq!(page.items, [1, 2]);
        assert_eq!(read_cursor(&page.next.unwrap()).unwrap(), "key-2");
    }

    #[test]
    fn the_last_page_has_no_next() {
        assert_eq!(Page::of(vec![1, 2], &query(2), |_| String::new()).next, None);
    }

    #[test]
    fn a_limit_is_a_number_from_1_to_200() {
        let page = |limit: &str| PageQuery::from_pairs(&[("limit".to_owned(), limit.to_owned())]);
        assert_eq!(page("200").unwrap().limit, 200);
        for bad in ["0", "201", "-1", "many", ""] {
            let refused = page(bad).unwrap_err();
            assert_eq!(refused.detail, "`limit` must be a number from 1 to 200", "{bad}");
        }
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for bad in ["not a cursor!", "AA", "_w"] {
            assert!(read_cursor(bad).is_err(), "{bad}");
        }
    }
}
