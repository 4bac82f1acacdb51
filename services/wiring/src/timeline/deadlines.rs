//! What an event does to deadlines (T8).

use recourse_kernel::Instant;

use super::Body;

/// The effect of one event on the deadlines of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `decision`, `answer`, `appeal`, `remedy`, `declaration`, `dispatch`, `parts`, `payment` or
    /// `seller_answer`.
    pub kind: &'static str,
    /// The claim, the job, the job and its part, the payment, or the dispute.
    pub subject: String,
    /// Whether deadlines are set, met, missed or ended.
    pub step: Step,
}

/// What happens to the deadlines of one kind and subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A deadline is set. A running one with the same name ends.
    Set(Option<String>, Option<Instant>),
    /// The matching running deadlines are met.
    Met(Which),
    /// A deadline is missed; the time is when it was due.
    Missed(Option<String>, Option<Instant>),
    /// The matching running deadlines no longer apply.
    Ended(Which),
}

/// Which deadlines of one kind and subject a step applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All of them: a rejected claim meets every `decision` deadline.
    Every,
    /// Those with a name such as `offer 2`.
    Offers,
    /// The one with this name, such as `question 2`.
    One(String),
}

/// A change whose subject is the value of `field`.
pub fn one(said: Body<'_>, kind: &'static str, field: &str, step: Step) -> Vec<Change> {
    let subject = said.string(field).map(str::to_owned);
    subject.map(|subject| Change { kind, subject, step }).into_iter().collect()
}
