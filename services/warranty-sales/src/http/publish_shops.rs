//! `POST /v1/shop-directories`: publishes a provider's shop directory (C7). The body is the
//! document.

use recourse_edge::{Accepted, Command, Problem};

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishShops};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let directory = call.request.read()?;
    let command = CatalogueCommand::PublishShops(PublishShops { directory });
    publish(&call, &command).await
}
