//! `POST /v1/shop-directories`: publishes a provider's shop directory (C7). The body is the
//! document.

use recourse_edge::{Accepted, Command, Problem};
use recourse_terms::ShopDirectory;

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishShops};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let directory: ShopDirectory = call.request.read()?;
    let path = format!("/v1/shop-directories/{}", directory.provider);
    let command = CatalogueCommand::PublishShops(PublishShops { directory });
    publish(&call, &command, path).await
}
