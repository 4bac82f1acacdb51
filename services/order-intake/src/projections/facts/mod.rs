//! What a marketplace reported about an order, and what became of each fact: one row per order.

mod event;

use recourse_kernel::{Instant, Record, Refusal, Role};
use recourse_runtime::projector::{Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::events::{FactKept, KeptFactRefused, MissingFact};
use event::{FactEvent, OfShipment, kind_of_command, kind_of_event};

pub use event::InputPosition;

/// The table `facts`.
pub struct FactsTable;

/// The document of an order's row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FactsRow {
    /// The facts, in order of arrival.
    pub facts: Vec<FactRow>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRow {
    /// The marketplace that reported it; empty while it cannot be read.
    pub marketplace: String,
    /// The id of the command that it became; empty if it has none that can be read.
    pub command_id: String,
    /// The source's own id of it. None if it was sent over HTTP, or cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it reports: `placed`, `paid`, …. None while it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When it was first answered.
    pub received_at: Instant,
    /// What became of it.
    pub state: FactState,
    /// The fact that it waits for, while it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingFact>,
    /// The marketplace's id of the shipment whose units it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<String>,
    /// Why it was refused, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<WhyRefused>,
    /// The dead letter that it is, until it is redriven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter: Option<InputPosition>,
}

/// What became of a fact. This is a public format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactState {
    /// It changed the order.
    Recorded,
    /// It said what was known already.
    AlreadyKnown,
    /// It waits for a fact that it depends on.
    Kept,
    /// A rule refused it.
    Refused,
    /// It could not be read or decided, or waits after one that could not.
    DeadLettered,
    /// It was dead-lettered, and an operator discarded it.
    Discarded,
}

/// Why a fact was refused. This is a public format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyRefused {
    /// A stable code for machines.
    pub code: String,
    /// The rules that refuse it.
    pub rules: Vec<String>,
    /// The reason, as a sentence for people.
    pub detail: String,
}

impl PgTable for FactsTable {
    const NAME: &'static str = "facts";
    const KEY: &'static str = "order_id";
    type Event = FactEvent;
    type Row = FactsRow;
    const COLUMNS: Columns<FactsRow> = Columns::with_document(&[]);

    fn key(event: &FactEvent, record: &Record) -> Option<String> {
        let is_of_the_marketplace = record.principal.role == Role::Marketplace;
        (is_of_the_marketplace || event.is_about_a_dead_letter())
            .then(|| format!("ord_{}", record.key))
    }

    fn evolve(row: Option<FactsRow>, event: &FactEvent, record: &Record) -> Option<FactsRow> {
        let mut row = row.unwrap_or_default();
        match event {
            FactEvent::Kept(kept) => row.keep(kept, record),
            FactEvent::KeptRefused(refused) => row.refuse_kept(refused, record),
            FactEvent::Refused(refusal) => {
                let fact = row.fact(kind_of_command(&refusal.command)?, record);
                fact.settle(FactState::Refused);
                fact.refusal = Some(refusal.into());
            }
            FactEvent::Noted(noted) => {
                row.fact(kind_of_command(&noted.input_type)?, record)
                    .settle(FactState::AlreadyKnown);
            }
            FactEvent::ReportedAgain(_) => {
                row.fact("placed", record).settle(FactState::AlreadyKnown);
            }
            FactEvent::Blocked(letter) | FactEvent::DeadLettered(letter) => {
                row.dead_letter(letter, record);
            }
            FactEvent::Redriven(letter) => row.at(letter)?.dead_letter = None,
            FactEvent::Discarded(letter) => row.at(letter)?.state = FactState::Discarded,
            _ => row.record(event, record)?,
        }
        Some(row)
    }
}

impl FactsRow {
    /// The entry of the fact that this record answers.
    fn entry(&mut self, record: &Record) -> &mut FactRow {
        let id = &record.command_id;
        let known = self.facts.iter().position(|fact| !id.is_empty() && fact.command_id == *id);
        let at = known.unwrap_or(self.facts.len());
        if known.is_none() {
            self.facts.push(FactRow {
                marketplace: String::new(),
                command_id: id.clone(),
                id: None,
                kind: None,
                received_at: record.recorded,
                state: FactState::Recorded,
                missing: None,
                shipment: None,
                refusal: None,
                dead_letter: None,
            });
        }
        &mut self.facts[at]
    }

