//! The table `claims`: a claim as it stands, with everything that was said and decided about it.

use std::collections::BTreeMap;

use recourse_kernel::{Findings, Instant, Principal, Record, Sealed};
use recourse_runtime::projector::Table;
use recourse_terms::{Cause, Exclusion, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::appeal::AppealOf;
use crate::domain::chain::EarlierRepair;
use crate::domain::defects::DefectAdded;
use crate::domain::inspection::Progress;
use crate::domain::questions::Channel;
use crate::domain::remedy::Remedy;
use crate::domain::submission::{Filed, Photo};
use crate::domain::time::DeadlinePassed;
use crate::domain::verification::Ground;
use crate::domain::{Claim, ClaimEvent};

/// The table `claims`.
pub struct ClaimsTable;

/// A claim, as it is kept for reading. Personal texts are kept as they came: sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// The same fold as the one that decides.
    pub claim: Claim,
    /// What is wrong.
    pub defect: Sealed,
    /// Name, e-mail and telephone.
    pub contact: Sealed,
    /// The photos.
    pub photos: Vec<Photo>,
    /// Repairs of the defect elsewhere, before the claim (T6).
    pub earlier_repairs: Vec<EarlierRepair>,
    /// The defects that joined it (C4).
    pub more_defects: Vec<DefectAdded>,
    /// Questions and answers, by number.
    pub talk: BTreeMap<u32, Said>,
    /// Why it was rejected.
    pub rejection: Option<Rejection>,
    /// What was found, the last word after an appeal.
    pub verdict: Option<Verdict>,
    /// What made the defect.
    pub cause: Option<Cause>,
    /// What the remedy is.
    pub remedy: Option<Remedy>,
    /// What was written beside offers, by their numbers.
    pub offer_texts: BTreeMap<u32, Sealed>,
    /// The appeal.
    pub appeal: Option<Appeal>,
    /// The shop that the job was opened at.
    pub shop: Option<String>,
    /// The deadlines that passed (T8).
    pub deadlines: Vec<DeadlinePassed>,
    /// Who decided what, by which rules.
    pub decisions: Vec<Decided>,
}

/// A question and its answer (C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// How it was asked.
    pub channel: Channel,
    /// When.
    pub asked_at: Instant,
    /// What was asked.
    pub request: Sealed,
    /// Until when the answer was awaited.
    pub answer_by: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// What was answered.
    pub answer: Option<Sealed>,
    /// When the buyer was reminded.
    pub reminded_at: Option<Instant>,
}

/// Why papers were rejected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// When.
    pub at: Instant,
    /// On what ground.
    pub code: Ground,
    /// Which exclusion, if it is one.
    pub exclusion: Option<Exclusion>,
    /// Why, in the provider's words.
    pub explanation: Option<Sealed>,
    /// Until when to appeal.
    pub appeal_until: Option<Instant>,
}

/// An appeal and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    /// Of what.
    pub of: AppealOf,
    /// When.
    pub at: Instant,
    /// Why the buyer did not agree.
    pub grounds: Sealed,
    /// Until when it is to be decided (T8).
    pub decide_by: Option<Instant>,
    /// Whether the buyer was right, once that is decided.
    pub upheld: Option<bool>,
    /// Why, in the words of who decided it.
    pub explanation: Option<Sealed>,
}

/// A decision, and how it explains itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The event that says so.
    pub event: String,
    /// What was decided, as a sentence.
    pub said: String,
    /// When.
    pub at: Instant,
    /// When it was written down.
    pub recorded_at: Instant,
    /// Who.
    pub by: Principal,
    /// The decisions that would be other ones, where a late fact opened a review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would_differ: Vec<Value>,
    /// The rules that were tried.
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
            appeal: None,
            shop: None,
            deadlines: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// What the fold that decides does not keep: what was said, and why.
    fn take(&mut self, event: &ClaimEvent, at: Instant) {
        match event {
            ClaimEvent::DefectAdded(event) => self.more_defects.push(event.clone()),
            ClaimEvent::QuestionAsked(event) => {
                let said = Said {
                    channel: event.channel,
                    asked_at: at,
                    request: event.text.clone(),
                    answer_by: event.answer_by,
                    answered_at: None,
                    answer: None,
                    reminded_at: None,
                };
                self.talk.insert(event.question, said);
            }
            ClaimEvent::QuestionAnswered(event) => {
                if let Some(said) = self.talk.get_mut(&event.question) {
                    said.answered_at = Some(at);
                    said.answer = Some(event.text.clone());
                }
            }
            ClaimEvent::ReminderSent(event) => {
                if let Some(said) = event.question.and_then(|number| self.talk.get_mut(&number)) {
                    said.reminded_at = Some(at);
                }
            }
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
            ClaimEvent::Appealed(event) => {
                self.appeal = Some(Appeal {
                    of: event.of,
                    at,
                    grounds: event.grounds.clone(),
                    decide_by: event.decide_by,
                    upheld: None,
                    explanation: None,
                });
            }
            ClaimEvent::AppealDecided(event) => {
                if let Some(appeal) = &mut self.appeal {
                    appeal.upheld = Some(event.upheld);
                    appeal.explanation.clone_from(&event.explanation);
                }
            }
            ClaimEvent::DeadlinePassed(event) => self.deadlines.push(event.clone()),
            _ => {}
        }
    }
}

impl Decided {
    /// A decision as it is explained, if the event decides something.
    fn of(event: &ClaimEvent, record: &Record) -> Option<Self> {
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

impl Table for ClaimsTable {
    const NAME: &'static str = "claims";
    const KEY: &'static str = "claim";
    type Event = ClaimEvent;
    type Row = ClaimRow;

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
        row.claim.take(event, record.time);
        row.take(event, record.time);
        row.decisions.extend(Decided::of(event, record));
        Some(row)
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, ClaimRow)>> {
        let rows = sqlx::query("select claim, document from claims where claim = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let Json(document) = row.try_get("document")?;
                Ok((row.try_get("claim")?, document))
            })
            .collect()
    }

    async fn save(connection: &mut PgConnection, rows: &[(String, ClaimRow)]) -> sqlx::Result<()> {
        let column = |value: fn(&Claim) -> String| -> Vec<String> {
            rows.iter().map(|(_, row)| value(&row.claim)).collect()
        };
        let documents: Vec<Json<&ClaimRow>> = rows.iter().map(|(_, row)| Json(row)).collect();
        sqlx::query(
            "insert into claims (claim, policy, provider, buyer, stage, document)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                                  $6::jsonb[])
             on conflict (claim) do update set
                 policy = excluded.policy, provider = excluded.provider, buyer = excluded.buyer,
                 stage = excluded.stage, document = excluded.document",
        )
        .bind(column(|claim| claim.id.to_string()))
        .bind(column(|claim| claim.policy.to_string()))
        .bind(column(|claim| claim.provider.to_string()))
        .bind(column(|claim| claim.buyer.clone()))
        .bind(column(|claim| claim.stage.name().to_owned()))
        .bind(documents)
        .execute(connection)
        .await?;
        Ok(())
    }
}
