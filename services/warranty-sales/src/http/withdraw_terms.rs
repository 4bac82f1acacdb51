//! `POST /v1/terms/{line}/withdrawal`: stops selling a version of terms from a given time on (S5).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::Instant;
use recourse_terms::TermsLine;
use serde::Deserialize;

use super::publishing::{PUBLISHERS, change};
use crate::domain::catalogue::{CatalogueCommand, WithdrawTerms};

#[derive(Deserialize)]
struct Body {
    version: u32,
    until: Instant,
}

pub(super) async fn answer(call: Command<TermsLine>) -> Result<Accepted, Problem> {
    call.only(PUBLISHERS)?;
    let line = call.path.clone();
    let Body { version, until } = call.request.read()?;
    let command = CatalogueCommand::WithdrawTerms(WithdrawTerms { line, version, until });
    change(&call, &command).await
}
