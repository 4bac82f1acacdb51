//! Lists in pages, by cursor: a page starts behind the last key of the one before, so nothing is shown
//! twice or skipped when rows come in between.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::json::{Json, Query};
use super::problem::Problem;

/// How many items a page has when nothing is said.
pub const DEFAULT_LIMIT: usize = 50;

/// The most that a page can have.
pub const MOST: usize = 200;

/// Which page is asked for: `?cursor=…&limit=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// The key of the last item of the page before; nothing for the first page.
    pub cursor: Option<String>,
    /// How many items at most.
    pub limit: usize,
}

impl PageQuery {
    /// How many rows to select: one more than the page has tells whether there is a next one.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit + 1).unwrap_or(i64::MAX)
    }
}

#[derive(Deserialize)]
struct Raw {
    cursor: Option<String>,
    limit: Option<usize>,
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(Raw { cursor, limit }) = Query::from_request_parts(parts, state).await?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MOST).contains(&limit) {
            let detail = format!("`limit` is a number from 1 to {MOST}");
            return Err(Problem::bad_request("query.malformed", detail));
        }
        let cursor = cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Self { cursor, limit })
    }
}

/// One page of a list: `{"items": […], "next": "…"}`, without `next` on the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of these items; `next` is the key of the last one when there are more.
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next: next.map(|key| BASE64URL_NOPAD.encode(key.as_bytes())) }
    }

    /// A page of the first `query.limit` of these, which were selected with [`PageQuery::rows`].
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

/// A cursor is opaque to callers, so that what is in it can change.
fn read_cursor(text: &str) -> Result<String, Problem> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        // PostgreSQL's text cannot hold it.
        .filter(|key| !key.contains('\0'))
        .ok_or_else(|| {
            Problem::bad_request("query.malformed", "`cursor` is not one that a list answered with")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: usize) -> PageQuery {
        PageQuery { cursor: None, limit }
    }

    #[test]
    fn a_full_page_says_where_the_next_one_starts() {
        let page = Page::of(vec![1, 2, 3], &query(2), |item| format!("key-{item}"));
        assert_eq!(page.items, [1, 2]);
        assert_eq!(read_cursor(&page.next.unwrap()).unwrap(), "key-2");
    }

    #[test]
    fn the_last_page_has_no_next() {
        assert_eq!(Page::of(vec![1, 2], &query(2), |_| String::new()).next, None);
    }

    #[test]
    fn a_cursor_that_we_did_not_write_is_refused() {
        for bad in ["not a cursor!", "AA", "_w"] {
            assert!(read_cursor(bad).is_err(), "{bad}");
        }
    }
}
