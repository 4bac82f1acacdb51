//! `POST /v1/tariffs`: publishes a tariff sheet (C5). The body is the document.

use recourse_edge::{Accepted, Command, Problem};
use recourse_terms::TariffSheet;

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishTariffs};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let sheet: TariffSheet = call.request.read()?;
    let path = format!("/v1/tariffs/{}/{}", sheet.id, sheet.version);
    let command = CatalogueCommand::PublishTariffs(PublishTariffs { sheet });
    publish(&call, &command, path).await
}
