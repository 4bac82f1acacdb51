//! Claims under a policy, from the form to the last payment.
//!
//! `events`, `commands` and `rejection` are what is stored and said; `state` folds the events;
//! `rules` look at state and command; `handle` decides. Each imports only those before it. Within
//! each, a file is a stage (submission, verification, inspection, remedy, settlement) or a topic
//! that crosses them, so that one stage can be read alone.
//!
//! Everything here is pure: time, caller and terms of a decision are in the [`Context`].

use recourse_kernel::{
    ClaimId, Context, Decider, Instant, NotAllowed, Record, Refusal, Refused, WireError,
};
use recourse_terms::TermsBook;

pub mod commands;
pub mod events;
mod handle;
pub mod rejection;
pub mod rules;
pub mod state;

#[cfg(test)]
mod tests;

pub use commands::ClaimCommand;
pub use events::{ClaimEvent, PolicyCoverage};
pub use rejection::ClaimRejection;
pub use state::{Claim, Purchase, Stage};

use crate::reactions;

/// The events of one decision, or the refusal, with every rule evaluated.
pub type Decision = Result<Vec<ClaimEvent>, Refused<ClaimRejection>>;
/// What a decision may depend on, besides the state.
pub(crate) type Cx<'a> = Context<'a, TermsBook>;

/// The decider of the claims service.
#[derive(Debug)]
pub struct Claims;

impl Decider for Claims {
    const CONTEXT: &'static str = "claims";
    const TYPE_PREFIX: &'static str = "recourse.claim";
    const FOLD_VERSION: u32 = 10;
    const FOREIGN: &'static [&'static str] = &["orders", "policies", "jobs", "settlements"];

    type State = Purchase;
    type Command = ClaimCommand;
    type Event = ClaimEvent;
    type Rejection = Refused<ClaimRejection>;
    type Reference = TermsBook;

    fn decide(purchase: &Purchase, command: &ClaimCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(purchase, command, cx)
    }

    fn stage_of(purchase: &Purchase, claim: ClaimId) -> Option<&'static str> {
        purchase.claims.get(&claim).map(|claim| claim.stage.name())
    }

    fn evolve(purchase: &mut Purchase, event: &ClaimEvent, at: Instant) {
        purchase.apply(event, at);
    }

    fn apply_decided(
        purchase: &mut Purchase,
        event: &ClaimEvent,
        at: Instant,
    ) -> Result<(), NotAllowed> {
        purchase.apply_decided(event, at)
    }

    fn refused(purchase: &mut Purchase, refusal: &Refusal, at: Instant) {
        purchase.filing_refused(refusal, at);
    }

    fn translate(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
        reactions::translate(record)
    }

    fn wake_at(purchase: &Purchase) -> Option<Instant> {
        purchase.claims.values().filter_map(Claim::next_deadline).min()
    }

    fn wake(purchase: &Purchase, cx: &Cx<'_>) -> Vec<ClaimEvent> {
        let claims = purchase.claims.values();
        claims.flat_map(|claim| handle::deadlines::wake(purchase, claim, cx.now)).collect()
    }
}
