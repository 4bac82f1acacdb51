//! The table `claims`: the current state of each claim, with everything written and decided about
//! it.

use std::collections::BTreeMap;

use recourse_kernel::{Findings, Instant, Principal, Record, Sealed};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Cause, Exclusion, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::events::{
    AppealOf, AsksFor, Channel, ClaimEvent, DeadlinePassed, DefectAdded, EarlierRepair, Filed,
    Ground, Photo, Progress, Remedy,
};
use crate::domain::state::Claim;

pub struct ClaimsTable;

/// A claim as stored for reading. Personal texts stay sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// The claim, folded by the same code that decides.
    pub claim: Claim,
    /// Buyer's description of the defect, sealed.
    pub defect: Sealed,
    /// Buyer's name, email, phone number and street address, sealed.
    pub contact: Sealed,
    /// Photos of the defect, by hash.
    pub photos: Vec<Photo>,
    /// Earlier repairs of the defect elsewhere (T6).
    pub earlier_repairs: Vec<EarlierRepair>,
    /// Defects that joined the claim (C4).
    pub more_defects: Vec<DefectAdded>,
    /// Questions and answers, by number.
    pub talk: BTreeMap<u32, Exchange>,
    /// The rejection, if the claim was rejected.
    pub rejection: Option<Rejection>,
    /// The verdict, after any appeal.
    pub verdict: Option<Verdict>,
    /// Cause of the defect, as the shop found it.
    pub cause: Option<Cause>,
    pub remedy: Option<Remedy>,
    /// Texts that came with offers, by the offers' numbers.
    pub offer_texts: BTreeMap<u32, Sealed>,
    /// The appeals, oldest first (C11).
    pub appeals: Vec<Appeal>,
    /// Id of the shop that has the job.
    pub shop: Option<String>,
    /// Missed deadlines (T8).
    pub deadlines: Vec<DeadlinePassed>,
    /// Who decided what, by which rules.
    pub decisions: Vec<Decided>,
}

/// A question and its answer (C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// In writing or by phone.
    pub channel: Channel,
    pub asked_at: Instant,
    pub request: Sealed,
    pub answer_by: Instant,
    pub answered_at: Option<Instant>,
    pub answer: Option<Sealed>,
    /// When the buyer was reminded.
    pub reminded_at: Option<Instant>,
    /// What the buyer was asked to send.
    pub asks_for: Option<AsksFor>,
    /// SHA-256 of the photos that the answer added.
    pub photos: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// When the claim was rejected.
    pub at: Instant,
    pub code: Ground,
    /// Exclusion that applies, if the ground is `excluded`.
    pub exclusion: Option<Exclusion>,
    pub explanation: Option<Sealed>,
    /// Deadline of an appeal; absent if the terms have none.
    pub appeal_until: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    /// What was appealed: the rejection, the verdict or the chain.
    pub of: AppealOf,
    pub at: Instant,
    pub grounds: Sealed,
    /// Deadline of the decision (T8).
    pub decide_by: Option<Instant>,
    /// When it went to the marketplace.
    pub escalated_at: Option<Instant>,
    /// Whether the appeal was upheld; absent until it is decided.
    pub upheld: Option<bool>,
    pub explanation: Option<Sealed>,
    /// When the buyer withdrew the claim, and the appeal with it.
    pub withdrawn_at: Option<Instant>,
}

/// A decision and its explanation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// Type of the event that recorded it.
    pub event: String,
    /// The decision as a sentence.
    pub said: String,
    /// When the decision was made.
    pub at: Instant,
    /// When the event was written to the log.
    pub recorded_at: Instant,
    pub by: Principal,
    /// If a late fact opened a review: the decisions that would differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_differ: Vec<Value>,
    pub findings: Findings,
}

