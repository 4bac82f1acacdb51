//! Questions and appeals as returned by the API. This is a public format.

use recourse_edge::Problem;
use recourse_kernel::Instant;
use serde::Serialize;

use super::view::Texts;
use crate::domain::events::{AppealOf, AsksFor, Channel};
use crate::projections::claims::ClaimRow;

#[derive(Debug, Serialize)]
pub(super) struct QuestionView {
    question: u32,
    channel: Channel,
    asked_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    answer_by: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    reminded_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// `document` if the buyer is asked to send one (C2).
    #[serde(skip_serializing_if = "Option::is_none")]
    asks_for: Option<AsksFor>,
    /// SHA-256 of the photos that the answer added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    photos: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct AppealView {
    of: AppealOf,
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_by: Option<Instant>,
    /// When it went to the marketplace, because the provider did not decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upheld: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    /// When the buyer withdrew it together with the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Instant>,
}

pub(super) async fn questions(
    row: &ClaimRow,
    texts: &Texts<'_>,
) -> Result<Vec<QuestionView>, Problem> {
    let mut views = Vec::with_capacity(row.talk.len());
    for (question, said) in &row.talk {
        views.push(QuestionView {
            question: *question,
            channel: said.channel,
            asked_at: said.asked_at,
            text: texts.open(&said.request).await?,
            answer_by: said.answer_by,
            reminded_at: said.reminded_at,
            answered_at: said.answered_at,
            answer: texts.open_if(said.answer.as_ref()).await?,
            asks_for: said.asks_for,
            photos: said.photos.clone(),
        });
    }
    Ok(views)
}

pub(super) async fn appeals(row: &ClaimRow, texts: &Texts<'_>) -> Result<Vec<AppealView>, Problem> {
    let mut views = Vec::with_capacity(row.appeals.len());
    for appeal in &row.appeals {
        views.push(AppealView {
            of: appeal.of,
            at: appeal.at,
            decide_by: appeal.decide_by,
            escalated_at: appeal.escalated_at,
            grounds: texts.open(&appeal.grounds).await?,
            upheld: appeal.upheld,
            explanation: texts.open_if(appeal.explanation.as_ref()).await?,
            withdrawn_at: appeal.withdrawn_at,
        });
    }
    Ok(views)
}
