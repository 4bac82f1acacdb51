//! Everything that claims wait for (T11): one function for each row of the rulebook's table, and
//! what happens when its reminder or its deadline has come.

mod appeals;
mod documents;
pub(super) mod offers;
mod questions;
mod remedy;
mod reported;
mod reviews;

use recourse_kernel::{Matter, Owner, Wait, WaitKind};

use crate::domain::Cx;
use crate::domain::events::{ClaimEvent, DeadlinePassed};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase};

/// A row of the table: what a claim waits for, if it does.
type Row = fn(&Claim) -> Vec<Wait>;

/// The rows. Whatever a claim waits for is in one of them.
const ROWS: &[Row] = &[
    documents::check,
    documents::acceptance_by_the_clock,
    documents::dispute_end,
    questions::answer,
    remedy::decision,
    remedy::choice,
    remedy::loss_compensation,
    offers::offer,
    offers::buyers_answer,
    offers::providers_answer,
    appeals::appeal,
    appeals::decision,
    appeals::marketplace_decision,
    reviews::review,
    reviews::chain_contest,
    reviews::goodwill_approval,
    reported::job,
    reported::settlement,
];

/// The open matters: claims that are not closed, or whose appeal or review is undecided.
pub(crate) fn open(purchase: &Purchase) -> Vec<Matter> {
    let is_open = |claim: &&Claim| {
        claim.is_open()
            || claim.open_reviews().next().is_some()
            || claim.open_appeals().next().is_some()
    };
    let claims = purchase.claims.values().filter(is_open).map(|claim| claim.id.into());
    let of_policies = reviews::refusal_reviews(purchase).into_iter().map(|wait| wait.matter);
    claims.chain(of_policies).collect()
}

/// Everything that the claims of a purchase wait for.
pub(crate) fn waits(purchase: &Purchase) -> Vec<Wait> {
    let claims = purchase.claims.values().flat_map(of_claim);
    claims.chain(reviews::refusal_reviews(purchase)).collect()
}

/// Everything that a claim waits for.
pub(crate) fn of_claim(claim: &Claim) -> Vec<Wait> {
    ROWS.iter().flat_map(|row| row(claim)).collect()
}

/// What happens when the reminder or the deadline of a wait has come.
pub(crate) fn passed(purchase: &Purchase, wait: &Wait, cx: &Cx<'_>) -> Vec<ClaimEvent> {
    let id = match wait.matter {
        Matter::Claim(id) => id,
        Matter::Policy(policy) => return reviews::refusal_review_missed(purchase, policy, wait),
        _ => return Vec::new(),
    };
    let Some(claim) = purchase.claims.get(&id) else { return Vec::new() };
    // A purchase whose terms or policy are not known has no claims, so nothing is lost here.
    decided(purchase, claim, wait, cx).unwrap_or_default()
}

fn decided(
    purchase: &Purchase,
    claim: &Claim,
    wait: &Wait,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    match wait.what {
        WaitKind::DocumentsAcceptance => documents::accepted(purchase, claim, wait),
        WaitKind::QuestionAnswer => questions::unanswered(purchase, claim, wait, cx),
        WaitKind::Offer => offers::none_made(purchase, claim, wait, cx),
        WaitKind::OfferAnswer => offers::unanswered(purchase, claim, wait, cx),
        WaitKind::Appeal => appeals::not_made(purchase, claim, cx),
        WaitKind::AppealDecision => appeals::undecided(claim, wait, cx),
        _ => Ok(vec![missed(claim, wait)]),
    }
}

/// T8: the event that a deadline has passed. It is escalated to the provider.
pub(super) fn missed(claim: &Claim, wait: &Wait) -> ClaimEvent {
    let escalated_to = match wait.owner {
        Owner::Marketplace => "marketplace".to_owned(),
        _ => claim.provider.to_string(),
    };
    ClaimEvent::DeadlinePassed(DeadlinePassed {
        claim: claim.id,
        deadline: wait.what,
        number: wait.number,
        due: wait.until.unwrap_or(wait.since),
        owner: wait.owner,
        escalated_to,
    })
}

/// Marks a wait whose deadline has passed and is recorded.
fn marked(claim: &Claim, wait: Wait) -> Wait {
    let is_late = wait.until.is_some_and(|due| claim.is_late(wait.what, wait.number, due));
    wait.late(is_late)
}
