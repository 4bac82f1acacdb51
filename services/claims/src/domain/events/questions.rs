//! Questions and answers (C3).

use recourse_kernel::{ClaimId, Instant, Sealed};
use serde::{Deserialize, Serialize};

use super::submission::Photo;

/// The provider asked the buyer a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAsked {
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    pub text: Sealed,
    /// What the buyer is asked to send, if it is a document (C2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_for: Option<AsksFor>,
    /// In writing or by phone.
    pub channel: Channel,
    /// When the buyer is reminded.
    pub remind_at: Instant,
    /// First instant at which an answer is too late.
    pub answer_by: Instant,
}

/// What a question asks the buyer to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsksFor {
    /// A document or photo without which the form is incomplete (C2).
    Document,
}

/// How a question was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Written,
    /// By phone; the text is the written record of the call.
    Phone,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    pub text: Sealed,
    /// Photos that the buyer added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// In writing or by phone.
    pub channel: Channel,
    /// How long the answer was awaited, in whole seconds.
    pub paused_seconds: i64,
    /// Until when the provider chooses the remedy, if it waited for this answer (T12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}

/// T12: a question after the verdict was not answered in time. The claim continues without the
/// answer, and the clock runs again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionLapsed {
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    /// When its days were over.
    pub at: Instant,
    /// Until when the provider chooses the remedy, if it waited for this answer (T12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Instant>,
}

/// The buyer was reminded to answer a question or an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderSent {
    pub claim: ClaimId,
    /// Number of the question, if the reminder is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// Number of the offer, if the reminder is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<u32>,
}