    /// The same, with what the record says about a fact that could be read.
    fn fact(&mut self, kind: &str, record: &Record) -> &mut FactRow {
        let fact = self.entry(record);
        let marketplace = &record.principal.subject;
        fact.marketplace.clone_from(marketplace);
        // A feed's command is caused by `MARKETPLACE/ID`, one that was sent over HTTP by itself.
        let id = record.causation_id.strip_prefix(marketplace.as_str());
        fact.id = id.and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
        fact.kind.get_or_insert_with(|| kind.to_owned());
        fact
    }

    /// The entry with the source's id, which an event about a kept fact names. Such an event
    /// answers the fact that was missing.
    fn kept(&mut self, id: &str, kind: &str, record: &Record) -> &mut FactRow {
        let is_kept = |fact: &FactRow| {
            fact.id.as_deref() == Some(id) && fact.marketplace == record.principal.subject
        };
        match self.facts.iter().position(is_kept) {
            Some(at) => &mut self.facts[at],
            None => self.fact(kind, record),
        }
    }

    fn keep(&mut self, kept: &FactKept, record: &Record) {
        let kind = kind_of_command(&kept.command).unwrap_or(&kept.fact);
        let fact = self.kept(&kept.id, kind, record);
        fact.settle(FactState::Kept);
        fact.missing = Some(kept.missing);
        if kept.missing == MissingFact::Shipped {
            fact.shipment = kept.shipment().map(str::to_owned);
        }
    }

    fn refuse_kept(&mut self, refused: &KeptFactRefused, record: &Record) {
        let fact = self.kept(&refused.id, &refused.fact, record);
        fact.settle(FactState::Refused);
        let (rules, detail) = (refused.rules.clone(), refused.detail.clone());
        fact.refusal = Some(WhyRefused { code: refused.code.clone(), rules, detail });
    }

    /// A fact changed the order, and facts that waited for it had their turn.
    fn record(&mut self, event: &FactEvent, record: &Record) -> Option<()> {
        let settled = match event {
            FactEvent::Disregarded(_) => FactState::AlreadyKnown,
            _ => FactState::Recorded,
        };
        for waiting in self.facts.iter_mut().filter(|fact| fact.is_next_after(event)) {
            waiting.settle(settled);
        }
        self.fact(kind_of_event(&record.type_name)?, record).settle(FactState::Recorded);
        Some(())
    }

    fn dead_letter(&mut self, letter: &InputPosition, record: &Record) {
        let fact = self.entry(record);
        fact.settle(FactState::DeadLettered);
        fact.dead_letter = Some(letter.clone());
    }

    /// The entry that was dead-lettered at this position.
    fn at(&mut self, letter: &InputPosition) -> Option<&mut FactRow> {
        let is_it = |fact: &&mut FactRow| {
            fact.dead_letter.as_ref().is_some_and(|it| it.dead_letter == letter.dead_letter)
        };
        self.facts.iter_mut().find(is_it)
    }
}

impl FactRow {
    fn settle(&mut self, state: FactState) {
        self.state = state;
        (self.missing, self.refusal, self.dead_letter) = (None, None, None);
        self.shipment = None;
    }

    /// Whether it waits for this event, as in [`FactKept::is_next_after`].
    fn is_next_after(&self, event: &FactEvent) -> bool {
        let Some(missing) = self.missing else { return false };
        let is_of = |of: &OfShipment| of.reference.is_some() && of.reference == self.shipment;
        match (missing, event) {
            (MissingFact::Placed, FactEvent::Placed(_) | FactEvent::Disregarded(_))
            | (MissingFact::Delivered, FactEvent::Delivered(_))
            | (
                MissingFact::Shipped | MissingFact::Line,
                FactEvent::Cancelled(_) | FactEvent::LinesAdded(_),
            ) => true,
            (MissingFact::Delivered, FactEvent::DeliveryCorrected(of)) => {
                of.reference.is_some() || of.presumed.is_some()
            }
            (
                MissingFact::Shipped,
                FactEvent::Delivered(of)
                | FactEvent::DeliveryCorrected(of)
                | FactEvent::ShipmentNoted(of),
            ) => is_of(of),
            _ => false,
        }
    }
}

impl From<&Refusal> for WhyRefused {
    fn from(refusal: &Refusal) -> Self {
        let (rules, detail) = (refusal.rules.clone(), refusal.detail.clone());
        Self { code: refusal.code.clone(), rules, detail }
    }
}

#[cfg(test)]
mod tests;
