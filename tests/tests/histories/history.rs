//! One random history: a purchase and what happens to it until everybody stops anywhere, and then
//! 400 days in which only time passes; played in memory through the writers of all services, and
//! checked after every step.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use chrono::TimeDelta;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_cases::actions::Actor;
use recourse_cases::calls::{Scene, Sent};
use recourse_cases::memory::Memory;
use recourse_cases::playing::beginning;
use recourse_cases::purchase::Purchase;
use recourse_cases::seen::Seen;
use recourse_cases::{Case, Documents};
use recourse_kernel::{Instant, OrderKeys, Record};
use serde_json::{Value, json};

use crate::chance::{self, Silent};
use crate::checks::{Checks, kind};
use crate::sleep::{Met, Sleep};

/// One history in so many is long, and its records are validated and folded once more.
pub(crate) const THOROUGH: u64 = 40;
/// The largest number of actions: of a long history, and of any other.
const STEPS: (usize, usize) = (45, 18);
/// How long only time passes, in days. The longest deadlines are much shorter.
const SILENCE: i64 = 400;

/// A history that was played.
pub(crate) struct History {
    /// What every service wrote.
    pub(crate) log: Vec<Record>,
    /// The commands that were sent.
    pub(crate) request: Vec<String>,
    /// What was awaited.
    pub(crate) met: Met,
    /// What happened, for people to read.
    pub(crate) story: Vec<String>,
}

struct Playing<'a> {
    dice: ChaCha8Rng,
    documents: &'a Documents,
    memory: Memory,
    purchase: Purchase,
    line: (String, u32),
    own: String,
    now: Instant,
    /// The marketplace's remaining facts, the next one last.
    facts: Vec<(Instant, Sent)>,
    sent: Vec<Sent>,
    seen: Seen,
    checks: Checks,
    sleep: Sleep,
    silent: Silent,
    steps: usize,
    checked: usize,
    /// Whether the story is written down.
    is_written: bool,
    story: Vec<String>,
}

/// Plays the history of a seed; it never changes. A violation is reported with the events so far:
/// they are written down only when the history is played for the second time.
pub(crate) fn play(seed: u64, documents: &Documents) -> Result<History, String> {
    play_once(seed, documents, false).or_else(|_| play_once(seed, documents, true))
}

/// The same with its story.
pub(crate) fn play_written(seed: u64, documents: &Documents) -> Result<History, String> {
    play_once(seed, documents, true)
}

fn play_once(seed: u64, documents: &Documents, is_written: bool) -> Result<History, String> {
    let mut playing = Playing { is_written, ..Playing::new(seed, documents)? };
    let played = catch_unwind(AssertUnwindSafe(|| playing.play()));
    let found = match played {
        Ok(Ok(())) => {
            let request = playing.memory.request().to_vec();
            let (log, met) = (playing.memory.log().to_vec(), playing.sleep.met.clone());
            return Ok(History { log, request, met, story: playing.story });
        }
        Ok(Err(found)) => found,
        Err(_) => "it panics".to_owned(),
    };
    let mut reported = format!("seed {seed}: {found}\n");
    for line in &playing.story {
        let _ = writeln!(reported, "  {line}");
    }
    Err(reported)
}

impl<'a> Playing<'a> {
    fn new(seed: u64, documents: &'a Documents) -> Result<Self, String> {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let case = case(seed, &mut dice)?;
        let own = case.slug();
        let named = case.file.terms.as_ref().ok_or("no terms")?;
        let (terms, _) = documents.terms(named, &own)?;
        let purchase = Purchase::of(&case, Some(&terms), "", &OrderKeys::development())?;
        let facts = facts(&purchase, &mut dice);
        let is_thorough = seed % THOROUGH == 0;
        let most = if is_thorough { STEPS.0 } else { dice.random_range(0..=STEPS.1) };
        let silent = Silent::of(&mut dice);
        let headline = format!(
            "{} of {} in {} for {}, {} facts",
            named.document(),
            case.file.purchase.quantity,
            case.file.purchase.city,
            case.file.purchase.price,
            facts.len()
        );
        Ok(Self {
            documents,
            memory: Memory::new(documents.book(), beginning()),
            line: (terms.line.to_string(), terms.version),
            own,
            now: purchase.ordinary.first().map_or_else(beginning, |first| first.1),
            facts,
            sent: Vec::new(),
            seen: Seen::default(),
            checks: Checks { is_thorough, ..Checks::default() },
            sleep: Sleep::default(),
            silent,
            steps: most,
            checked: 0,
            is_written: false,
            story: vec![headline],
            purchase,
            dice,
        })
    }

    fn play(&mut self) -> Result<(), String> {
        // A purchase without a claim is quickly played; most skip to the days of coverage.
        let first = if self.dice.random_bool(0.7) { 21 } else { self.dice.random_range(0..20) };
        self.pass(TimeDelta::days(first))?;
        for step in 0..self.steps {
            self.step(step)?;
            let wait = self.wait();
            self.pass(wait)?;
        }
        // From now on, only time passes.
        self.facts.clear();
        for days in [SILENCE / 20, SILENCE / 20, SILENCE / 10, SILENCE / 5, SILENCE * 3 / 5] {
            self.pass(TimeDelta::days(days))?;
        }
        self.sleep.at_the_end(&self.memory)?;
        if !self.checks.is_thorough {
            return Ok(());
        }
        Checks::traces(self.memory.request(), self.memory.log())
    }

    fn wait(&mut self) -> TimeDelta {
        let hours = match self.dice.random_range(0..100) {
            0..70 => self.dice.random_range(0..60),
            70..97 => self.dice.random_range(0..20 * 24),
            _ => self.dice.random_range(0..100 * 24),
        };
        TimeDelta::hours(hours)
    }

