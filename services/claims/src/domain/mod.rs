//! Claims under a policy, from the form to the last payment.
//!
//! Each stage is a file that reads top-down: its events, its state, how events change it (evolve),
//! and its commands (decide), with each rule of the rulebook as a function that carries its id.
//!
//! ```text
//! submission ─▶ verification ─▶ inspection ─▶ remedy ─▶ settlement ─▶ closed
//!                  │  ▲                        │  ▲                     ▲
//!                  ▼  └─ appeal upheld         └──┘ beyond repair       │
//!               rejected ───────────── appeal over ─────────────────────┘
//! ```
//!
//! Everything here is pure: time, caller and terms of a decision are in the [`Context`].

use std::collections::BTreeMap;
use std::sync::Arc;

use recourse_kernel::{
    ClaimId, Context, Decider, DisputeId, Instant, PolicyId, Record, Refusal, Refused, WireError,
};
use recourse_terms::{Terms, TermsBook, TermsRef};
use serde::{Deserialize, Serialize};

pub mod appeal;
pub mod chain;
pub mod claim;
pub mod commands;
pub mod defects;
pub mod disputes;
pub mod events;
pub mod explanation;
pub mod facts;
mod failed_repair;
pub mod form;
pub mod in_time;
pub mod inspection;
pub mod late_shipments;
mod lost;
pub mod negotiation;
pub mod preview;
pub mod questions;
pub mod refusals;
pub mod rejection;
pub mod remedy;
mod replacement;
pub mod requester;
pub mod review;
pub mod settlement;
pub mod submission;
pub mod time;
pub mod verification;

#[cfg(test)]
mod tests;

pub use claim::{Claim, Stage};
pub use commands::ClaimCommand;
pub use disputes::Dispute;
pub use events::ClaimEvent;
pub use facts::PolicyCoverage;
pub use refusals::RefusedFiling;
pub use rejection::ClaimRejection;

use crate::reactions;

/// The events of one decision, or the refusal, with every rule evaluated.
pub type Decision = Result<Vec<ClaimEvent>, Refused<ClaimRejection>>;
/// What a decision may depend on, besides the state.
pub(crate) type Cx<'a> = Context<'a, TermsBook>;

/// The decider of the claims service.
#[derive(Debug)]
pub struct Claims;

/// All claims of one purchase, and the facts known about its order, policies and disputes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// When the order was completed, if it is (T10).
    pub completed_at: Option<Instant>,
    /// The policies sold in the order.
    pub coverages: BTreeMap<PolicyId, PolicyCoverage>,
    /// The disputes with the seller.
    pub disputes: BTreeMap<DisputeId, Dispute>,
    /// The claims, open and closed.
    pub claims: BTreeMap<ClaimId, Claim>,
    /// Filings that were refused for their date.
    pub refused: Vec<RefusedFiling>,
}

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
        match command {
            ClaimCommand::File(command) => submission::file(purchase, command, cx),
            ClaimCommand::AddDefect(command) => defects::add(purchase, command, cx),
            ClaimCommand::Ask(command) => questions::ask(purchase, command, cx),
            ClaimCommand::Answer(command) => questions::answer(purchase, command, cx),
            ClaimCommand::Accept(command) => verification::accept(purchase, command, cx),
            ClaimCommand::Reject(command) => verification::reject(purchase, command, cx),
            ClaimCommand::ChooseRemedy(command) => remedy::choose(purchase, command, cx),
            ClaimCommand::MakeOffer(command) => negotiation::make(purchase, command, cx),
            ClaimCommand::AcceptOffer(command) => negotiation::accept(purchase, command, cx),
            ClaimCommand::DeclineOffer(command) => negotiation::decline(purchase, command, cx),
            ClaimCommand::Withdraw(command) => settlement::withdraw(purchase, command, cx),
            ClaimCommand::Appeal(command) => appeal::appeal(purchase, command, cx),
            ClaimCommand::DecideAppeal(command) => appeal::decide_appeal(purchase, command, cx),
            ClaimCommand::CloseReview(command) => review::close(purchase, command, cx),
            ClaimCommand::CloseRefusalReview(command) => refusals::close(purchase, command, cx),
            ClaimCommand::NoteCoverage(command) => Ok(facts::note_coverage(purchase, command, cx)),
            ClaimCommand::NoteOrder(command) => Ok(facts::note_order(purchase, command)),
            ClaimCommand::NoteDispute(command) => Ok(disputes::note_dispute(purchase, command, cx)),
            ClaimCommand::NoteJob(command) => inspection::note_job(purchase, command, cx),
            ClaimCommand::RecordVerdict(command) => {
                inspection::record_verdict(purchase, command, cx)
            }
            ClaimCommand::NoteSettlement(command) => Ok(settlement::note(purchase, command, cx)),
        }
    }

    fn stage_of(purchase: &Purchase, claim: ClaimId) -> Option<&'static str> {
        purchase.claims.get(&claim).map(|claim| claim.stage.name())
    }

    fn evolve(purchase: &mut Purchase, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::CoverageNoted(event) => purchase.coverage_noted(event),
            ClaimEvent::OrderNoted(event) => purchase.order_noted(event),
            ClaimEvent::DisputeNoted(event) => purchase.dispute_noted(event),
            ClaimEvent::RefusalReviewOpened(event) => purchase.refusal_review_opened(event),
            ClaimEvent::RefusalReviewClosed(event) => purchase.refusal_review_closed(event),
            ClaimEvent::Filed(event) => {
                purchase.claims.insert(event.claim, Claim::filed(event));
            }
            of_a_claim => {
                if let Some(claim) = of_a_claim.claim().and_then(|id| purchase.claims.get_mut(&id))
                {
                    claim.take(of_a_claim, at);
                }
            }
        }
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
        purchase.claims.values().flat_map(|claim| time::wake(purchase, claim, cx.now)).collect()
    }
}

impl Purchase {
    /// The claim with this id.
    pub fn claim(&self, id: ClaimId) -> Result<&Claim, ClaimRejection> {
        self.claims.get(&id).ok_or(ClaimRejection::ClaimNotKnown { claim: id })
    }

    /// The policy with this id.
    pub fn coverage(&self, id: PolicyId) -> Result<&PolicyCoverage, ClaimRejection> {
        self.coverages.get(&id).ok_or(ClaimRejection::PolicyNotKnown { policy: id })
    }

    /// The claims under a policy, in the order in which they were filed.
    pub fn claims_of(&self, policy: PolicyId) -> impl Iterator<Item = &Claim> {
        self.claims.range(policy.claim(0)..=policy.claim(u32::MAX)).map(|(_, claim)| claim)
    }
}

/// S5: the version of the terms that a policy was sold under, whatever was published since.
pub(crate) fn pinned<'a>(
    terms: &TermsRef,
    book: &'a TermsBook,
) -> Result<&'a Arc<Terms>, ClaimRejection> {
    book.by_digest(&terms.digest)
        .ok_or_else(|| ClaimRejection::TermsNotKnown { line: terms.line.clone() })
}
