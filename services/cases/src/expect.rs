//! Compares the result of a step with what the case expects. Pure.

mod waits;

use std::collections::BTreeMap;

use recourse_kernel::{Finding, Findings, Instant};
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::file::{
    ClockExpected, CostExpected, DecisionExpected, EventExpected, Expect, PaymentExpected,
    TriedExpected,
};
use super::purchase::money;
use super::seen::{Reported, Seen};
use super::wanted::What;
use super::when::Calendar;

/// A difference between expectation and result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line of the step in the case file.
    pub line: u64,
    /// What was compared: `refused`, `stage`, `claim.filed.requested_remedy`, …
    pub what: String,
    pub wanted: String,
    pub got: String,
}

/// The result of a step.
pub struct Outcome<'a> {
    /// The answers that the actor received.
    pub answers: &'a [Answer],
    /// Events since the previous step.
    pub fresh: &'a [Reported],
    pub seen: &'a Seen,
    /// The calendar that resolves expected times.
    pub calendar: Calendar,
    /// The claim whose stage and outcome are compared: the latest.
    pub claim: Option<String>,
    /// What was read of the claim.
    pub read: &'a [(What, Value)],
}

impl Outcome<'_> {
    pub fn differences(&self, expect: &Expect, line: u64) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut differs = |what: &str, wanted: String, got: String| {
            found.push(Difference { line, what: what.to_owned(), wanted, got });
        };
        self.answer(expect, &mut differs);
        self.tried(&expect.tried, &mut differs);
        self.events(expect, &mut differs);
        let (stage, outcome) =
            self.claim.as_deref().map_or(("none", None), |claim| self.seen.stage(claim));
        if let Some(wanted) = expect.stage.as_deref().filter(|wanted| *wanted != stage) {
            differs("stage", wanted.to_owned(), stage.to_owned());
        }
        if let Some(wanted) = &expect.outcome
            && outcome.as_ref() != Some(wanted)
        {
            differs("outcome", wanted.clone(), outcome.unwrap_or_else(|| "none yet".to_owned()));
        }
        if let Some(wanted) = &expect.payments {
            self.payments(wanted, &mut differs);
        }
        for (kind, wanted) in &expect.clocks {
            self.clock(kind, wanted, &mut differs);
        }
        if let Some(wanted) = &expect.waits_for {
            self.waits(wanted, &mut differs);
        }
        for (verdict, wanted) in &expect.costs {
            self.cost(verdict, wanted, &mut differs);
        }
        for wanted in &expect.decisions {
            self.decision(wanted, &mut differs);
        }
        found
    }

    fn answer(&self, expect: &Expect, differs: &mut impl FnMut(&str, String, String)) {
        let refused = self.answers.iter().find_map(|answer| match answer {
            Answer::Refused { code, rules, detail, .. } => Some((code, rules, detail)),
            Answer::Accepted => None,
        });
        match (&expect.refused, refused) {
            (None, None) => {}
            (None, Some((code, rules, detail))) => {
                let by =
                    if rules.is_empty() { String::new() } else { format!(" by {}", list(rules)) };
                differs("answer", "accepted".to_owned(), format!("refused{by}: {code}: {detail}"));
            }
            (Some(wanted), None) => {
                differs("answer", format!("refused: {wanted}"), "accepted".to_owned());
            }
            (Some(wanted), Some((code, rules, detail))) => {
                if wanted != code {
                    differs("refused", wanted.clone(), format!("{code}: {detail}"));
                }
                let missing = expect.rules.iter().any(|rule| !rules.contains(rule));
                if missing {
                    differs("rules", list(&expect.rules), list(rules));
                }
            }
        }
        if expect.refused.is_none() && !expect.rules.is_empty() {
            let tried = rules_tried(self.fresh);
            if expect.rules.iter().any(|rule| !tried.contains(rule)) {
                differs("rules", list(&expect.rules), list(&tried));
            }
        }
    }

    /// Rules evaluated by the refusal, or by the decisions that followed.
    fn tried(
        &self,
        wanted: &BTreeMap<String, TriedExpected>,
        differs: &mut impl FnMut(&str, String, String),
    ) {
        let refused = self.answers.iter().find_map(|answer| match answer {
            Answer::Refused { findings, .. } => Some(findings.clone()),
            Answer::Accepted => None,
        });
        let found = refused.unwrap_or_else(|| findings(self.fresh));
        for (rule, wanted) in wanted {
            let passed = *wanted == TriedExpected::Passed;
            let mut of_rule = found.iter().filter(|tried| tried.rule == *rule);
            if !of_rule.any(|tried| tried.passed == passed) {
                let all: Vec<_> = found.iter().map(tried_said).collect();
                differs(&format!("tried.{rule}"), format!("{wanted:?}").to_lowercase(), list(&all));
            }
        }
    }

    fn events(&self, expect: &Expect, differs: &mut impl FnMut(&str, String, String)) {
        // Services run concurrently: only events of one service have a defined order.
        let service = |kind: &str| kind.split('.').next().unwrap_or_default().to_owned();
        let mut rest: BTreeMap<String, _> = BTreeMap::new();
        for wanted in &expect.events {
            for (kind, says) in pairs(wanted) {
                let mut near = None;
                let rest = rest.entry(service(kind)).or_insert_with(|| self.fresh.iter());
                let found = rest.any(|event| {
                    if event.kind != kind {
                        return false;
                    }
                    let wrong = self.unlike(kind, says, &event.body);
                    let fits = wrong.is_none();
                    near = wrong.or(near.take());
                    fits
                });
                if found {
                    continue;
                }
                let kinds: Vec<_> = self.fresh.iter().map(|event| event.kind.clone()).collect();
                match near {
                    Some((what, wanted, got)) => differs(&what, wanted, got),
                    None => differs("events", kind.to_owned(), list(&kinds)),
                }
                return;
            }
        }
        for kind in &expect.no_events {
            if self.fresh.iter().any(|event| event.kind == *kind) {
                differs("no_events", format!("no {kind}"), kind.clone());
            }
        }
    }

    /// The first field of an event that differs: its name, the expected and the actual value.
    fn unlike(
        &self,
        name: &str,
        says: &Map<String, Value>,
        body: &Value,
    ) -> Option<(String, String, String)> {
        says.iter().find_map(|(key, wanted)| {
            let name = format!("{name}.{key}");
            self.differs(&name, wanted, body.get(key).unwrap_or(&Value::Null))
        })
    }

    fn differs(&self, name: &str, wanted: &Value, got: &Value) -> Option<(String, String, String)> {
        let is_same = match (wanted, got) {
            (Value::Object(wanted), Value::Object(_)) => return self.unlike(name, wanted, got),
            (Value::Array(wanted), Value::Array(got)) if wanted.len() == got.len() => {
                let mut each = wanted.iter().zip(got).zip(1..);
                return each.find_map(|((wanted, got), n)| {
                    self.differs(&format!("{name}.{n}"), wanted, got)
                });
            }
            (Value::String(text), Value::Object(_)) => {
                money(text).is_ok_and(|money| serde_json::json!(money) == *got)
            }
            (Value::String(text), Value::String(got)) => text == got || self.is_instant(text, got),
            (wanted, got) => wanted == got,
        };
        (!is_same).then(|| (name.to_owned(), plain(wanted), plain(got)))
    }

    fn is_instant(&self, wanted: &str, got: &str) -> bool {
        if let Ok(got) = got.parse::<Instant>() {
            return self.calendar.instant(wanted) == Ok(got);
        }
        got.parse().is_ok_and(|day| self.calendar.day_of(wanted) == Ok(day))
    }

    fn payments(&self, wanted: &[PaymentExpected], differs: &mut impl FnMut(&str, String, String)) {
        let wanted: Vec<_> = wanted.iter().map(payment_wanted).collect();
        let payments = self.seen.payments(None);
        let got: Vec<_> = payments
            .iter()
            .map(|payment| {
                payment_said(&payment.kind, &payment.from, &payment.to, &written(&payment.amount))
            })
            .collect();
        if wanted != got {
            differs("payments", list(&wanted), list(&got));
        }
    }

    fn answer_to(&self, what: What) -> &Value {
        self.read.iter().find(|(read, _)| *read == what).map_or(&Value::Null, |(_, answer)| answer)
    }

    /// C5: what the claim would cost with this verdict.
    fn cost(
        &self,
        verdict: &str,
        wanted: &CostExpected,
        differs: &mut impl FnMut(&str, String, String),
    ) {
        let name = format!("costs.{verdict}");
        let costs = self.answer_to(What::Costs);
        let by_verdict = costs["by_verdict"].as_array();
        let found = by_verdict.and_then(|all| all.iter().find(|cost| cost["verdict"] == verdict));
        let Some(cost) = found else {
            return differs(&name, "a cost".to_owned(), plain(costs));
        };
        let mut pays = |key: &str, wanted: &Option<Vec<String>>, cost: &Value| {
            let Some(wanted) = wanted else { return };
            let got: Vec<_> =
                cost["buyer_pays"].as_array().into_iter().flatten().map(written).collect();
            if *wanted != got || cost.is_null() {
                differs(&format!("{name}.{key}"), list(wanted), list(&got));
            }
        };
        pays("buyer_pays", &wanted.buyer_pays, cost);
        pays("if_brought", &wanted.if_brought, &cost["if_brought"]);
        if let Some(back) = &wanted.comes_back
            && cost["comes_back"]["what"] != back.as_str()
        {
            let got = plain(&cost["comes_back"]["what"]);
            differs(&format!("{name}.comes_back"), back.clone(), got);
        }
        if let Some(payments) = &wanted.payments {
            let got: Vec<_> =
                cost["payments"].as_array().into_iter().flatten().map(payment_written).collect();
            let wanted: Vec<_> = payments.iter().map(payment_wanted).collect();
            if wanted != got {
                differs(&format!("{name}.payments"), list(&wanted), list(&got));
            }
        }
    }

    /// Compares a decision's explanation.
    fn decision(&self, wanted: &DecisionExpected, differs: &mut impl FnMut(&str, String, String)) {
        let name = format!("decisions.{}", wanted.decision);
        let all = self.answer_to(What::Decisions);
        let found = all["decisions"].as_array().into_iter().flatten();
        let found = found.into_iter().find(|one| one["decision"] == wanted.decision);
        let Some(decision) = found else {
            return differs(&name, "a decision".to_owned(), "none".to_owned());
        };
        let event = decision["event"].as_str().unwrap_or_default();
        let event = event.trim_start_matches("recourse.").trim_end_matches(".v1");
        if let Some(wanted) = wanted.event.as_ref().filter(|wanted| *wanted != event) {
            differs(&format!("{name}.event"), wanted.clone(), event.to_owned());
        }
        let by = decision["by"].as_str().unwrap_or_default();
        let role = by.split([':', '@']).next().unwrap_or_default();
        if let Some(wanted) = wanted.by.as_ref().filter(|wanted| *wanted != role) {
            differs(&format!("{name}.by"), wanted.clone(), by.to_owned());
        }
        let tried = || decision["rules"].as_array().into_iter().flatten();
        let rules: Vec<_> = tried().map(|rule| plain(&rule["rule"])).collect();
        if wanted.rules.iter().any(|rule| !rules.contains(rule)) {
            differs(&format!("{name}.rules"), list(&wanted.rules), list(&rules));
        }
        for (path, source) in &wanted.sources {
            let mut values = tried().filter_map(|rule| rule["terms"].as_array()).flatten();
            let value = values.find(|value| value["path"] == path.as_str());
            let got = value.map_or("nothing".to_owned(), |value| plain(&value["source"]));
            if got != *source {
                differs(&format!("{name}.sources.{path}"), source.clone(), got);
            }
        }
    }

    fn clock(
        &self,
        kind: &str,
        wanted: &ClockExpected,
        differs: &mut impl FnMut(&str, String, String),
    ) {
        let name = format!("clocks.{kind}");
        let Some(clock) = self.seen.clock(kind) else {
            differs(&name, "a clock".to_owned(), "none".to_owned());
            return;
        };
        if let Some(state) = wanted.state.as_ref().filter(|state| *state != clock.state.name()) {
            differs(&name, state.clone(), clock.state.name().to_owned());
        }
        if let Some(due) = &wanted.due
            && self.calendar.instant(due).ok() != clock.due
        {
            let got = clock.due.map_or("never".to_owned(), |due| local(due, &self.calendar));
            differs(&format!("{name}.due"), due.clone(), got);
        }
    }
}