impl ClaimRow {
    fn filed(filed: &Filed) -> Self {
        Self {
            claim: Claim::filed(filed),
            defect: filed.defect.clone(),
            contact: filed.contact.clone(),
            photos: filed.photos.clone(),
            earlier_repairs: filed.earlier_repairs.clone(),
            more_defects: Vec::new(),
            talk: BTreeMap::new(),
            rejection: None,
            verdict: None,
            cause: None,
            remedy: None,
            offer_texts: BTreeMap::new(),
            appeals: Vec::new(),
            shop: None,
            deadlines: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// Applies what the deciding fold leaves out: texts and reasons.
    fn apply(&mut self, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::DefectAdded(event) => self.more_defects.push(event.clone()),
            ClaimEvent::QuestionAsked(_)
            | ClaimEvent::QuestionAnswered(_)
            | ClaimEvent::ReminderSent(_) => self.apply_to_exchange(event, at),
            ClaimEvent::Rejected(event) => {
                self.rejection = Some(Rejection {
                    at,
                    code: event.code,
                    exclusion: event.exclusion,
                    explanation: event.explanation.clone(),
                    appeal_until: event.appeal_until,
                });
            }
            ClaimEvent::JobNoted(event)
                if matches!(event.what, Progress::Opened | Progress::Moved) =>
            {
                self.shop.clone_from(&event.shop);
            }
            ClaimEvent::VerdictRecorded(event) => {
                self.verdict = Some(event.verdict);
                self.cause = Some(event.cause.clone());
            }
            ClaimEvent::RemedyChosen(event) => self.remedy = Some(event.remedy),
            ClaimEvent::OfferMade(event) => {
                let text = event.text.iter().map(|text| (event.offer, text.clone()));
                self.offer_texts.extend(text);
            }
            ClaimEvent::Appealed(_)
            | ClaimEvent::ChainContested(_)
            | ClaimEvent::AppealEscalated(_)
            | ClaimEvent::AppealDecided(_)
            | ClaimEvent::Withdrawn(_) => self.apply_to_appeal(event, at),
            ClaimEvent::DeadlinePassed(event) => self.deadlines.push(event.clone()),
            _ => {}
        }
    }

    /// Applies an appeal or its decision.
    fn apply_to_appeal(&mut self, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::Appealed(event) => {
                self.appeals.push(Appeal {
                    of: event.of,
                    at,
                    grounds: event.grounds.clone(),
                    decide_by: event.decide_by,
                    escalated_at: None,
                    upheld: None,
                    explanation: None,
                    withdrawn_at: None,
                });
            }
            ClaimEvent::ChainContested(event) => {
                self.appeals.push(Appeal {
                    of: AppealOf::Chain,
                    at,
                    grounds: event.grounds.clone(),
                    decide_by: Some(event.decide_by),
                    escalated_at: None,
                    upheld: None,
                    explanation: None,
                    withdrawn_at: None,
                });
            }
            ClaimEvent::AppealEscalated(event) => {
                if let Some(appeal) = self.open_appeal(event.of) {
                    appeal.escalated_at = Some(event.at);
                    appeal.decide_by = Some(event.decide_by);
                }
            }
            ClaimEvent::AppealDecided(event) => {
                if let Some(appeal) = self.open_appeal(event.of) {
                    appeal.upheld = Some(event.upheld);
                    appeal.explanation.clone_from(&event.explanation);
                }
            }
            ClaimEvent::Withdrawn(_) => {
                for appeal in self.appeals.iter_mut().filter(|appeal| appeal.upheld.is_none()) {
                    appeal.withdrawn_at = Some(at);
                }
            }
            _ => {}
        }
    }

    fn open_appeal(&mut self, of: AppealOf) -> Option<&mut Appeal> {
        self.appeals.iter_mut().find(|appeal| appeal.of == of && appeal.upheld.is_none())
    }

    /// Applies a question, its answer or its reminder.
    fn apply_to_exchange(&mut self, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::QuestionAsked(event) => {
                let said = Exchange {
                    channel: event.channel,
                    asked_at: at,
                    request: event.text.clone(),
                    answer_by: event.answer_by,
                    answered_at: None,
                    answer: None,
                    reminded_at: None,
                    asks_for: event.asks_for,
                    photos: Vec::new(),
                };
                self.talk.insert(event.question, said);
            }
            ClaimEvent::QuestionAnswered(event) => {
                if let Some(said) = self.talk.get_mut(&event.question) {
                    said.answered_at = Some(at);
                    said.answer = Some(event.text.clone());
                    let photos = event.photos.iter();
                    said.photos = photos.map(|photo| photo.sha256.clone()).collect();
                }
            }
            ClaimEvent::ReminderSent(event) => {
                if let Some(said) = event.question.and_then(|number| self.talk.get_mut(&number)) {
                    said.reminded_at = Some(at);
                }
            }
            _ => {}
        }
    }
}

impl Decided {
    /// The explanation of a decision; `None` if the event decides nothing.
    fn from_event(event: &ClaimEvent, record: &Record) -> Option<Self> {
        let would_differ = match event {
            ClaimEvent::ReviewOpened(opened) => opened
                .decisions
                .iter()
                .filter_map(|differs| serde_json::to_value(differs).ok())
                .collect(),
            _ => Vec::new(),
        };
        Some(Self {
            event: record.type_name.clone(),
            said: event.decided()?,
            at: record.time,
            recorded_at: record.recorded,
            by: record.principal.clone(),
            would_differ,
            findings: event.findings()?.clone(),
        })
    }
}

impl PgTable for ClaimsTable {
    const NAME: &'static str = "claims";
    const KEY: &'static str = "claim";
    type Event = ClaimEvent;
    type Row = ClaimRow;
    const COLUMNS: Columns<ClaimRow> = Columns::with_document(&[
        Column::owned_text("policy", |row| row.claim.policy.to_string()),
        Column::owned_text("provider", |row| row.claim.provider.to_string()),
        Column::text("buyer", |row| &row.claim.buyer),
        Column::text("stage", |row| row.claim.stage.name()),
    ]);

    fn key(event: &ClaimEvent, _record: &Record) -> Option<String> {
        event.claim().map(|claim| claim.to_string())
    }

    fn keys(event: &ClaimEvent, record: &Record) -> Vec<String> {
        let several = match event {
            ClaimEvent::DisputeNoted(event) => &event.claims,
            _ => return Self::key(event, record).into_iter().collect(),
        };
        several.iter().map(ToString::to_string).collect()
    }

    fn evolve(row: Option<ClaimRow>, event: &ClaimEvent, record: &Record) -> Option<ClaimRow> {
        let mut row = match (row, event) {
            (None, ClaimEvent::Filed(filed)) => ClaimRow::filed(filed),
            (row, _) => row?,
        };
        row.claim.apply(event, record.time);
        row.apply(event, record.time);
        row.decisions.extend(Decided::from_event(event, record));
        Some(row)
    }
}
