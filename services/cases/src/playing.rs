//! A case while it is played: the next move, what it sends, and how its result is evaluated. Pure,
//! and the same in memory and on a running system.

use std::path::PathBuf;

use recourse_kernel::{Instant, OrderKeys};
use serde_json::{Value, json};

use super::actions::{About, Action};
use super::answer::Answer;
use super::calls::{Scene, Sent};
use super::documents::{Added, Documents};
use super::expect::{Difference, Outcome};
use super::file::{Case, CaseError, Step};
use super::purchase::{BEGINNING, Purchase};
use super::seen::{Reported, Seen};
use super::wanted::{Wanted, What};
use super::when::Calendar;

/// A case that is being played.
pub struct Playing {
    case: Case,
    pub purchase: Purchase,
    /// What has to be published first.
    pub added: Option<Added>,
    line: Option<(String, u32)>,
    own: String,
    moves: Vec<Move>,
    next: usize,
    seen: Seen,
    fresh: Vec<Reported>,
    scenes: Vec<Played>,
}

#[derive(Debug, Clone, Copy)]
struct Move {
    at: Instant,
    what: Next,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    /// A default fact, by its index.
    Ordinary(usize),
    /// A step, by its index.
    Step(usize),
}

/// The result of one move.
#[derive(Debug, Clone)]
pub struct Played {
    pub at: Instant,
    /// The line in the file; `None` for default facts.
    pub line: Option<u64>,
    pub did: String,
    pub note: Option<String>,
    /// The answers that the actor received.
    pub answers: Vec<Answer>,
    pub reported: Vec<Reported>,
    /// Expectations that were not met.
    pub differences: Vec<Difference>,
}

/// A case that was played to its end.
#[derive(Debug, Clone)]
pub struct Report {
    pub path: PathBuf,
    pub case: String,
    pub rules: Vec<String>,
    pub about: Option<String>,
    /// The order that it was played with.
    pub order: String,
    /// The calendar of its times.
    pub calendar: Calendar,
    pub scenes: Vec<Played>,
}

impl Report {
    /// Whether every expectation was met.
    pub fn holds(&self) -> bool {
        self.scenes.iter().all(|scene| scene.differences.is_empty())
    }

    /// Every expectation that was not met.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.scenes.iter().flat_map(|scene| &scene.differences)
    }
}

impl Playing {
    /// Prepares a case. `run` distinguishes this run from others on the same system.
    pub fn new(
        case: &Case,
        documents: &Documents,
        run: &str,
        keys: &OrderKeys,
    ) -> Result<Self, CaseError> {
        let not_a_case = |what: String| CaseError::NotACase { path: case.path.clone(), what };
        let own = format!("{}{run}", case.slug());
        let terms = case.file.terms.as_ref().map(|named| documents.terms(named, &own));
        let (terms, added) = match terms.transpose().map_err(not_a_case)? {
            Some((terms, added)) => (Some(terms), added),
            None => (None, None),
        };
        let purchase = Purchase::of(case, terms.as_ref(), run, keys).map_err(not_a_case)?;
        let mut playing = Self {
            case: case.clone(),
            purchase,
            added,
            line: terms.map(|terms| (terms.line.to_string(), terms.version)),
            own,
            moves: Vec::new(),
            next: 0,
            seen: Seen::default(),
            fresh: Vec::new(),
            scenes: Vec::new(),
        };
        playing.moves = playing.plan(documents)?;
        Ok(playing)
    }

    /// All moves in chronological order; default facts before steps.
    fn plan(&self, documents: &Documents) -> Result<Vec<Move>, CaseError> {
        let mut moves: Vec<Move> = (0..)
            .zip(&self.purchase.ordinary)
            .map(|(index, (_, at, _))| Move { at: *at, what: Next::Ordinary(index) })
            .collect();
        let mut before = moves.first().map_or_else(beginning, |first| first.at);
        for (index, step) in self.case.file.steps.iter().enumerate() {
            let wrong = |what: String| self.wrong(index, what);
            let at = self.purchase.calendar(before).instant(&step.value.at).map_err(wrong)?;
            if at < before {
                return Err(wrong(format!("{} is earlier than the previous step", step.value.at)));
            }
            if let Some((actor, act)) = step.value.doing().map_err(wrong)? {
                let action = Action::find(actor, &act.word).map_err(wrong)?;
                action.check(&act.fields).map_err(wrong)?;
                // Anything that does not depend on earlier steps can be validated now.
                if action.about == About::Fact || action.about == About::Policy {
                    self.scene(index, at, documents)
                        .sent(actor, act, step.value.subject.as_deref())
                        .map_err(wrong)?;
                }
            }
            moves.push(Move { at, what: Next::Step(index) });
            before = at;
        }
        moves.sort_by_key(|next| (next.at, matches!(next.what, Next::Step(_))));
        Ok(moves)
    }

    fn wrong(&self, step: usize, what: String) -> CaseError {
        CaseError::Step { path: self.case.path.clone(), line: self.case.line(step), what }
    }

    fn scene<'a>(&'a self, step: usize, at: Instant, documents: &'a Documents) -> Scene<'a> {
        Scene {
            purchase: &self.purchase,
            seen: &self.seen,
            documents,
            calendar: self.purchase.calendar(at),
            step,
            line: self.line.as_ref().map(|(line, version)| (line.as_str(), *version)),
            own: &self.own,
        }
    }

    /// When the next move is; `None` when all are played.
    pub fn next_at(&self) -> Option<Instant> {
        self.moves.get(self.next).map(|next| next.at)
    }

