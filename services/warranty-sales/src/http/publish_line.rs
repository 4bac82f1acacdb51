//! `POST /v1/terms/{line}/versions`: publishes several versions of a line, all or none (S5).

use recourse_edge::{Accepted, Command, Problem};
use recourse_terms::{Terms, TermsLine};
use serde::Deserialize;

use super::publishing::{PUBLISHERS, publish_under};
use crate::domain::catalogue::{CatalogueCommand, PublishTerms};

#[derive(Deserialize)]
struct Body {
    versions: Vec<Terms>,
}

pub(super) async fn answer(call: Command<TermsLine>) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let Body { versions } = call.request.read()?;
    let mut versions = versions.into_iter();
    let Some(terms) = versions.next() else {
        let problem = Problem::bad_request("body.malformed", "`versions` has no document");
        return Err(problem.fact("field", "versions"));
    };
    let path = format!("/v1/terms/{}", terms.digest());
    let command = PublishTerms { terms, continued_by: versions.collect() };
    let command = CatalogueCommand::PublishTerms(Box::new(command));
    publish_under(&call, call.path.as_str(), &command, path).await
}
