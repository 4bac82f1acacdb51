//! What the answers show of a timeline, page by page.

use recourse_edge::{Edge, Page, PageQuery, Problem};
use recourse_kernel::Instant;
use serde::Serialize;

use crate::projections::reasons::Reasons;
use crate::projections::timeline::TimelineRow;
use crate::queries::timeline;

/// One event of the timeline. This is a public format.
#[derive(Serialize)]
pub(super) struct TimelineItem {
    /// The event's id: `claims/K/3`.
    id: String,
    /// When it happened.
    at: Instant,
    /// When it was recorded.
    recorded_at: Instant,
    #[serde(rename = "type")]
    type_name: String,
    subject: String,
    /// Role and pseudonym.
    who: String,
    sentence: String,
    #[serde(flatten)]
    reasons: Reasons,
}

pub(super) async fn page_of_timeline(
    edge: &Edge,
    mut events: Vec<(String, TimelineRow)>,
    page: &PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let start = start_of(&events, page).ok_or_else(unknown_cursor)?;
    events.drain(..start);
    let Page { items, next } = Page::of(events, page, |(event, _)| event.clone());
    let ids: Vec<&str> = items.iter().map(|(event, _)| event.as_str()).collect();
    let mut reasons = timeline::reasons(edge.pool(), &ids).await?;
    let items = items.into_iter().map(|(id, row)| TimelineItem {
        reasons: reasons.remove(&id).unwrap_or_default(),
        id,
        at: row.at,
        recorded_at: row.recorded,
        type_name: row.type_name,
        subject: row.subject,
        who: row.who,
        sentence: row.sentence,
    });
    Ok(Page { items: items.collect(), next })
}

/// Where a page starts: after the event that its cursor names.
fn start_of(events: &[(String, TimelineRow)], page: &PageQuery) -> Option<usize> {
    match &page.cursor {
        None => Some(0),
        Some(last) => Some(events.iter().position(|(event, _)| event == last)? + 1),
    }
}

pub(super) fn unknown_cursor() -> Problem {
    Problem::bad_request(
        "query.malformed",
        "`cursor` is not one that this list returned; start again without it",
    )
    .fact("field", "cursor")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> (String, TimelineRow) {
        let row = TimelineRow {
            context: String::new(),
            purchase: String::new(),
            version: 1,
            claim: String::new(),
            subject: String::new(),
            at: Instant::UNIX_EPOCH,
            recorded: Instant::UNIX_EPOCH,
            type_name: String::new(),
            who: String::new(),
            cause: String::new(),
            sentence: String::new(),
            buyer: String::new(),
            shop: String::new(),
        };
        (id.to_owned(), row)
    }

    #[test]
    fn a_page_starts_after_the_last_event_of_the_previous_page() {
        let events = ["orders/K/1", "claims/K/1", "jobs/K/1"].map(event);
        let start = |cursor: Option<&str>| {
            start_of(&events, &PageQuery { cursor: cursor.map(str::to_owned), limit: 2 })
        };
        assert_eq!(start(None), Some(0));
        assert_eq!(start(Some("claims/K/1")), Some(2));
        assert_eq!(start(Some("claims/K/9")), None);
    }
}
