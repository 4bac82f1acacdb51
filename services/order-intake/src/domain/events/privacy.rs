//! Requests about personal data, without the data. These are stable formats.

use recourse_kernel::{Instant, OrderId, PrivacyRequestId};
use serde::{Deserialize, Serialize};

/// A shop passed on a request about personal data. It is a task for an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRequested {
    /// Id of the request: the order's key, and the number of the request.
    pub request: PrivacyRequestId,
    /// Id of the order or, for a request that names none, an id derived from the buyer or the shop.
    pub order: OrderId,
    /// What is requested.
    pub kind: PrivacyRequestKind,
    /// What it is about.
    pub scope: PrivacyScope,
    /// The marketplace's name.
    pub marketplace: String,
    /// The buyer's pseudonym, under which their data is sealed; absent for a whole shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    /// The marketplace's own id of the request, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When the request was received.
    pub received_at: Instant,
    /// Until when it has to be resolved.
    pub due: Instant,
}

/// An operator resolved a request about personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRequestResolved {
    /// Id of the request.
    pub request: PrivacyRequestId,
    /// What was done.
    pub outcome: PrivacyOutcome,
    /// When it was resolved.
    pub resolved_at: Instant,
}

/// What a request about personal data wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyRequestKind {
    /// The data is to be erased.
    Erasure,
    /// The person is to get a copy of it.
    Access,
}

/// What a request about personal data is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyScope {
    /// One order of a buyer.
    Order,
    /// A buyer, without any order.
    Buyer,
    /// Everything of a shop.
    Shop,
}

/// What was done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyOutcome {
    /// The buyer's key is destroyed.
    Erased,
    /// It was answered outside of this system, such as with a copy of the data.
    Answered,
    /// It was declined, because the data is still needed.
    Declined,
}

impl PrivacyOutcome {
    /// The name in formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Answered => "answered",
            Self::Declined => "declined",
        }
    }
}
