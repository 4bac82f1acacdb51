//! The routes, one endpoint per file: each parses a request into a command, or runs a query.

mod accept;
mod add_defect;
mod answer;
mod appeal;
mod ask;
mod choose_remedy;
mod close_review;
mod costs;
mod decide_appeal;
mod decisions;
mod file;
mod get_claim;
mod list_claims;
mod offers;
mod photos;
mod refusal_reviews;
mod reject;
mod summary;
mod view;
mod withdraw;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Problem, RequestBody, Submit};
use recourse_kernel::{OrderKey, PolicyId, Role, Sealed};

use crate::domain::ClaimCommand;
use crate::queries;

/// The provider's staff.
const STAFF: &[Role] = &[Role::Adjuster, Role::Provider];
/// Either side of a claim. The decider checks that the claim is theirs.
const BOTH_SIDES: &[Role] = &[Role::Buyer, Role::Adjuster, Role::Provider];
/// The longest text that one side can send to the other, in characters.
const MAX_TEXT_LENGTH: usize = 4_000;

/// All routes of the service.
pub fn routes(edge: Edge) -> Router {
    let photos = post(photos::upload).layer(edge.photo_limit());
    Router::new()
        .route("/v1/policies/{pol}/photos", photos)
        .route("/v1/policies/{pol}/claims", post(file::answer))
        .route("/v1/policies/{pol}/reviews", get(refusal_reviews::list))
        .route("/v1/policies/{pol}/reviews/{n}/closing", post(refusal_reviews::close))
        .route("/v1/claims", get(list_claims::answer))
        .route("/v1/claims/{clm}", get(get_claim::answer))
        .route("/v1/claims/{clm}/photos/{sha256}", get(photos::show))
        .route("/v1/claims/{clm}/costs", get(costs::answer))
        .route("/v1/claims/{clm}/decisions", get(decisions::all))
        .route("/v1/claims/{clm}/decisions/{n}", get(decisions::one))
        .route("/v1/claims/{clm}/defects", post(add_defect::answer))
        .route("/v1/claims/{clm}/questions", post(ask::answer))
        .route("/v1/claims/{clm}/questions/{n}/answer", post(answer::answer))
        .route("/v1/claims/{clm}/acceptance", post(accept::answer))
        .route("/v1/claims/{clm}/rejection", post(reject::answer))
        .route("/v1/claims/{clm}/remedy", post(choose_remedy::answer))
        .route("/v1/claims/{clm}/offers", post(offers::make))
        .route("/v1/claims/{clm}/offers/{n}/acceptance", post(offers::accept))
        .route("/v1/claims/{clm}/offers/{n}/refusal", post(offers::decline))
        .route("/v1/claims/{clm}/withdrawal", post(withdraw::answer))
        .route("/v1/claims/{clm}/appeal", post(appeal::answer))
        .route("/v1/claims/{clm}/appeal/decision", post(decide_appeal::answer))
        .route("/v1/claims/{clm}/reviews/{n}/closing", post(close_review::answer))
        .with_state(edge)
}

/// A request that issues a command: the caller, and the idempotency key that makes it one command.
struct Call {
    edge: Edge,
    caller: Caller,
    key: IdempotencyKey,
}

impl Call {
    fn new(edge: Edge, caller: Caller, key: IdempotencyKey) -> Self {
        Self { edge, caller, key }
    }

    /// Sends a command; `request` is its plaintext.
    async fn submit(
        &self,
        purchase: OrderKey,
        command: &ClaimCommand,
        request: &RequestBody,
    ) -> Result<Accepted, Problem> {
        let submit = Submit {
            caller: &self.caller,
            idempotency_key: &self.key,
            key: purchase.as_str(),
            command,
            request,
            created: matches!(command, ClaimCommand::File(_)),
        };
        self.edge.submit(submit).await
    }

    /// Seals a text about a claim with the key of the policy's buyer, whom it concerns; if the
    /// policy is not known here yet, with the caller's key.
    async fn seal(&self, policy: PolicyId, text: &str) -> Result<Sealed, Problem> {
        let length = text.trim().chars().count();
        if !(1..=MAX_TEXT_LENGTH).contains(&length) {
            let detail = format!("write a text of 1 to {MAX_TEXT_LENGTH} characters");
            return Err(Problem::bad_request("text.malformed", detail));
        }
        let coverage = queries::claims::coverage(self.edge.pool(), policy).await?;
        let person = match coverage {
            Some(coverage) => person_of(&coverage.buyer),
            None => self.caller.person(),
        };
        self.edge.seal(&person, text.trim().as_bytes()).await
    }

    async fn seal_if(
        &self,
        policy: PolicyId,
        text: Option<&str>,
    ) -> Result<Option<Sealed>, Problem> {
        match text {
            Some(text) => Ok(Some(self.seal(policy, text).await?)),
            None => Ok(None),
        }
    }
}

/// The person whose key seals a buyer's personal data.
fn person_of(buyer: &str) -> String {
    format!("{}:{buyer}", Role::Buyer.name())
}
