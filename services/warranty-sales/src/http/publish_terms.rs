//! `POST /v1/terms`: publishes a version of terms (S5). The body is the document.

use recourse_edge::{Accepted, Command, Problem};
use recourse_terms::Terms;

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishTerms};

pub(super) async fn answer(call: Command) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let terms: Terms = call.request.read()?;
    let path = format!("/v1/terms/{}", terms.digest());
    let command = PublishTerms { terms, continued_by: Vec::new() };
    let command = CatalogueCommand::PublishTerms(Box::new(command));
    publish(&call, &command, path).await
}
