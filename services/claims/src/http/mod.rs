//! The routes, one endpoint per file: each parses a request into a command, or runs a query.

mod accept;
mod accept_offer;
mod add_defect;
mod answer;
mod appeal;
mod approve_goodwill;
mod ask;
mod change_chain;
mod choose_remedy;
mod close_refusal_review;
mod close_review;
mod consent;
mod contest_chain;
mod conversation;
mod decide_appeal;
mod decline_goodwill;
mod decline_offer;
mod extras;
mod file;
pub mod form;
mod get_claim;
mod get_costs;
mod get_decision;
mod get_photo;
mod get_uploaded_photo;
mod grant_goodwill;
mod list_claims;
mod list_decisions;
mod list_refusal_reviews;
mod make_offer;
mod reject;
mod summary;
mod upload_photo;
mod view;
mod withdraw;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Command, Edge, Problem};
use recourse_kernel::{PolicyId, Role, Sealed};

use crate::queries;

/// The provider's staff.
const STAFF: &[Role] = &[Role::Adjuster, Role::Provider];
/// Either side of a claim. The decider checks that the claim is theirs.
const BOTH_SIDES: &[Role] = &[Role::Buyer, Role::Adjuster, Role::Provider];
/// The longest text that one side can send to the other, in characters.
const MAX_TEXT_LENGTH: usize = 4_000;

pub fn routes(edge: Edge) -> Router {
    let photos = edge.photo_route(post(upload_photo::answer));
    Router::new()
        .route("/v1/policies/{pol}/photos", photos)
        .route("/v1/policies/{pol}/photos/{sha256}", get(get_uploaded_photo::answer))
        .route("/v1/policies/{pol}/claims", post(file::answer))
        .route("/v1/policies/{pol}/reviews", get(list_refusal_reviews::answer))
        .route("/v1/policies/{pol}/reviews/{n}/closing", post(close_refusal_review::answer))
        .route("/v1/claims", get(list_claims::answer))
        .route("/v1/claims/{clm}", get(get_claim::answer))
        .route("/v1/claims/{clm}/photos/{sha256}", get(get_photo::answer))
        .route("/v1/claims/{clm}/costs", get(get_costs::answer))
        .route("/v1/claims/{clm}/decisions", get(list_decisions::answer))
        .route("/v1/claims/{clm}/decisions/{n}", get(get_decision::answer))
        .route("/v1/claims/{clm}/defects", post(add_defect::answer))
        .route("/v1/claims/{clm}/questions", post(ask::answer))
        .route("/v1/claims/{clm}/questions/{n}/answer", post(answer::answer))
        .route("/v1/claims/{clm}/acceptance", post(accept::answer))
        .route("/v1/claims/{clm}/rejection", post(reject::answer))
        .route("/v1/claims/{clm}/remedy", post(choose_remedy::answer))
        .route("/v1/claims/{clm}/offers", post(make_offer::answer))
        .route("/v1/claims/{clm}/offers/{n}/acceptance", post(accept_offer::answer))
        .route("/v1/claims/{clm}/offers/{n}/refusal", post(decline_offer::answer))
        .route("/v1/claims/{clm}/withdrawal", post(withdraw::answer))
        .route("/v1/claims/{clm}/appeal", post(appeal::answer))
        .route("/v1/claims/{clm}/consent", post(consent::answer))
        .route("/v1/claims/{clm}/appeal/decision", post(decide_appeal::answer))
        .route("/v1/claims/{clm}/chain", post(change_chain::answer))
        .route("/v1/claims/{clm}/chain/contest", post(contest_chain::answer))
        .route("/v1/claims/{clm}/goodwill", post(grant_goodwill::answer))
        .route("/v1/claims/{clm}/goodwill/{n}/approval", post(approve_goodwill::answer))
        .route("/v1/claims/{clm}/goodwill/{n}/refusal", post(decline_goodwill::answer))
        .route("/v1/claims/{clm}/reviews/{n}/closing", post(close_review::answer))
        .with_state(edge)
}

/// A field of a body with a text that one side writes to the other.
struct Field<'a> {
    name: &'static str,
    text: &'a str,
}

impl Field<'_> {
    fn fits(&self) -> Result<(), Problem> {
        let Self { name, text } = self;
        let length = text.trim().chars().count();
        if (1..=MAX_TEXT_LENGTH).contains(&length) {
            return Ok(());
        }
        let detail =
            format!("`{name}` must be a text of 1 to {MAX_TEXT_LENGTH} characters, not {length}");
        Err(Problem::bad_request("text.malformed", detail).fact("field", name))
    }
}

/// Seals a text about a claim with the key of the policy's buyer, whom it concerns; if the policy
/// is not known here yet, with the caller's key.
async fn seal<P>(call: &Command<P>, policy: PolicyId, field: Field<'_>) -> Result<Sealed, Problem> {
    field.fits()?;
    let coverage = queries::claims::coverage(call.pool(), policy).await?;
    let person = match coverage {
        Some(coverage) => person_of(&coverage.buyer),
        None => call.caller.person(),
    };
    call.seal(&person, field.text.trim().as_bytes()).await
}

async fn seal_if<P>(
    call: &Command<P>,
    policy: PolicyId,
    name: &'static str,
    text: Option<&str>,
) -> Result<Option<Sealed>, Problem> {
    match text {
        Some(text) => Ok(Some(seal(call, policy, Field { name, text }).await?)),
        None => Ok(None),
    }
}

/// The person whose key seals a buyer's personal data.
fn person_of(buyer: &str) -> String {
    format!("{}:{buyer}", Role::Buyer.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_does_not_fit_is_named() {
        let fits = |text: &str| Field { name: "grounds", text }.fits();
        assert!(fits("It was not bent.").is_ok());
        assert!(fits(&"x".repeat(MAX_TEXT_LENGTH)).is_ok());
        for text in [String::new(), "  ".to_owned(), "x".repeat(MAX_TEXT_LENGTH + 1)] {
            let problem = fits(&text).unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.code.as_ref()), (400, "text.malformed"));
            assert!(problem.detail.starts_with("`grounds` must be a text"), "{problem}");
            assert_eq!(problem.facts.unwrap()["field"], "grounds");
        }
    }
}
