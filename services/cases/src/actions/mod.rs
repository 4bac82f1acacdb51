//! What actors can do in a case: the words of the public commands, who may use them, and their
//! fields.
//!
//! One table ([`ACTIONS`]) serves the reader of case files, their JSON Schema, and both players.

mod table;

pub use table::ACTIONS;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The shop site: publishes what happens to orders, and decides disputes.
    Marketplace,
    Buyer,
    Seller,
    /// The provider's staff.
    Adjuster,
    /// The provider, who publishes terms.
    Provider,
    /// The repair shop to which the job was routed.
    Shop,
    /// The payment gateway.
    Gateway,
}

impl Actor {
    /// Every actor, in the order of the page about case files.
    pub const ALL: [Self; 7] = [
        Self::Marketplace,
        Self::Buyer,
        Self::Seller,
        Self::Adjuster,
        Self::Provider,
        Self::Shop,
        Self::Gateway,
    ];

    /// The key in a case file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Marketplace => "marketplace",
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Adjuster => "adjuster",
            Self::Provider => "provider",
            Self::Shop => "shop",
            Self::Gateway => "gateway",
        }
    }

    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|actor| actor.name()).collect()
    }
}

/// The type of a field, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text that is passed on unchanged.
    Text,
    /// A person's text, which is sealed before it reaches the log.
    Words,
    /// An amount in minor units: `38000 RUB`.
    Money,
    /// An instant, written as in `at`.
    Time,
    /// A day, written as in `at`; the time of day is ignored.
    Day,
    /// `true` or `false`.
    Flag,
    /// A number from 1 (for a claim, 0 means none).
    Number,
    /// Some units of the order line: `[1, 2]`.
    Units,
    OneOf(&'static [&'static str]),
    /// Any value, passed on unchanged: a merge patch of terms, a list of earlier repairs.
    Patch,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key in the case file.
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What an action is about: where its command goes, and which numbers select the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A fact on the marketplace's topic.
    Fact,
    Order,
    Device,
    /// The unit's latest dispute, or the one with the given number.
    Dispute,
    Policy,
    /// The latest claim, or the one with the given number.
    Claim,
    Question,
    Offer,
    /// The latest goodwill payment of the claim, or the one with the given number.
    Goodwill,
    /// The claim's latest visit to a shop, or the one with the given number.
    Job,
    /// The latest shipment of that visit, or the one with the given number.
    Shipment,
    /// The unpaid payments of the latest settlement, or the one with the given number.
    Payment,
    /// The latest review of that claim, or the one with the given number.
    Review,
    /// The latest review of a refused filing under the unit's policy, or the one with the given
    /// number.
    RefusalReview,
    Terms,
    /// Any action that belongs to another actor.
    Others,
}

impl About {
    /// The numbers that select the target; each defaults to the latest.
    pub fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Fact | Self::Order | Self::Terms => &[],
            Self::Device | Self::Policy => &["unit"],
            Self::Dispute => &["unit", "dispute"],
            Self::Claim => &["unit", "claim"],
            Self::Review => &["unit", "claim", "review"],
            Self::RefusalReview => &["unit", "review"],
            Self::Question => &["unit", "claim", "question"],
            Self::Offer => &["unit", "claim", "offer"],
            Self::Goodwill => &["unit", "claim", "goodwill"],
            Self::Job => &["unit", "claim", "visit"],
            Self::Shipment | Self::Others => &["unit", "claim", "visit", "shipment"],
            Self::Payment => &["unit", "claim", "payment"],
        }
    }
}

/// An action that a case can contain.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The word in the case file, taken from the command's name.
    pub word: &'static str,
    /// The actors that may use it.
    pub actors: &'static [Actor],
    pub about: About,
    /// The command's type, or the fact's.
    pub type_name: &'static str,
    /// The end of the HTTP path, after the target's own.
    pub path: &'static str,
    pub fields: &'static [Field],
}

impl Action {
    /// Finds an action of this actor by its word; otherwise an error that lists the valid words.
    pub fn find(actor: Actor, word: &str) -> Result<&'static Self, String> {
        let theirs = || ACTIONS.iter().filter(|action| action.actors.contains(&actor));
        theirs().find(|action| action.word == word).ok_or_else(|| {
            let words: Vec<_> = theirs().map(|action| action.word).collect();
            format!(
                "`{word}` is not an action of the {}; use one of {}",
                actor.name(),
                words.join(", ")
            )
        })
    }

    /// Finds an action that this actor may not perform, by its word; otherwise an error that says
    /// why it cannot be tried.
    pub fn of_others(actor: Actor, word: &str) -> Result<&'static Self, String> {
        let untried = [About::Fact, About::Payment, About::Terms, About::Others];
        let action =
            ACTIONS.iter().find(|action| action.word == word && !untried.contains(&action.about));
        let action =
            action.ok_or_else(|| format!("`{word}` cannot be tried: there is no such action"))?;
        if action.actors.contains(&actor) {
            return Err(format!("the {} may `{word}`; write it without `try`", actor.name()));
        }
        Ok(action)
    }

    /// The command's full type name.
    pub fn command_type(&self) -> String {
        match self.about {
            About::Claim | About::Offer | About::Goodwill => {
                format!("recourse.claim.{}.v1", self.type_name)
            }
            About::Job if !self.type_name.starts_with("recourse.") => {
                format!("recourse.job.{}.v1", self.type_name)
            }
            About::Shipment => format!("recourse.job.{}.v1", self.type_name),
            About::Dispute if !self.type_name.starts_with("recourse.") => {
                format!("recourse.order.{}.v1", self.type_name)
            }
            _ => self.type_name.to_owned(),
        }
    }

    pub fn keys(&self) -> Vec<&'static str> {
        let fields = self.fields.iter().map(|field| field.name);
        let numbers = self.about.numbers().iter().copied();
        let mut keys: Vec<_> = fields.chain(numbers).collect();
        keys.dedup();
        keys
    }

    /// Checks that every given key is known and every required key is given.
    pub fn check(&self, fields: &serde_json::Map<String, serde_json::Value>) -> Result<(), String> {
        let keys = self.keys();
        if let Some(unknown) = fields.keys().find(|key| !keys.contains(&key.as_str())) {
            let there = if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") };
            return Err(format!("`{unknown}` is not a field of `{}`; allowed: {there}", self.word));
        }
        let missing = self.fields.iter().find(|f| f.required && !fields.contains_key(f.name));
        missing
            .map_or(Ok(()), |field| Err(format!("`{}` is required by `{}`", field.name, self.word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_table_is_a_contract() {
        let commands = |action: &&Action| !matches!(action.about, About::Fact | About::Others);
        for action in ACTIONS.iter().filter(commands) {
            let name = action.command_type();
            // Reported in the same words as it is recorded.
            let is_event = name == "recourse.job.parts_arrived.v1";
            assert!(is_event || recourse_schemas::schema(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn an_unknown_word_is_reported_with_the_valid_ones() {
        let error = Action::find(Actor::Gateway, "steal").unwrap_err();
        assert_eq!(
            error,
            "`steal` is not an action of the gateway; use one of confirm_payment, fail_payment, try"
        );
        let pay = Action::find(Actor::Gateway, "fail_payment").unwrap();
        let fields = serde_json::json!({"amuont": 1});
        let error = pay.check(fields.as_object().unwrap()).unwrap_err();
        assert!(
            error.contains("allowed: code, reason, failed_at, unit, claim, payment"),
            "{error}"
        );
    }
}
