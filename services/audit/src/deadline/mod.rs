//! What was due, when, and whether it was met (T8). Pure: applies the effect of each event, which
//! its service names, to the deadlines.

mod owner;

use recourse_kernel::{Instant, Owner};
use recourse_wiring::timeline::{Body, Change, Step, Which};
use serde::{Deserialize, Serialize};

use crate::any_event::AnyEvent;
use crate::timelines::{name_of, timeline_of};

/// One deadline, as it was set. This is a stored and public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Which of several it is, such as `question 2`, `offer 1` or `notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Who must act; absent if the events do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    pub set_at: Instant,
    /// When it is due, as far as is known. A paused clock moves it; the event that reports it as
    /// missed carries the final value. The expected day of a part comes without a time zone, so
    /// until it is missed the deadline is taken as the end of that day in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Whether it is still running, and how it ended if not.
    pub state: DeadlineState,
    /// When it was met, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_at: Option<Instant>,
    /// When it passed unmet, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_at: Option<Instant>,
    /// When the obligation ended without being met or missed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
}

/// The state of a deadline. This is a public format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineState {
    /// Not due yet.
    Running,
    Met,
    /// Missed (T8). A late fulfilment does not change that.
    Missed,
    /// No longer applies: the claim ended, or a new date was set in time.
    Ended,
}

impl DeadlineState {
    /// The name in the table and in queries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Ended => "ended",
        }
    }
}

/// Whether a step applies to a deadline.
fn applies(which: &Which, deadline: &Deadline) -> bool {
    let of = deadline.of.as_deref().unwrap_or_default();
    match which {
        Which::Every => true,
        Which::Offers => of.starts_with("offer "),
        Which::One(one) => of == one,
    }
}

/// The effects of an event on deadlines. All changes of one kind come from one service.
pub fn changes(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let name = name_of(type_name);
    timeline_of(name).map(|it| (it.deadlines)(name, Body(&event.0))).unwrap_or_default()
}

/// Applies an event's change to the deadlines of one kind and subject, with who must act. `at` is
/// when the event happened.
pub fn after_event(
    deadlines: Vec<Deadline>,
    change: &Change,
    event: &AnyEvent,
    at: Instant,
) -> Vec<Deadline> {
    let mut deadlines = after(deadlines, &change.step, at);
    owner::named(&mut deadlines, change, event);
    deadlines
}

/// Applies a step to the deadlines of one kind and subject. `at` is when the event happened.
pub fn after(mut deadlines: Vec<Deadline>, step: &Step, at: Instant) -> Vec<Deadline> {
    match step {
        Step::Set(of, due) => {
            let same = running(&mut deadlines).filter(|deadline| deadline.of == *of);
            same.for_each(|deadline| deadline.end(at));
            deadlines.push(Deadline::set(of.clone(), *due, at));
        }
        Step::Met(which) => running(&mut deadlines)
            .filter(|deadline| applies(which, deadline))
            .for_each(|deadline| deadline.meet(at)),
        Step::Ended(which) => running(&mut deadlines)
            .filter(|deadline| applies(which, deadline))
            .for_each(|deadline| deadline.end(at)),
        Step::Missed(of, due) => {
            let index = passed_one(&deadlines, of.as_deref(), *due).unwrap_or(deadlines.len());
            if index == deadlines.len() {
                deadlines.push(Deadline::set(of.clone(), *due, at));
            }
            deadlines[index].miss(*due, at);
        }
    }
    deadlines
}

fn running(deadlines: &mut [Deadline]) -> impl Iterator<Item = &mut Deadline> {
    deadlines.iter_mut().filter(|deadline| deadline.state == DeadlineState::Running)
}

/// The running deadline with that due time, or else the last one that matches.
fn passed_one(deadlines: &[Deadline], of: Option<&str>, due: Option<Instant>) -> Option<usize> {
    let is_meant = |deadline: &Deadline| {
        deadline.state == DeadlineState::Running && (of.is_none() || deadline.of.as_deref() == of)
    };
    let was_due = |deadline: &Deadline| is_meant(deadline) && deadline.due == due;
    deadlines.iter().position(was_due).or_else(|| deadlines.iter().rposition(is_meant))
}

impl Deadline {
    fn set(of: Option<String>, due: Option<Instant>, at: Instant) -> Self {
        let state = DeadlineState::Running;
        Self {
            of,
            owner: None,
            set_at: at,
            due,
            state,
            met_at: None,
            passed_at: None,
            ended_at: None,
        }
    }

    fn meet(&mut self, at: Instant) {
        (self.state, self.met_at) = (DeadlineState::Met, Some(at));
    }

    fn end(&mut self, at: Instant) {
        (self.state, self.ended_at) = (DeadlineState::Ended, Some(at));
    }

    fn miss(&mut self, due: Option<Instant>, at: Instant) {
        (self.state, self.due, self.passed_at) =
            (DeadlineState::Missed, due.or(self.due), Some(at));
    }
}

#[cfg(test)]
mod tests;
