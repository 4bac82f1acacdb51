//! What was due, when, and whether it was met (T8). Pure: maps each event to its effect on
//! deadlines.

use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::any_event::AnyEvent;

/// One deadline, as it was set. This is a stored and public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Which of several it is, such as `question 2`, `offer 1` or `notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// When it was set.
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
    /// Met in time.
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

/// The effect of one event on the deadlines of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `decision`, `answer`, `appeal`, `remedy`, `declaration`, `dispatch`, `parts`, `payment` or
    /// `seller_answer`.
    pub kind: &'static str,
    /// The claim, the job, the job and its part, the payment, or the dispute.
    pub subject: String,
    /// What happens to its deadlines.
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
    /// All of them.
    Every,
    /// Those for offers.
    Offers,
    /// The one with this name.
    One(String),
}

impl Which {
    fn has(&self, deadline: &Deadline) -> bool {
        let of = deadline.of.as_deref().unwrap_or_default();
        match self {
            Self::Every => true,
            Self::Offers => of.starts_with("offer "),
            Self::One(one) => of == one,
        }
    }
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
            .filter(|deadline| which.has(deadline))
            .for_each(|deadline| deadline.meet(at)),
        Step::Ended(which) => running(&mut deadlines)
            .filter(|deadline| which.has(deadline))
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
        Self { of, set_at: at, due, state, met_at: None, passed_at: None, ended_at: None }
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

/// The effects of an event on deadlines. All changes of one kind come from one service.
pub fn changes(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, field, step| one(event, kind, field, step);
    match type_name {
        "recourse.order.dispute_opened.v1" if event.0.get("answer_by").is_some() => {
            of("seller_answer", "dispute", Step::Set(None, time("answer_by")))
        }
        "recourse.order.dispute_answered.v1" => {
            of("seller_answer", "dispute", Step::Met(Which::Every))
        }
        "recourse.order.dispute_decided.v1" => {
            of("seller_answer", "dispute", Step::Ended(Which::Every))
        }
        "recourse.order.dispute_deadline_passed.v1" => {
            of("seller_answer", "dispute", Step::Missed(None, time("due")))
        }
        "recourse.claim.filed.v1" if event.0.get("decide_within").is_some() => {
            of("decision", "claim", Step::Set(None, time("decide_by")))
        }
        "recourse.claim.remedy_chosen.v1" | "recourse.claim.rejected.v1" => {
            of("decision", "claim", Step::Met(Which::Every))
        }
        "recourse.claim.withdrawn.v1" | "recourse.claim.closed.v1" => {
            let mut changes = of("decision", "claim", Step::Ended(Which::Every));
            changes.extend(of("answer", "claim", Step::Ended(Which::Every)));
            changes.extend(of("appeal", "claim", Step::Ended(Which::Every)));
            changes
        }
        "recourse.claim.question_asked.v1" => {
            of("answer", "claim", Step::Set(numbered(event, "question"), time("answer_by")))
        }
        "recourse.claim.question_answered.v1" => {
            let answered = numbered(event, "question").map_or(Which::Every, Which::One);
            of("answer", "claim", Step::Met(answered))
        }
        "recourse.claim.offer_made.v1" => offered(event),
        "recourse.claim.offer_accepted.v1" | "recourse.claim.offer_declined.v1" => {
            let answered = numbered(event, "offer").map_or(Which::Offers, Which::One);
            of("answer", "claim", Step::Met(answered))
        }
        "recourse.claim.appealed.v1" if event.0.get("decide_by").is_some() => {
            of("appeal", "claim", Step::Set(None, time("decide_by")))
        }
        "recourse.claim.appeal_decided.v1" => of("appeal", "claim", Step::Met(Which::Every)),
        "recourse.claim.deadline_passed.v1" => match event.text("deadline") {
            Some("decision") => of("decision", "claim", Step::Missed(None, time("due"))),
            Some("answer") => of("answer", "claim", Step::Missed(None, time("due"))),
            Some("appeal") => of("appeal", "claim", Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        job if job.starts_with("recourse.job.") => of_job(job, event),
        "recourse.settlement.opened.v1" => payments(event, event.0.get("payments")),
        "recourse.settlement.payment_added.v1" => {
            payments(event, Some(&Value::Array(vec![event.0.clone()])))
        }
        "recourse.settlement.payment_paid.v1" => of("payment", "payment", Step::Met(Which::Every)),
        "recourse.settlement.deadline_passed.v1" => of(
            "payment",
            "payment",
            Step::Missed(event.text("deadline").map(str::to_owned), time("due")),
        ),
        _ => Vec::new(),
    }
}

/// The effects of a job's event on deadlines.
fn of_job(type_name: &str, event: &AnyEvent) -> Vec<Change> {
    let time = |field| instant(event, field);
    let of = |kind, step| one(event, kind, "job", step);
    match type_name {
        "recourse.job.received.v1" if event.0.get("repair_by").is_some() => {
            of("remedy", Step::Set(None, time("repair_by")))
        }
        "recourse.job.remedy_noted.v1" => remedy_noted(event),
        "recourse.job.inspected.v1" if !is_covered(event) => {
            of("remedy", Step::Ended(Which::Every))
        }
        "recourse.job.duty_raised.v1" if event.0.get("declare_by").is_some() => {
            of("declaration", Step::Set(None, time("declare_by")))
        }
        "recourse.job.repaired.v1" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Ended(Which::Every)));
            if event.0.get("send_by").is_some() {
                changes.extend(of("dispatch", Step::Set(None, time("send_by"))));
            }
            changes
        }
        "recourse.job.declared_beyond_repair.v1" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Met(Which::Every)));
            changes
        }
        "recourse.job.replacement_sent.v1"
        | "recourse.job.handed_over.v1"
        | "recourse.job.abandoned.v1"
        | "recourse.job.closed.v1" => {
            let is_sent = type_name.ends_with("_sent.v1") || type_name.ends_with("_over.v1");
            let all = Which::Every;
            let dispatched =
                if is_sent { Step::Met(all.clone()) } else { Step::Ended(all.clone()) };
            let mut changes = of("remedy", Step::Ended(all.clone()));
            changes.extend(of("declaration", Step::Ended(all)));
            changes.extend(of("dispatch", dispatched));
            changes
        }
        "recourse.job.parts_awaited.v1" => part(event, Step::Set(None, end_of_utc_day(event))),
        "recourse.job.parts_arrived.v1" => part(event, Step::Met(Which::Every)),
        "recourse.job.deadline_passed.v1" => match event.text("deadline") {
            Some("remedy") => of("remedy", Step::Missed(None, time("due"))),
            Some("declaration") => of("declaration", Step::Missed(None, time("due"))),
            Some("dispatch") => of("dispatch", Step::Missed(None, time("due"))),
            Some("parts") => part(event, Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn instant(event: &AnyEvent, field: &str) -> Option<Instant> {
    event.text(field)?.parse().ok()
}

/// A change whose subject is the value of `field`.
fn one(event: &AnyEvent, kind: &'static str, field: &str, step: Step) -> Vec<Change> {
    let subject = event.text(field).map(str::to_owned);
    subject.map(|subject| Change { kind, subject, step }).into_iter().collect()
}

/// T3: a replacement has a day by which it is sent, a repair under an exchange policy a day by
/// which it is done. An earlier dispatch deadline ends.
fn remedy_noted(event: &AnyEvent) -> Vec<Change> {
    let due = |kind, field: &str| {
        let by = event.text(field)?;
        Some(one(event, kind, "job", Step::Set(None, by.parse().ok())))
    };
    let mut changes = due("remedy", "repair_by").unwrap_or_default();
    let nothing_to_send = || one(event, "dispatch", "job", Step::Ended(Which::Every));
    changes.extend(due("dispatch", "send_by").unwrap_or_else(nothing_to_send));
    changes
}

/// Such as `question 2` or `offer 1`.
fn numbered(event: &AnyEvent, field: &str) -> Option<String> {
    Some(format!("{field} {}", event.0.get(field)?.as_u64()?))
}

/// An offer replaces the one before it: an offer by the buyer answers it, a new one by the provider
/// ends it. The new offer may then await an answer itself (C3).
fn offered(event: &AnyEvent) -> Vec<Change> {
    let Some(claim) = event.text("claim") else { return Vec::new() };
    let before = match event.text("by") {
        Some("buyer") => Step::Met(Which::Offers),
        _ => Step::Ended(Which::Offers),
    };
    let awaited = event.0.get("awaited").and_then(|awaited| awaited.get("answer_by")?.as_str());
    let awaited = awaited.map(|by| Step::Set(numbered(event, "offer"), by.parse().ok()));
    let change = |step| Change { kind: "answer", subject: claim.to_owned(), step };
    std::iter::once(before).chain(awaited).map(change).collect()
}

fn is_covered(event: &AnyEvent) -> bool {
    let verdict = event.0.get("verdict").and_then(|verdict| verdict.get("kind")?.as_str());
    verdict == Some("covered")
}

fn part(event: &AnyEvent, step: Step) -> Vec<Change> {
    let subject = event.text("job").zip(event.text("part"));
    let subject = subject.map(|(job, part)| format!("{job}/{part}"));
    subject.map(|subject| Change { kind: "parts", subject, step }).into_iter().collect()
}

fn end_of_utc_day(event: &AnyEvent) -> Option<Instant> {
    let day: chrono::NaiveDate = event.text("expected_on")?.parse().ok()?;
    Some(day.succ_opt()?.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// M8: an unpaid amount of the buyer leads first to a notice, then to abandonment of the device.
fn payments(event: &AnyEvent, payments: Option<&Value>) -> Vec<Change> {
    let payments = payments.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |payment: &Value, field: &str| {
        payment.get(field).and_then(Value::as_str).map(str::to_owned)
    };
    let of_buyer =
        payments.iter().filter(|payment| text(payment, "from").as_deref() == Some("buyer"));
    let of_buyer = of_buyer.filter_map(|payment| text(payment, "payment"));
    of_buyer
        .flat_map(|subject| {
            let due = [("notice", "notice_at"), ("abandoned", "abandoned_at")];
            due.into_iter().filter_map(move |(of, field)| {
                let due = event.text(field)?.parse().ok();
                let step = Step::Set(Some(of.to_owned()), due);
                Some(Change { kind: "payment", subject: subject.clone(), step })
            })
        })
        .collect()
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
mod tests;
