//! T11: until when a party has to act, by the terms of the claim.

use recourse_kernel::Instant;
use recourse_terms::{Span, Terms, Verdict};

use crate::domain::Cx;
use crate::domain::state::{Claim, Stage};

/// T11: the first instant at which acting is too late, for a period that starts now.
pub(crate) fn due_after(claim: &Claim, terms: &Terms, span: Span, cx: &Cx<'_>) -> Instant {
    cx.reference.after(terms, &claim.country, cx.now, span)
}

/// T11: until when the provider chooses the remedy for a covered defect or, for a verdict against
/// the buyer, makes an offer.
pub(crate) fn provider_acts_by(
    claim: &Claim,
    verdict: Verdict,
    terms: &Terms,
    cx: &Cx<'_>,
) -> Instant {
    let span = match verdict {
        Verdict::Covered => terms.waits.remedy_choice,
        Verdict::NotCovered { .. } | Verdict::NoFaultFound => terms.waits.offer,
    };
    due_after(claim, terms, span, cx)
}

/// T12: until when the provider acts after the buyer's time is over; `None` if it is not the
/// provider's turn, because there is no verdict or the remedy is chosen.
pub(crate) fn provider_resumes_by(claim: &Claim, terms: &Terms, cx: &Cx<'_>) -> Option<Instant> {
    match &claim.stage {
        Stage::Remedy(found) if found.chosen.is_none() => {
            Some(provider_acts_by(claim, found.verdict, terms, cx))
        }
        _ => None,
    }
}