fn payment_said(kind: &str, from: &str, to: &str, amount: &str) -> String {
    format!("{kind}: {from} to {to} {amount}")
}

fn payment_wanted(payment: &PaymentExpected) -> String {
    payment_said(&payment.kind, &payment.from, &payment.to, &payment.amount)
}

fn payment_written(payment: &Value) -> String {
    let text = |key: &str| payment[key].as_str().unwrap_or_default();
    payment_said(text("kind"), text("from"), text("to"), &written(&payment["amount"]))
}

/// An amount as a case file writes it.
fn written(amount: &Value) -> String {
    format!("{} {}", amount["amount"], amount["currency"].as_str().unwrap_or_default())
}

/// An instant as a case file writes it.
pub fn local(at: Instant, calendar: &Calendar) -> String {
    at.with_timezone(&calendar.zone).format("%Y-%m-%d %H:%M:%S%.f").to_string()
}

fn findings(events: &[Reported]) -> Findings {
    let reported = events.iter().map(|event| Findings::deserialize(&event.body["findings"]));
    reported.flat_map(Result::unwrap_or_default).collect()
}

fn tried_said(tried: &Finding) -> String {
    format!("{} {}", tried.rule, if tried.passed { "passed" } else { "failed" })
}

/// The rules that the findings of these events name.
pub fn rules_tried(events: &[Reported]) -> Vec<String> {
    let mut rules: Vec<_> = findings(events).into_iter().map(|finding| finding.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn pairs(expected: &EventExpected) -> Vec<(&str, &Map<String, Value>)> {
    static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match expected {
        EventExpected::Type(kind) => vec![(kind.as_str(), &*NOTHING)],
        EventExpected::Saying(says) => says.iter().map(|(k, says)| (k.as_str(), says)).collect(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
