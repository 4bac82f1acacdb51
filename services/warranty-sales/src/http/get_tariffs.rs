//! `GET /v1/tariffs/{sheet}/{version}`: a version of a tariff sheet (C5).

use recourse_edge::{AtPosition, Call, Json, Problem};
use recourse_terms::TariffSheet;

use super::publishing::seen;

pub(super) async fn answer(
    call: Call<(String, u32)>,
    position: AtPosition,
) -> Result<Json<TariffSheet>, Problem> {
    seen(&call, &position).await?;
    let ((id, version), book) = (&call.path, call.terms());
    let sheet = book.sheets().find(|sheet| sheet.id.as_str() == id && sheet.version == *version);
    let unknown = || Problem::not_found("tariff sheet", format_args!("{id}/{version}"));
    sheet.cloned().map(Json).ok_or_else(unknown)
}
