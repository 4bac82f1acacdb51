//! The decider: what the runtime calls, in terms of the domain and the reactions.

use recourse_kernel::{
    ClaimId, Decider, Instant, Matter, NotAllowed, Record, Refusal, Refused, Wait, WireError,
};
use recourse_terms::TermsBook;

use crate::domain::{ClaimCommand, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, handle};
use crate::reactions;

/// The decider of the claims service.
#[derive(Debug)]
pub struct Claims;

impl Decider for Claims {
    const CONTEXT: &'static str = "claims";
    const TYPE_PREFIX: &'static str = "recourse.claim";
    const FOLD_VERSION: u32 = 11;
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

    fn open(purchase: &Purchase) -> Vec<Matter> {
        handle::waits::open(purchase)
    }

    fn waits(purchase: &Purchase) -> Vec<Wait> {
        handle::waits::waits(purchase)
    }

    fn passed(purchase: &Purchase, wait: &Wait, cx: &Cx<'_>) -> Vec<ClaimEvent> {
        handle::waits::passed(purchase, wait, cx)
    }
}
