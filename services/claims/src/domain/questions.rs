//! Questions and answers (C3): the provider asks, the buyer answers, and the clock is paused
//! meanwhile.

use chrono::TimeDelta;
use recourse_kernel::{ClaimId, Instant, Sealed};
use recourse_terms::{PauseReason, Terms};
use serde::{Deserialize, Serialize};

use super::rejection::Action;
use super::requester::{Side, only_the_provider};
use super::time::Awaited;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned};

// ---------------------------------------------------------------- events (stored permanently)

/// The provider asked the buyer a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    /// The question, sealed.
    pub text: Sealed,
    /// In writing or by phone.
    pub channel: Channel,
    /// When the buyer is reminded.
    pub remind_at: Instant,
    /// First instant at which an answer is too late.
    pub answer_by: Instant,
}

/// How a question was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In writing.
    #[default]
    Written,
    /// By phone; the text is the written record of the call.
    Phone,
}

/// The buyer answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    /// The answer, sealed.
    pub text: Sealed,
    /// In writing or by phone.
    pub channel: Channel,
    /// How long the answer was awaited, in whole seconds.
    pub paused_seconds: i64,
}

/// The buyer was reminded to answer a question or an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderSent {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the question, if the reminder is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// Number of the offer, if the reminder is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<u32>,
}

// ---------------------------------------------------------------- state

/// A question from the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Number of the question in the claim, from 1.
    pub number: u32,
    /// When it was asked.
    pub asked_at: Instant,
    /// Deadline and reminder of the answer.
    pub awaited: Awaited,
    /// Whether it was answered.
    pub answered: bool,
}

impl Claim {
    /// The unanswered questions.
    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        let is_talking = self.can_be_asked();
        self.questions.iter().filter(move |question| is_talking && !question.answered)
    }

    /// Whether the claim is in a stage in which answers matter.
    fn can_be_asked(&self) -> bool {
        matches!(self.stage, Stage::Verification | Stage::Inspection | Stage::Remedy(_))
    }

    /// C3: nothing is decided while a buyer who was asked still has time to answer.
    pub(super) fn no_answer_is_awaited(&self) -> Result<(), ClaimRejection> {
        match self.open_questions().next() {
            Some(question) => Err(ClaimRejection::AnswerIsAwaited {
                question: question.number,
                answer_by: question.awaited.answer_by,
            }),
            None => Ok(()),
        }
    }
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn question_asked(&mut self, event: &QuestionAsked, at: Instant) {
        self.questions.push(Question {
            number: event.question,
            asked_at: at,
            awaited: Awaited { remind_at: Some(event.remind_at), answer_by: event.answer_by },
            answered: false,
        });
        self.stop_clock(PauseReason::Answer, at);
    }

    pub(super) fn question_answered(&mut self, event: &QuestionAnswered, at: Instant) {
        let request = self.questions.iter_mut().find(|request| request.number == event.question);
        if let Some(question) = request {
            question.answered = true;
        }
        if self.open_questions().next().is_none() {
            self.start_clock(PauseReason::Answer, at);
        }
    }

    pub(super) fn reminded(&mut self, event: &ReminderSent) {
        for question in &mut self.questions {
            if event.question == Some(question.number) {
                question.awaited.remind_at = None;
            }
        }
        for offer in &mut self.offers {
            if let (Some(awaited), true) = (&mut offer.awaited, event.offer == Some(offer.number)) {
                awaited.remind_at = None;
            }
        }
    }
}

// ---------------------------------------------------------------- decide

/// Asks the buyer a question. A question asked by phone comes with the buyer's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// The question, sealed.
    pub text: Sealed,
    /// In writing or by phone.
    #[serde(default)]
    pub channel: Channel,
    /// What the buyer answered by phone, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Sealed>,
}

const ASKING: Action = Action {
    sentence: "a question can be asked",
    possible_in: &["verification", "inspection", "remedy"],
};

/// C3: a question is asked in writing; a phone call is recorded with question and answer.
pub(super) fn ask(purchase: &Purchase, command: &Ask, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    if !claim.can_be_asked() {
        return Err(ClaimRejection::wrong_stage(claim, &ASKING).into());
    }
    let number = claim.questions.last().map_or(0, |last| last.number) + 1;
    let awaited = answer_awaited_from(cx.now, terms);
    let request = ClaimEvent::QuestionAsked(QuestionAsked {
        claim: claim.id,
        question: number,
        text: command.text.clone(),
        channel: command.channel,
        remind_at: awaited.remind_at.unwrap_or(awaited.answer_by),
        answer_by: awaited.answer_by,
    });
    match (command.channel, &command.said) {
        (Channel::Written, None) => Ok(vec![request]),
        (Channel::Phone, Some(said)) => {
            let answered = ClaimEvent::QuestionAnswered(QuestionAnswered {
                claim: claim.id,
                question: number,
                text: said.clone(),
                channel: Channel::Phone,
                paused_seconds: 0,
            });
            Ok(vec![request, answered])
        }
        (Channel::Phone, None) => Err(ClaimRejection::CallWithoutRecord.into()),
        (Channel::Written, Some(_)) => Err(ClaimRejection::AnswerInTheQuestion.into()),
    }
}

/// C3: the deadline of an answer and the time of the reminder, in days of 24 hours.
pub(super) fn answer_awaited_from(now: Instant, terms: &Terms) -> Awaited {
    Awaited {
        remind_at: Some(now + TimeDelta::days(terms.claim.reminder_after_days.into())),
        answer_by: now + TimeDelta::days(terms.claim.answer_within_days.into()),
    }
}

/// Answers a question: the buyer in writing, or the provider's staff with what the buyer said by
/// phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    /// The answer, sealed.
    pub text: Sealed,
}

/// C3: an answer that was sent in time counts, whenever it is processed.
pub(super) fn answer(purchase: &Purchase, command: &Answer, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let side = Side::of(claim, cx)?;
    let open = claim.open_questions().find(|question| question.number == command.question);
    let question = open.ok_or(ClaimRejection::NoSuchQuestion { question: command.question })?;
    if cx.now >= question.awaited.answer_by {
        return Err(
            ClaimRejection::TooLateToAnswer { answer_by: question.awaited.answer_by }.into()
        );
    }
    let channel = match side {
        Side::Buyer => Channel::Written,
        Side::Provider => Channel::Phone,
    };
    Ok(vec![ClaimEvent::QuestionAnswered(QuestionAnswered {
        claim: claim.id,
        question: question.number,
        text: command.text.clone(),
        channel,
        paused_seconds: (cx.now - question.asked_at).num_seconds().max(0),
    })])
}
