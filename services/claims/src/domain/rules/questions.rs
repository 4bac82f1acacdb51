//! Questions and answers (C3).

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant};
use recourse_terms::Terms;

use crate::domain::events::{AsksFor, Awaited, Channel};
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::state::Claim;

const ASKING: Action = Action {
    sentence: "a question can be asked",
    possible_in: &["verification", "inspection", "remedy"],
};

/// C3: a question can be asked in a stage in which its answer matters.
pub(crate) fn question_can_be_asked(claim: &Claim) -> Result<(), ClaimRejection> {
    if claim.can_be_asked() { Ok(()) } else { Err(claim.wrong_stage(&ASKING)) }
}

/// C3: a phone call is recorded with its answer, and a written question has none yet.
pub(crate) fn calls_have_an_answer(
    channel: Channel,
    has_answer: bool,
) -> Result<(), ClaimRejection> {
    match (channel, has_answer) {
        (Channel::Written, false) | (Channel::Phone, true) => Ok(()),
        (Channel::Phone, false) => Err(ClaimRejection::CallWithoutRecord),
        (Channel::Written, true) => Err(ClaimRejection::AnswerInTheQuestion),
    }
}

/// C3: a document is asked for in writing, and only the buyer answers: the staff cannot record for
/// the buyer that nothing was sent.
pub(crate) fn documents_are_in_writing(
    asks_for: Option<AsksFor>,
    is_by_phone: bool,
) -> Result<(), ClaimRejection> {
    match asks_for {
        Some(AsksFor::Document) if is_by_phone => Err(ClaimRejection::DocumentsAreInWriting),
        _ => Ok(()),
    }
}

/// C3: nothing is decided while a buyer who was asked still has time to answer.
pub(crate) fn no_answer_is_awaited(claim: &Claim) -> Result<Finding, ClaimRejection> {
    if let Some(question) = claim.open_questions().next() {
        let answer_by = question.awaited.answer_by;
        return Err(ClaimRejection::AnswerIsAwaited { question: question.number, answer_by });
    }
    Ok(Finding::passed("C3", "no answer is awaited").fact("questions", claim.questions.len()))
}

/// C3: the deadline of an answer and the time of the reminder, in days of 24 hours.
pub(crate) fn answer_awaited_from(now: Instant, terms: &Terms) -> Awaited {
    Awaited {
        remind_at: Some(now + TimeDelta::days(terms.claim.reminder_after_days.into())),
        answer_by: now + TimeDelta::days(terms.claim.answer_within_days.into()),
    }
}
