//! What can follow from a review (M8, M10, M12).

use recourse_kernel::Money;

use super::compensation::compensated_by_seller;
use super::difference::{Settled, paid_to_buyer};
use super::negotiation::amount_can_be_paid;
use super::pinned;
use crate::domain::Cx;
use crate::domain::commands::{CloseReview, ResultKind};
use crate::domain::events::ReviewResult;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase, Review};

/// M8: the review of a loss ends with its compensation, or when the device arrives; M7: or without
/// any, if the seller has compensated the device meanwhile.
pub(crate) fn loss_is_compensated_first(
    purchase: &Purchase,
    claim: &Claim,
    review: &Review,
) -> Result<(), ClaimRejection> {
    let is_of_a_loss = review.decisions.iter().any(|would| would.rule == "M8");
    if is_of_a_loss && !compensated_by_seller(purchase, purchase.coverage(claim.policy)?) {
        return Err(ClaimRejection::LossIsReimbursed);
    }
    Ok(())
}

/// M10: the result of a review: an amount in the currency of the device's price, at most and by
/// default the difference by the facts known now; or the date of an admitted claim. M12: not more
/// can be claimed back than was paid.
pub(crate) fn result_of(
    purchase: &Purchase,
    claim: &Claim,
    review: &Review,
    command: &CloseReview,
    cx: &Cx<'_>,
) -> Result<ReviewResult, ClaimRejection> {
    match command.result {
        ResultKind::Nothing => Ok(ReviewResult::Nothing),
        ResultKind::Pay => {
            let found = found(purchase, claim, 1, cx)?;
            let amount = amount_of(purchase, claim, command, found)?;
            at_most(amount, found)?;
            Ok(ReviewResult::Pay { amount })
        }
        ResultKind::ClaimBack => {
            let found = found(purchase, claim, -1, cx)?;
            let amount = amount_of(purchase, claim, command, found)?;
            was_paid(purchase, claim, (amount, found), cx)?;
            at_most(amount, found)?;
            Ok(ReviewResult::ClaimBack { amount })
        }
        ResultKind::Admit => {
            let is_about_it = review.decisions.iter().any(|decision| decision.event == "filed");
            let as_of = command.as_of.unwrap_or(claim.filed_at);
            if !is_about_it || as_of > claim.filed_at {
                return Err(ClaimRejection::NothingToAdmit);
            }
            Ok(ReviewResult::Admit { as_of })
        }
    }
}

/// M10: the difference by the facts known now, if it has this sign.
fn found(
    purchase: &Purchase,
    claim: &Claim,
    sign: i64,
    cx: &Cx<'_>,
) -> Result<Option<Money>, ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let coverage = purchase.coverage(claim.policy)?;
    let settled = Settled::new(purchase, claim, coverage, terms);
    let found = settled.and_then(|settled| settled.difference());
    let found = found.filter(|found| found.amount.signum() == sign);
    Ok(found.and_then(|found| Some(Money { amount: found.amount.checked_abs()?, ..found })))
}

fn amount_of(
    purchase: &Purchase,
    claim: &Claim,
    command: &CloseReview,
    found: Option<Money>,
) -> Result<Money, ClaimRejection> {
    let amount = command.amount.or(found).ok_or(ClaimRejection::NoDifference)?;
    amount_can_be_paid(purchase, claim, amount)?;
    Ok(amount)
}

/// M10: what is paid beyond the difference is goodwill, which has its own limit.
fn at_most(amount: Money, found: Option<Money>) -> Result<(), ClaimRejection> {
    match found {
        None => Err(ClaimRejection::NoDifference),
        Some(found) if amount.amount > found.amount => {
            Err(ClaimRejection::MoreThanTheDifference { amount, found })
        }
        Some(_) => Ok(()),
    }
}

/// M12: at most what the buyer received can be claimed back.
fn was_paid(
    purchase: &Purchase,
    claim: &Claim,
    (amount, found): (Money, Option<Money>),
    cx: &Cx<'_>,
) -> Result<(), ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let coverage = purchase.coverage(claim.policy)?;
    let settled = Settled::new(purchase, claim, coverage, terms);
    let paid = settled.as_ref().and_then(paid_to_buyer).unwrap_or(Money::zero(amount.currency));
    let received = paid.amount.max(found.map_or(0, |found| found.amount));
    let paid = Money { amount: received.max(0), ..paid };
    if amount.amount > paid.amount {
        return Err(ClaimRejection::MoreThanWasPaid { amount, paid });
    }
    Ok(())
}
