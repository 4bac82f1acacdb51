//! Payments that the provider grants without owing them (M10).

use recourse_kernel::{Finding, Money};
use recourse_terms::Terms;

use super::rests_on;
use crate::domain::Cx;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Goodwill, Purchase};

/// M10: above the limit of the terms another person approves a payment. What was granted under the
/// policy before counts as well, whoever granted it; what was declined does not.
pub(crate) fn needs_approval(
    purchase: &Purchase,
    claim: &Claim,
    amount: Money,
    terms: &Terms,
) -> (bool, Finding) {
    let granted = purchase.claims_of(claim.policy).flat_map(|claim| &claim.goodwill);
    let counts = granted.filter(|granted| granted.is_owed != Some(false));
    let amounts = counts.map(|granted| granted.amount);
    let of_currency = amounts.filter(|granted| granted.currency == amount.currency);
    let sum = of_currency.fold(amount.amount, |sum, one| sum.saturating_add(one.amount));
    let in_all = Money { amount: sum, ..amount };
    let needs = terms.goodwill_needs_approval(in_all);
    let outcome = if needs {
        "with this payment the policy's goodwill is above the limit, so another person approves it"
    } else {
        "with this payment the policy's goodwill is within the limit"
    };
    let finding = Finding::passed("M10", outcome).fact("amount", amount).fact("in_all", in_all);
    (needs, rests_on(finding, &["goodwill_limits"]))
}

/// M10: the payment with this number, if it waits for an approval.
pub(crate) fn is_to_be_approved(claim: &Claim, number: u32) -> Result<&Goodwill, ClaimRejection> {
    let granted = claim.goodwill.iter().find(|granted| granted.number == number);
    let granted = granted.ok_or(ClaimRejection::GoodwillNotKnown { goodwill: number })?;
    match granted.is_owed {
        Some(_) => Err(ClaimRejection::GoodwillNotOpen { goodwill: number }),
        None => Ok(granted),
    }
}

/// M10: never the person who granted it.
pub(crate) fn another_person_approves(
    granted: &Goodwill,
    cx: &Cx<'_>,
) -> Result<Finding, ClaimRejection> {
    if granted.by.subject == cx.principal.subject {
        return Err(ClaimRejection::SameReviewer { rules: &["M10"] });
    }
    Ok(Finding::passed("M10", "another person approved the payment")
        .fact("granted_by", &granted.by)
        .fact("approved_by", cx.principal))
}
