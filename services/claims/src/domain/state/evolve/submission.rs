//! Stage 1, submission.

use std::collections::BTreeSet;

use recourse_kernel::PauseReason;

use crate::domain::events::{DefectAdded, EarlierRepair, Filed};
use crate::domain::state::{Claim, DecisionClock, DocumentsClock, Stage};

impl Claim {
    pub fn filed(event: &Filed) -> Self {
        let clock = event.decide_within.clone();
        // Filings of an earlier release did not carry the list: every receipt counted.
        let reported = event.receipts_that_count.clone();
        let receipts = reported.unwrap_or_else(|| EarlierRepair::receipts(&event.earlier_repairs));
        let mut claim = Self {
            id: event.claim,
            policy: event.policy,
            order: event.order,
            device: event.device,
            buyer: event.buyer.clone(),
            provider: event.provider.clone(),
            program: event.program,
            terms: event.terms.clone(),
            country: event.country,
            city: event.city.clone(),
            serial: event.serial.clone(),
            requested_remedy: event.requested_remedy,
            defect: event.defect.clone(),
            contact: event.contact.clone(),
            photos: event.photos.clone(),
            chain: event.chain.clone(),
            filed_at: event.filed_at,
            counts_as_filed_at: event.admitted.map_or(event.filed_at, |admitted| admitted.as_of),
            shown: shown(event),
            defect_code: event.defect_code,
            under_replacement: event.under_replacement,
            stage: Stage::Verification,
            stage_since: event.filed_at,
            carried_out_within_days: event.carried_out_within_days,
            documents: DocumentsClock::started(event.check_within, event.filed_at),
            clock: clock.map(|within| DecisionClock::started(within, event.filed_at)),
            questions: Vec::new(),
            visit: None,
            offers: Vec::new(),
            also_paid: None,
            appeals: Vec::new(),
            consented: false,
            found: None,
            compensate_by: None,
            is_free_of_charge: false,
            late: BTreeSet::new(),
            escalated: false,
            abandoned: None,
            defects: 1,
            repairs_elsewhere: u32::try_from(receipts.len()).unwrap_or(u32::MAX),
            receipts,
            decisions: 1,
            accepted_as: None,
            settled_as: None,
            reviews: Vec::new(),
            review_results: Vec::new(),
            goodwill: Vec::new(),
            chain_change: None,
        };
        if event.waits_for_dispute {
            claim.stage = Stage::Submission;
            claim.stop_clock(PauseReason::Dispute, event.filed_at);
        }
        claim
    }

    pub(super) fn defect_added(&mut self, event: &DefectAdded) {
        self.defects = event.defect;
    }
}

/// C10: the photos and receipts of a form, by SHA-256.
fn shown(event: &Filed) -> BTreeSet<String> {
    let photos = event.photos.iter().map(|photo| photo.sha256.clone());
    photos.chain(EarlierRepair::receipts(&event.earlier_repairs)).collect()
}
