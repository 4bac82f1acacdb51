//! `POST /v1/calendars`: publishes a calendar of business days (T11). The body is the document.

use recourse_edge::{Accepted, Command, Problem};
use recourse_terms::Calendar;

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishCalendar};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let calendar: Calendar = call.request.read()?;
    let path = format!("/v1/calendars/{}", calendar.id);
    let command = CatalogueCommand::PublishCalendar(PublishCalendar { calendar });
    publish(&call, &command, path).await
}
