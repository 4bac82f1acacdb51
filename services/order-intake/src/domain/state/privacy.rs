//! Folds requests about personal data.

use serde::{Deserialize, Serialize};

use super::OrderState;
use crate::domain::events::{OrderEvent, PrivacyOutcome, PrivacyRequested};

/// A request about personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRequest {
    /// The request.
    pub requested: PrivacyRequested,
    /// What was done about it; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<PrivacyOutcome>,
}

impl OrderState {
    pub(super) fn evolve_privacy(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::PrivacyRequested(event) => {
                self.privacy.push(PrivacyRequest { requested: event.clone(), outcome: None });
            }
            OrderEvent::PrivacyRequestResolved(event) => {
                let is_it = |it: &&mut PrivacyRequest| it.requested.request == event.request;
                if let Some(known) = self.privacy.iter_mut().find(is_it) {
                    known.outcome = Some(event.outcome);
                }
            }
            _ => {}
        }
    }
}
