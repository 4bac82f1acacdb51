//! Questions and answers (C3): the provider asks, the buyer answers, and the clock stands still meanwhile.

use chrono::TimeDelta;
use recourse_kernel::{ClaimId, Instant, Sealed};
use recourse_terms::{PauseReason, Terms};
use serde::{Deserialize, Serialize};

use super::requester::{Side, only_the_provider};
use super::time::Awaited;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage, pinned};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// The provider asked the buyer something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// The claim.
    pub claim: ClaimId,
    /// The question's number in the claim, from 1.
    pub question: u32,
    /// What was asked.
    pub text: Sealed,
    /// How.
    pub channel: Channel,
    /// When the buyer is reminded.
    pub remind_at: Instant,
    /// The first moment at which an answer is too late.
    pub answer_by: Instant,
}

/// How something was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In writing.
    #[default]
    Written,
    /// On the telephone; the text is the written record of what was said.
    Phone,
}

/// The buyer answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    /// The claim.
    pub claim: ClaimId,
    /// The question.
    pub question: u32,
    /// What was answered.
    pub text: Sealed,
    /// How.
    pub channel: Channel,
    /// How long the answer was awaited, in whole seconds.
    pub paused_seconds: i64,
}

/// The buyer was reminded that an answer is awaited: to a question or to an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderSent {
    /// The claim.
    pub claim: ClaimId,
    /// The question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// The offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<u32>,
}

// ---------------------------------------------------------------- state

/// A question of the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Its number in the claim, from 1.
    pub number: u32,
    /// When it was asked.
    pub asked_at: Instant,
    /// Until when the answer is awaited.
    pub awaited: Awaited,
    /// Whether it was answered.
    pub answered: bool,
}

impl Claim {
    /// The questions whose answers are awaited.
    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        let is_talking = self.can_be_asked();
        self.questions.iter().filter(move |question| is_talking && !question.answered)
    }

    /// Whether the claim is in a stage in which answers matter.
    fn can_be_asked(&self) -> bool {
        matches!(self.stage, Stage::Verification | Stage::Inspection | Stage::Remedy(_))
    }

    /// C3: nothing is decided over the head of a buyer who was asked and still has time to answer.
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

/// Asks the buyer something. What was asked on the telephone comes with what was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The claim.
    pub claim: ClaimId,
    /// What is asked.
    pub text: Sealed,
    /// How.
    #[serde(default)]
    pub channel: Channel,
    /// What the buyer said on the telephone, written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Sealed>,
}

/// C3: a question goes in writing; a telephone call leaves a record of what was asked and said.
pub(super) fn ask(purchase: &Purchase, command: &Ask, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    if !claim.can_be_asked() {
        return Err(ClaimRejection::wrong_stage(claim, "a question can be asked").into());
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

/// C3: until when an answer is awaited, and when the buyer is reminded. Days of 24 hours.
pub(super) fn answer_awaited_from(now: Instant, terms: &Terms) -> Awaited {
    Awaited {
        remind_at: Some(now + TimeDelta::days(terms.claim.reminder_after_days.into())),
        answer_by: now + TimeDelta::days(terms.claim.answer_within_days.into()),
    }
}

/// Answers a question: the buyer in writing, or the provider's staff with what the buyer said on the telephone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The claim.
    pub claim: ClaimId,
    /// The question.
    pub question: u32,
    /// What is answered.
    pub text: Sealed,
}

/// C3: an answer counts when it comes in time, whenever it is read.
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
