//! What can follow from a review (M10, M12).

use recourse_kernel::{Currency, Money};
use recourse_terms::{Party, Payment, payments};

use super::negotiation::amount_can_be_paid;
use super::pinned;
use crate::domain::Cx;
use crate::domain::commands::{CloseReview, ResultKind};
use crate::domain::events::ReviewResult;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase, Review};

/// M10: the result of a review: an amount in the currency of the device's price, by default the
/// difference that the review found; or the date of an admitted claim. M12: not more can be claimed
/// back than was paid.
pub(crate) fn result_of(
    purchase: &Purchase,
    claim: &Claim,
    review: &Review,
    command: &CloseReview,
    cx: &Cx<'_>,
) -> Result<ReviewResult, ClaimRejection> {
    let found = |sign: i64| {
        let difference = review.difference.filter(|found| found.amount.signum() == sign);
        difference.and_then(|found| Some(Money { amount: found.amount.checked_abs()?, ..found }))
    };
    match command.result {
        ResultKind::Nothing => Ok(ReviewResult::Nothing),
        ResultKind::Pay => {
            let amount = command.amount.or_else(|| found(1));
            let amount = amount.ok_or(ClaimRejection::NoDifference)?;
            amount_can_be_paid(purchase, claim, amount)?;
            Ok(ReviewResult::Pay { amount })
        }
        ResultKind::ClaimBack => {
            let amount = command.amount.or_else(|| found(-1));
            let amount = amount.ok_or(ClaimRejection::NoDifference)?;
            amount_can_be_paid(purchase, claim, amount)?;
            was_paid(claim, amount, cx)?;
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

/// M12: at most what the settlement paid the buyer can be claimed back.
fn was_paid(claim: &Claim, amount: Money, cx: &Cx<'_>) -> Result<(), ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let owed = claim.settled_as.as_ref().map(|settled| payments(terms, &settled.facts));
    let owed = owed.and_then(Result::ok).unwrap_or_default();
    let paid = net_to_buyer(&owed, amount.currency).unwrap_or(Money::zero(amount.currency));
    if amount.amount > paid.amount {
        return Err(ClaimRejection::MoreThanWasPaid { amount, paid });
    }
    Ok(())
}

/// What the provider pays the buyer in a currency, less what the buyer pays the provider; `None` if
/// it is too large.
pub(crate) fn net_to_buyer(payments: &[Payment], currency: Currency) -> Option<Money> {
    let mut of_currency = payments.iter().filter(|payment| payment.amount.currency == currency);
    of_currency.try_fold(Money::zero(currency), |sum, payment| match (payment.from, payment.to) {
        (_, Party::Buyer) => sum.plus(payment.amount).ok(),
        (Party::Buyer, _) => sum.minus(payment.amount).ok(),
        _ => Some(sum),
    })
}
