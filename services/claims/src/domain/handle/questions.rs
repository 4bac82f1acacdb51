//! Questions and answers (C3): the provider asks, the buyer answers, and the clock is paused
//! meanwhile.

use recourse_kernel::Tried;

use crate::domain::commands::{Answer, Ask};
use crate::domain::events::{AsksFor, Channel, ClaimEvent, QuestionAnswered, QuestionAsked, Side};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::pinned;
use crate::domain::rules::questions::{
    answer_awaited_from, calls_have_an_answer, documents_are_in_writing, question_can_be_asked,
};
use crate::domain::rules::requester::{only_the_provider, side_of};
use crate::domain::rules::waits::provider_resumes_by;
use crate::domain::state::Purchase;
use crate::domain::{Cx, Decision};

/// C3: a question is asked in writing; a phone call is recorded with question and answer.
pub(super) fn ask(purchase: &Purchase, command: &Ask, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.check(&question_can_be_asked(claim));
    rules.check(&calls_have_an_answer(command.channel, command.said.is_some()));
    let is_by_phone = command.channel == Channel::Phone;
    rules.check(&documents_are_in_writing(command.asks_for, is_by_phone));
    rules.passed()?;
    let number = claim.questions.last().map_or(0, |last| last.number) + 1;
    let awaited = answer_awaited_from(cx.now, terms);
    let request = ClaimEvent::QuestionAsked(QuestionAsked {
        claim: claim.id,
        question: number,
        text: command.text.clone(),
        asks_for: command.asks_for,
        channel: command.channel,
        remind_at: awaited.remind_at.unwrap_or(awaited.answer_by),
        answer_by: awaited.answer_by,
    });
    let answered = command.said.as_ref().map(|said| {
        ClaimEvent::QuestionAnswered(QuestionAnswered {
            claim: claim.id,
            question: number,
            text: said.clone(),
            photos: Vec::new(),
            channel: Channel::Phone,
            paused_seconds: 0,
            act_by: provider_resumes_by(claim, terms, cx),
        })
    });
    Ok(std::iter::once(request).chain(answered).collect())
}

/// C3: an answer that was sent in time counts, whenever it is processed.
pub(super) fn answer(purchase: &Purchase, command: &Answer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let side = side_of(claim, cx)?;
    let number = command.question;
    if !claim.questions.iter().any(|question| question.number == number) {
        return Err(ClaimRejection::QuestionNotKnown { question: number }.into());
    }
    let open = claim.open_questions().find(|question| question.number == number);
    let question = open.ok_or(ClaimRejection::QuestionNotOpen { question: number })?;
    if cx.now >= question.awaited.answer_by {
        return Err(
            ClaimRejection::TooLateToAnswer { answer_by: question.awaited.answer_by }.into()
        );
    }
    let sent = (!command.photos.is_empty()).then_some(AsksFor::Document);
    documents_are_in_writing(question.asks_for.or(sent), side == Side::Provider)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let is_last = claim.open_questions().count() == 1;
    let channel = match side {
        Side::Buyer => Channel::Written,
        Side::Provider => Channel::Phone,
    };
    Ok(vec![ClaimEvent::QuestionAnswered(QuestionAnswered {
        claim: claim.id,
        question: question.number,
        text: command.text.clone(),
        photos: command.photos.clone(),
        channel,
        paused_seconds: (cx.now - question.asked_at).num_seconds().max(0),
        act_by: is_last.then(|| provider_resumes_by(claim, terms, cx)).flatten(),
    })])
}
