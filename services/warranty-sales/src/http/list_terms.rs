//! `GET /v1/terms`: every published version, sorted by line and version.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::{Hash, Instant};
use recourse_terms::{Country, Program, Provider, TermsLine};
use serde::Serialize;

use crate::projections::TermsRow;
use crate::queries;

#[derive(Serialize)]
pub(super) struct Listed {
    line: TermsLine,
    version: u32,
    digest: Hash,
    title: String,
    provider: Provider,
    program: Program,
    countries: Vec<Country>,
    sold_from: Instant,
    /// The first instant at which it is no longer sold, by its own end date or its withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    sold_until: Option<Instant>,
    on_sale: bool,
    /// Whether it started before it was published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    backdated: bool,
}

pub(super) async fn answer(list: List) -> Result<Page<Listed>, Problem> {
    let page = &list.page;
    let after = page.cursor.as_deref().map(read_key).transpose()?;
    let rows = queries::terms::published(list.pool(), after, page.rows()).await?;
    let now = list.clock().now();
    let items = rows.into_iter().map(|row| Listed::of(row, now)).collect();
    Ok(Page::of(items, page, Listed::key))
}

/// The line and version at which the previous page ended.
fn read_key(key: &str) -> Result<(&str, i64), Problem> {
    let parts =
        key.rsplit_once('/').and_then(|(line, version)| Some((line, version.parse().ok()?)));
    parts.ok_or_else(|| {
        Problem::bad_request("query.malformed", "`cursor` was not returned by this list")
            .fact("field", "cursor")
    })
}

impl Listed {
    fn of(row: TermsRow, now: Instant) -> Self {
        Self {
            on_sale: row.is_sold_at(now),
            line: row.terms.line,
            version: row.terms.version,
            digest: row.digest,
            title: row.terms.title,
            provider: row.terms.provider,
            program: row.terms.program,
            countries: row.terms.countries.into_iter().collect(),
            sold_from: row.terms.sold_from,
            sold_until: row.until,
            backdated: row.backdated,
        }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.line, self.version)
    }
}
