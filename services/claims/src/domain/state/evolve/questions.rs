//! Questions, answers and reminders (C3).

use recourse_kernel::Instant;
use recourse_terms::PauseReason;

use crate::domain::events::{Awaited, QuestionAnswered, QuestionAsked, ReminderSent};
use crate::domain::state::{Claim, Question};

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
