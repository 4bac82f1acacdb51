//! Questions, answers and reminders (C3).

use recourse_kernel::{Instant, PauseReason};

use crate::domain::events::{
    Awaited, QuestionAnswered, QuestionAsked, QuestionLapsed, ReminderSent,
};
use crate::domain::state::{Claim, Question, Stage, Turn};

impl Claim {
    pub(super) fn question_asked(&mut self, event: &QuestionAsked, at: Instant) {
        self.questions.push(Question {
            number: event.question,
            asked_at: at,
            awaited: Awaited { remind_at: Some(event.remind_at), answer_by: event.answer_by },
            answered: false,
            asks_for: event.asks_for,
            photos: 0,
        });
        self.stop_clock(PauseReason::Answer, at);
    }

    pub(super) fn question_answered(&mut self, event: &QuestionAnswered, at: Instant) {
        let answered = self.questions.iter_mut().find(|asked| asked.number == event.question);
        if let Some(question) = answered {
            question.photos = event.photos.len();
        }
        // C10: what the buyer has shown is not new in a later claim.
        self.shown.extend(event.photos.iter().map(|photo| photo.sha256.clone()));
        self.photos.extend(event.photos.iter().cloned());
        self.question_is_over(event.question, at, event.act_by);
    }

    pub(super) fn question_lapsed(&mut self, event: &QuestionLapsed) {
        self.question_is_over(event.question, event.at, event.act_by);
    }

    fn question_is_over(&mut self, number: u32, at: Instant, act_by: Option<Instant>) {
        let request = self.questions.iter_mut().find(|request| request.number == number);
        if let Some(question) = request {
            question.answered = true;
        }
        if self.open_questions().next().is_none() {
            self.start_clock(PauseReason::Answer, at);
        }
        if let (Stage::Remedy(remedying), Some(until)) = (&mut self.stage, act_by) {
            remedying.turn = Some(Turn { since: at, until });
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