    /// What the next move sends.
    pub fn sends(&self, documents: &Documents) -> Result<Vec<Sent>, CaseError> {
        let Some(next) = self.moves.get(self.next) else { return Ok(Vec::new()) };
        match next.what {
            Next::Ordinary(index) => {
                let (kind, at, content) = &self.purchase.ordinary[index];
                let mut data = content.clone();
                data["order"] = json!(self.purchase.number);
                data["at"] = json!(at);
                let id = format!("{}-{kind}", self.purchase.number);
                Ok(vec![Sent::Fact { kind, id, data }])
            }
            Next::Step(index) => {
                let step = &self.case.file.steps[index].value;
                let Ok(Some((actor, act))) = step.doing() else { return Ok(Vec::new()) };
                self.scene(index, next.at, documents)
                    .sent(actor, act, step.subject.as_deref())
                    .map_err(|what| self.wrong(index, what))
            }
        }
    }

    /// Takes in the events that followed the next move; returns what its step expects to read now.
    pub fn hear(&mut self, reported: &[Reported]) -> Vec<Wanted> {
        self.seen.take(reported.to_vec());
        self.fresh.extend(reported.iter().cloned());
        let Some(Move { what: Next::Step(index), .. }) = self.moves.get(self.next) else {
            return Vec::new();
        };
        let expect = &self.case.file.steps[*index].value.expect;
        let who = &self.purchase.buyer;
        let wanted = |of: String, what| Wanted { who: who.clone(), of, what };
        let mut all = Vec::new();
        if let Some(claim) = self.latest_claim() {
            all.extend((!expect.costs.is_empty()).then(|| wanted(claim.clone(), What::Costs)));
            all.extend((!expect.decisions.is_empty()).then(|| wanted(claim, What::Decisions)));
        }
        if expect.waits_for.is_some() {
            all.extend(self.matters().into_iter().map(|of| wanted(of, What::WaitsFor)));
        }
        all
    }

    /// The matters whose waits are compared: the policies, and the latest of each other kind, with
    /// every shipment of the latest visit.
    fn matters(&self) -> Vec<String> {
        let seen = &self.seen;
        let latest = |kind: &str, key: &str| seen.last_of(kind).map(|e| e.text(key).to_owned());
        let all = |kind: &str, key: &'static str| {
            let of_kind = seen.events().iter().filter(|event| event.kind == kind);
            of_kind.map(|event| event.text(key).to_owned()).collect::<Vec<_>>()
        };
        let job = latest("job.opened", "job");
        let mut matters = all("policy.sold", "policy");
        matters.extend(self.latest_claim());
        let booked = all("job.shipment_booked", "shipment");
        let of_job = job.as_ref().map(|job| format!("{}-", job.replacen("job_", "shp_", 1)));
        matters.extend(
            booked
                .into_iter()
                .filter(|id| of_job.as_ref().is_some_and(|begins| id.starts_with(begins))),
        );
        matters.extend(job);
        matters.extend(latest("settlement.opened", "settlement"));
        matters.extend(latest("order.dispute_opened", "dispute"));
        matters
    }

    /// Takes the result of the next move, after everything was read, and advances to the following
    /// one.
    pub fn take(&mut self, answers: Vec<Answer>, reported: Vec<Reported>, read: &[(What, Value)]) {
        let Some(next) = self.moves.get(self.next).copied() else { return };
        self.next += 1;
        let (line, did, note, differences) = match next.what {
            Next::Ordinary(index) => {
                let kind = self.purchase.ordinary[index].0;
                (None, format!("marketplace: {kind}"), None, Vec::new())
            }
            Next::Step(index) => {
                let step = &self.case.file.steps[index].value;
                let line = self.case.line(index);
                let answers = self.answers_of(step, answers.clone());
                let outcome = Outcome {
                    answers: &answers,
                    fresh: &self.fresh,
                    seen: &self.seen,
                    calendar: self.purchase.calendar(next.at),
                    claim: self.latest_claim(),
                    read,
                };
                let differences = outcome.differences(&step.expect, line);
                self.fresh.clear();
                (Some(line), did(step), step.note.clone(), differences)
            }
        };
        self.scenes.push(Played { at: next.at, line, did, note, answers, reported, differences });
    }

    /// A fact gets no answer; its refusal is on the log.
    fn answers_of(&self, step: &Step, mut answers: Vec<Answer>) -> Vec<Answer> {
        if step.marketplace.is_some()
            && let Some(refused) = self.fresh.iter().rev().find(|event| event.is_refusal())
            && answers.iter().all(|answer| *answer == Answer::Accepted)
        {
            answers = vec![Answer::refused_as(&refused.body)];
        }
        answers
    }

    fn latest_claim(&self) -> Option<String> {
        self.seen.last_of("claim.filed").map(|filed| filed.text("claim").to_owned())
    }

    /// The report of what was played.
    pub fn report(self) -> Report {
        Report {
            path: self.case.path,
            case: self.case.file.case,
            rules: self.case.file.rules,
            about: self.case.file.about,
            order: self.purchase.order.to_string(),
            calendar: self.purchase.calendar(beginning()),
            scenes: self.scenes,
        }
    }
}

/// The time at which the clock starts.
pub fn beginning() -> Instant {
    BEGINNING.parse().unwrap_or_default()
}

/// `buyer: file (requested_remedy: repair)`
fn did(step: &Step) -> String {
    let Ok(Some((actor, act))) = step.doing() else { return "time passes".to_owned() };
    let with: Vec<_> = act
        .fields
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}: {text}"),
            other => format!("{key}: {other}"),
        })
        .collect();
    let with = if with.is_empty() { String::new() } else { format!(" ({})", with.join(", ")) };
    format!("{}: {}{with}", actor.name(), act.word.replace('_', " "))
}
