//! `POST /v1/terms`: publishes a version of terms (S5). The body is the document.

use recourse_edge::{Accepted, Command, Problem};

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishTerms};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let terms = call.request.read()?;
    let command = CatalogueCommand::PublishTerms(Box::new(PublishTerms { terms }));
    publish(&call, &command).await
}
