//! Payments that the provider grants without owing them (M10).

use recourse_kernel::{Finding, Money};
use recourse_terms::Terms;

use super::rests_on;
use crate::domain::Cx;
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Goodwill};

/// M10: above the limit of the terms another person approves a payment.
pub(crate) fn needs_approval(amount: Money, terms: &Terms) -> (bool, Finding) {
    let needs = terms.goodwill_needs_approval(amount);
    let outcome = if needs {
        "the payment is above the limit, so another person approves it"
    } else {
        "the payment is within the limit"
    };
    let finding = Finding::passed("M10", outcome).fact("amount", amount);
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
