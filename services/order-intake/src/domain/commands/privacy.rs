//! Requests about personal data. These are stable formats.

use recourse_kernel::{OrderId, PrivacyRequestId};
use serde::{Deserialize, Serialize};

use super::Reported;
use crate::domain::events::{PrivacyOutcome, PrivacyRequestKind, PrivacyScope};

/// Reports that a shop passes on a request about personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestPrivacy {
    /// Id of the order or, for a request that names none, an id derived from the buyer or the shop.
    pub order: OrderId,
    /// What is requested.
    pub kind: PrivacyRequestKind,
    /// What it is about.
    pub scope: PrivacyScope,
    /// The marketplace's name.
    pub marketplace: String,
    /// The buyer's pseudonym, `b-…`; absent for a request about a whole shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    /// The marketplace's own id of the request, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Records what an operator did about a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvePrivacyRequest {
    /// Id of the request.
    pub request: PrivacyRequestId,
    /// What was done.
    pub outcome: PrivacyOutcome,
}
