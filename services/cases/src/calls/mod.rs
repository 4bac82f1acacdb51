//! Turns a step of a case into the facts and calls to send. Pure: it says what to send and as whom;
//! the players decide how.

mod bench;
mod command;
mod fact;
mod form;
mod payments;
mod terms;
mod who;

use recourse_kernel::Principal;
use serde_json::{Map, Value, json};

use super::actions::{About, Action, Actor, Kind};
use super::documents::Documents;
use super::file::Act;
use super::purchase::{Purchase, money};
use super::seen::Seen;
use super::when::Calendar;

#[derive(Debug, Clone)]
pub enum Sent {
    /// A fact on the marketplace's topic.
    Fact {
        /// The kind: `placed`, `paid`, …
        kind: &'static str,
        id: String,
        data: Value,
    },
    Call(Box<Call>),
}

/// A command over HTTP, and the same command as it is on the topic.
#[derive(Debug, Clone)]
pub struct Call {
    pub who: Principal,
    pub path: String,
    pub body: Value,
    /// How many photos to upload first, and under which policy.
    pub photos: u64,
    pub type_name: String,
    pub command: Value,
    /// The key of the target stream.
    pub key: String,
    /// Unique among all commands of the case.
    pub idempotency_key: String,
    /// Whether this role may not send the command: the edge refuses it.
    pub is_not_theirs: bool,
}

/// The context in which a step is expanded.
pub struct Scene<'a> {
    pub purchase: &'a Purchase,
    pub seen: &'a Seen,
    /// The bundled terms, tariffs and shops.
    pub documents: &'a Documents,
    /// The calendar that resolves the step's `at`.
    pub calendar: Calendar,
    pub step: usize,
    /// The line and version of the case's terms, if it names any.
    pub line: Option<(&'a str, u32)>,
    /// Distinguishes this run of this case from all others.
    pub own: &'a str,
}

impl Scene<'_> {
    /// Expands an action into what has to be sent.
    pub fn sent(
        &self,
        actor: Actor,
        act: &Act,
        subject: Option<&str>,
    ) -> Result<Vec<Sent>, String> {
        let action = Action::find(actor, &act.word)?;
        action.check(&act.fields)?;
        let given = Given { scene: self, action, fields: &act.fields };
        match action.about {
            About::Others => {
                let action = Action::of_others(actor, given.text("action").unwrap_or_default())?;
                let tried = Given { action, ..given };
                let who = tried.who(actor, subject)?;
                let call = Call { is_not_theirs: true, ..tried.call(who)? };
                Ok(vec![Sent::Call(Box::new(call))])
            }
            About::Fact => Ok(vec![given.fact()?]),
            About::Payment => given.payments(),
            About::Terms => given.terms(),
            _ => {
                let who = given.who(actor, subject)?;
                Ok(vec![Sent::Call(Box::new(given.call(who)?))])
            }
        }
    }
}

struct Given<'a> {
    scene: &'a Scene<'a>,
    action: &'static Action,
    fields: &'a Map<String, Value>,
}

impl Given<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key)?.as_str()
    }

    fn number(&self, key: &str) -> Result<Option<u32>, String> {
        let Some(value) = self.fields.get(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or_else(|| format!("`{key}` must be a number"))
    }

    fn unit(&self) -> Result<u32, String> {
        Ok(self.number("unit")?.unwrap_or(1))
    }

    /// The claim that is meant; by default the unit's latest.
    fn claim(&self) -> Result<u32, String> {
        let policy = self.scene.purchase.device(self.unit()?).policy().to_string();
        let latest = self.scene.seen.count("claim.filed", "policy", &policy).max(1);
        Ok(self.number("claim")?.unwrap_or(latest))
    }

    fn visit(&self) -> Result<u32, String> {
        let claim = self.scene.purchase.claim(self.unit()?, self.claim()?).to_string();
        let latest = self.scene.seen.count("job.opened", "claim", &claim).max(1);
        Ok(self.number("visit")?.unwrap_or(latest))
    }

    fn job(&self) -> Result<recourse_kernel::JobId, String> {
        Ok(self.scene.purchase.job(self.unit()?, self.claim()?, self.visit()?))
    }

    /// A field's value as the command has it.
    fn value(&self, kind: Kind, name: &str, value: &Value) -> Result<Value, String> {
        let text = || match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(format!("`{name}` must be a text")),
        };
        let calendar = &self.scene.calendar;
        Ok(match kind {
            Kind::Text | Kind::Words => json!(text()?),
            Kind::Money => json!(money(&text()?)?),
            Kind::Time => json!(calendar.instant(&text()?)?),
            Kind::Day => json!(calendar.day_of(&text()?)?),
            Kind::Flag => json!(value.as_bool().ok_or(format!("`{name}` must be true or false"))?),
            Kind::Number => json!(value.as_u64().ok_or(format!("`{name}` must be a number"))?),
            Kind::Units | Kind::Patch => value.clone(),
            Kind::OneOf(words) => {
                let word = text()?;
                if !words.contains(&word.as_str()) {
                    return Err(format!(
                        "`{word}` is not a valid `{name}`; use one of {}",
                        words.join(", ")
                    ));
                }
                json!(word)
            }
        })
    }

    /// The given fields, as the HTTP body has them.
    fn body(&self) -> Result<Map<String, Value>, String> {
        let mut body = Map::new();
        for field in self.action.fields {
            if let Some(value) = self.fields.get(field.name) {
                body.insert(field.name.to_owned(), self.value(field.kind, field.name, value)?);
            }
        }
        Ok(body)
    }
}
