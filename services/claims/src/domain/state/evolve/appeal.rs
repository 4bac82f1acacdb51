//! The one appeal.

use crate::domain::events::{AppealDecided, Appealed};
use crate::domain::state::{AppealState, Claim};

impl Claim {
    pub(super) fn appealed(&mut self, event: &Appealed) {
        self.appeal = Some(AppealState { of: event.of, upheld: None, decide_by: event.decide_by });
        // Open offers were based on a verdict that is now in doubt.
        for offer in &mut self.offers {
            offer.answered = true;
        }
    }

    pub(super) fn appeal_decided(&mut self, event: &AppealDecided) {
        self.appeal =
            Some(AppealState { of: event.of, upheld: Some(event.upheld), decide_by: None });
    }
}
