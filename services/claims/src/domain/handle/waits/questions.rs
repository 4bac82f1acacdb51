//! C3, T11, T12: the buyer's answer to a question.

use recourse_kernel::{Owner, Wait, WaitKind};

use super::missed;
use crate::domain::Cx;
use crate::domain::events::{ClaimEvent, QuestionLapsed, ReminderSent, Withdrawal};
use crate::domain::handle::endings;
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::pinned;
use crate::domain::rules::waits::provider_resumes_by;
use crate::domain::state::{Claim, Purchase, Stage};

/// C3: the buyer answers the open questions, and is reminded.
pub(super) fn answer(claim: &Claim) -> Vec<Wait> {
    let wait = |question: &crate::domain::state::Question| {
        Wait::new(claim.id, WaitKind::QuestionAnswer, Owner::Buyer, question.asked_at)
            .number(question.number)
            .until(question.awaited.answer_by)
            .remind_at(question.awaited.remind_at)
    };
    claim.open_questions().map(wait).collect()
}

/// C3: before the verdict a claim whose buyer does not answer counts as withdrawn. T12, M8: after
/// the verdict, and once the provider lost the device, it continues without the answer.
pub(super) fn unanswered(
    purchase: &Purchase,
    claim: &Claim,
    wait: &Wait,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if wait.is_reminder_due(cx.now) {
        let reminder = ReminderSent { claim: claim.id, question: Some(wait.number), offer: None };
        return Ok(vec![ClaimEvent::ReminderSent(reminder)]);
    }
    if !matches!(claim.stage, Stage::Remedy(_)) && !claim.lost_by_the_provider() {
        let mut events = vec![missed(claim, wait)];
        let by = Withdrawal::Silence;
        events.extend(endings::end_by_withdrawal(purchase, claim, by, cx.now));
        return Ok(events);
    }
    let terms = pinned(&claim.terms, cx.reference)?;
    let is_last = claim.open_questions().count() == 1;
    Ok(vec![ClaimEvent::QuestionLapsed(QuestionLapsed {
        claim: claim.id,
        question: wait.number,
        at: wait.until.unwrap_or(cx.now),
        act_by: is_last.then(|| provider_resumes_by(claim, terms, cx)).flatten(),
    })])
}