    /// Time passes, and the marketplace publishes the facts that fall due.
    fn pass(&mut self, time: TimeDelta) -> Result<(), String> {
        let until = self.now + time;
        while let Some((at, fact)) = self.facts.pop_if(|(at, _)| *at <= until) {
            self.now = self.now.max(at);
            self.move_there()?;
            self.send(&fact)?;
        }
        self.now = until;
        self.move_there()
    }

    fn move_there(&mut self) -> Result<(), String> {
        self.memory.move_to(self.now).map_err(|error| format!("at {}: {error:#}", self.now))?;
        self.look()
    }

    fn step(&mut self, step: usize) -> Result<(), String> {
        if !self.sent.is_empty() && self.dice.random_bool(0.05) {
            let index = self.dice.random_range(0..self.sent.len());
            let again = self.sent[index].clone();
            self.note(|| "repeated:".to_owned());
            return self.send(&again);
        }
        let unit = self.dice.random_range(1..=2);
        let (actor, act, subject) = if self.dice.random_bool(0.12) {
            chance::anything(&mut self.dice)
        } else {
            chance::sensible(&mut self.dice, &self.purchase, &self.seen, unit)
        };
        if self.silent.is_silent(actor) {
            return Ok(());
        }
        let scene = Scene {
            purchase: &self.purchase,
            seen: &self.seen,
            documents: self.documents,
            calendar: self.purchase.calendar(self.now),
            step,
            line: Some((&self.line.0, self.line.1)),
            own: &self.own,
        };
        let sent = scene.sent(actor, &act, subject);
        let now = self.now;
        self.note(|| format!("{now} {}: {} {}", actor.name(), act.word, json!(act.fields)));
        // An action that cannot be expressed as a command is not sent.
        for sent in sent.unwrap_or_default() {
            self.send(&sent)?;
        }
        Ok(())
    }

    fn send(&mut self, sent: &Sent) -> Result<(), String> {
        if let Sent::Fact { kind, .. } = sent {
            let now = self.now;
            self.note(|| format!("{now} {}: {kind}", Actor::Marketplace.name()));
        }
        let answer = self.memory.send(sent).map_err(|error| format!("{error:#}"))?;
        self.note(|| format!("    {answer:?}"));
        self.sent.push(sent.clone());
        self.look()
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if self.is_written {
            self.story.push(line());
        }
    }

    /// Takes in the new events, and checks them.
    fn look(&mut self) -> Result<(), String> {
        let reported = self.memory.reported();
        for reported in &reported {
            self.note(|| format!("    {} {}", reported.at, reported.kind));
        }
        self.seen.take(reported);
        for record in &self.memory.log()[self.checked..] {
            self.checked += 1;
            let body: Value =
                serde_json::from_slice(&record.body).map_err(|error| error.to_string())?;
            self.sleep.take(kind(record), &body, record);
            self.checks.take(record, &body)?;
        }
        self.sleep.check(&self.memory, self.now)
    }
}

/// The case: who bought what, where.
fn case(seed: u64, dice: &mut ChaCha8Rng) -> Result<Case, String> {
    let terms = chance::terms(dice);
    let (month, day) = (dice.random_range(1..=9), dice.random_range(1..=28));
    let later = terms.ends_with("-2");
    let year = if later { 2026 } else { 2025 };
    let (country, city, currency) = match (terms, dice.random_range(0..10)) {
        ("wisetech-repair-2", 0..2) => ("UA", "Kyiv", "RUB"),
        ("wisetech-repair-2", 2..4) => ("BY", "Minsk", "RUB"),
        ("warranty-group-exchange-1", 0..3) => ("DE", "Berlin", "EUR"),
        ("warranty-group-exchange-1", 3..5) => ("US", "Chicago", "USD"),
        (_, 5) => ("RU", "Moscow", "JPY"),
        (_, 6) => ("RU", "Moscow", "KWD"),
        (_, 7..9) => ("RU", "Moscow", "RUB"),
        (_, 4) => ("RU", "Tver", "RUB"),
        _ => ("RU", "Kazan", "RUB"),
    };
    let zone = match country {
        "US" => ", zone: America/Chicago",
        _ => "",
    };
    let price = dice.random_range(1..10_000_000);
    let quantity = dice.random_range(1..=2);
    let text = format!(
        "case: a history\nrules: []\nterms: {terms}\npurchase: {{ \
         placed: {year}-{month:02}-{day:02} 10:00, \
         country: {country}, city: {city}{zone}, quantity: {quantity}, \
         price: {price} {currency} }}\nsteps: []\n"
    );
    let path = PathBuf::from(format!("history-{seed}.yaml"));
    Case::parse(&path, &text).map_err(|error| error.to_string())
}

/// The default facts of a purchase, usually in order and once, sometimes not; some never come.
fn facts(purchase: &Purchase, dice: &mut ChaCha8Rng) -> Vec<(Instant, Sent)> {
    let is_orderly = dice.random_bool(0.7);
    let mut facts = Vec::new();
    for (kind, at, content) in &purchase.ordinary {
        let mut data = content.clone();
        data["order"] = json!(purchase.number);
        data["at"] = json!(at);
        let fact = Sent::Fact { kind, id: format!("{}-{kind}", purchase.number), data };
        let late = |dice: &mut ChaCha8Rng| {
            TimeDelta::hours(if is_orderly { 0 } else { dice.random_range(0..240) })
        };
        if !is_orderly && dice.random_bool(0.2) {
            facts.push((*at + late(dice), fact.clone()));
        }
        let is_needed = matches!(*kind, "placed" | "paid");
        if dice.random_bool(if is_needed { 0.98 } else { 0.92 }) {
            facts.push((*at + late(dice), fact));
        }
    }
    facts.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    facts
}
