//! `GET /v1/calendars/{calendar}`: a calendar of business days, as last published (T11).

use recourse_edge::{AtPosition, Call, Json, Problem};
use recourse_terms::{Calendar, SheetName};

use super::publishing::seen;

pub(super) async fn answer(
    call: Call<SheetName>,
    position: AtPosition,
) -> Result<Json<Calendar>, Problem> {
    seen(&call, &position).await?;
    let unknown = || Problem::not_found("calendar", &call.path);
    call.terms().calendar(call.path.as_str()).cloned().map(Json).ok_or_else(unknown)
}
