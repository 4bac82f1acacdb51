//! Everything that can happen to a purchase in claims. The bodies are in the files of their stages.
//!
//! This is a format: types and bodies are stored and published permanently. Changes need a new
//! version.

mod appeal;
mod chain;
mod deadlines;
mod explanation;
mod facts;
mod goodwill;
mod inspection;
mod questions;
mod remedy;
mod review;
mod settlement;
mod submission;
mod verification;

use recourse_kernel::{ClaimId, Event, Instant, wire_format};

pub use appeal::{AppealDecided, AppealEscalated, AppealOf, Appealed, Consented};
pub use chain::{ChainChanged, ChainContested};
pub(crate) use deadlines::carried_out_within_days;
pub use deadlines::{Awaited, CheckWithin, DeadlinePassed, DecideWithin};
pub use facts::{
    CoverageChange, CoverageEnd, CoverageNoted, DisputeEnding, DisputeNoted, DisputeState,
    OrderNoted, PolicyCoverage,
};
pub use goodwill::{GoodwillApproved, GoodwillDeclined, GoodwillGranted};
pub use inspection::{DefectVerdict, JobNoted, Progress, Shipment, ShipmentEnd, VerdictRecorded};
pub use questions::{
    AsksFor, Channel, QuestionAnswered, QuestionAsked, QuestionLapsed, ReminderSent,
};
pub use remedy::{
    OfferAccepted, OfferDeclined, OfferKind, OfferMade, OfferReopened, Remedy, RemedyChosen, Side,
};
pub use review::{
    LateFact, RefusalReviewClosed, RefusalReviewOpened, RefusalReviewOverdue, ReviewClosed,
    ReviewOpened, ReviewResult, WouldDiffer,
};
pub use settlement::{
    Closed, MoneyProgress, SettlementExtended, SettlementNoted, SettlementStarted, Withdrawal,
    Withdrawn,
};
pub use submission::{
    Admitted, Chain, DefectAdded, DefectCode, EarlierRepair, Filed, FoundBy, Photo, RequestedRemedy,
};
pub use verification::{Accepted, Ground, Rejected};

wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum ClaimEvent {
        "recourse.claim.coverage_noted.v1" => CoverageNoted(Box<CoverageNoted>),
        "recourse.claim.order_noted.v1" => OrderNoted(OrderNoted),
        "recourse.claim.dispute_noted.v1" => DisputeNoted(DisputeNoted),

        "recourse.claim.filed.v1" => Filed(Box<Filed>),
        "recourse.claim.defect_added.v1" => DefectAdded(DefectAdded),

        "recourse.claim.chain_changed.v1" => ChainChanged(Box<ChainChanged>),
        "recourse.claim.chain_contested.v1" => ChainContested(ChainContested),

        "recourse.claim.question_asked.v1" => QuestionAsked(QuestionAsked),
        "recourse.claim.question_answered.v1" => QuestionAnswered(QuestionAnswered),
        "recourse.claim.question_lapsed.v1" => QuestionLapsed(QuestionLapsed),
        "recourse.claim.reminder_sent.v1" => ReminderSent(ReminderSent),

        "recourse.claim.accepted.v1" => Accepted(Box<Accepted>),
        "recourse.claim.rejected.v1" => Rejected(Box<Rejected>),

        "recourse.claim.job_noted.v1" => JobNoted(Box<JobNoted>),
        "recourse.claim.verdict_recorded.v1" => VerdictRecorded(Box<VerdictRecorded>),

        "recourse.claim.remedy_chosen.v1" => RemedyChosen(Box<RemedyChosen>),
        "recourse.claim.offer_made.v1" => OfferMade(OfferMade),
        "recourse.claim.offer_accepted.v1" => OfferAccepted(OfferAccepted),
        "recourse.claim.offer_declined.v1" => OfferDeclined(OfferDeclined),
        "recourse.claim.offer_reopened.v1" => OfferReopened(OfferReopened),

        "recourse.claim.settlement_started.v1" => SettlementStarted(Box<SettlementStarted>),
        "recourse.claim.settlement_extended.v1" => SettlementExtended(Box<SettlementExtended>),
        "recourse.claim.settlement_noted.v1" => SettlementNoted(SettlementNoted),
        "recourse.claim.withdrawn.v1" => Withdrawn(Withdrawn),
        "recourse.claim.closed.v1" => Closed(Closed),

        "recourse.claim.appealed.v1" => Appealed(Appealed),
        "recourse.claim.appeal_escalated.v1" => AppealEscalated(AppealEscalated),
        "recourse.claim.consented.v1" => Consented(Consented),
        "recourse.claim.appeal_decided.v1" => AppealDecided(AppealDecided),

        "recourse.claim.review_opened.v1" => ReviewOpened(Box<ReviewOpened>),
        "recourse.claim.review_closed.v1" => ReviewClosed(ReviewClosed),
        "recourse.claim.refusal_review_opened.v1" => RefusalReviewOpened(RefusalReviewOpened),
        "recourse.claim.refusal_review_closed.v1" => RefusalReviewClosed(RefusalReviewClosed),
        "recourse.claim.refusal_review_overdue.v1" => RefusalReviewOverdue(RefusalReviewOverdue),

        "recourse.claim.goodwill_granted.v1" => GoodwillGranted(Box<GoodwillGranted>),
        "recourse.claim.goodwill_approved.v1" => GoodwillApproved(GoodwillApproved),
        "recourse.claim.goodwill_declined.v1" => GoodwillDeclined(GoodwillDeclined),

        "recourse.claim.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
    }
}

impl ClaimEvent {
    /// The one claim that the event is about; `None` if it is about a policy, an order or a
    /// dispute.
    pub fn claim(&self) -> Option<ClaimId> {
        Some(match self {
            Self::CoverageNoted(_)
            | Self::OrderNoted(_)
            | Self::DisputeNoted(_)
            | Self::RefusalReviewOpened(_)
            | Self::RefusalReviewClosed(_)
            | Self::RefusalReviewOverdue(_) => return None,
            Self::Filed(event) => event.claim,
            Self::DefectAdded(event) => event.claim,
            Self::QuestionAsked(event) => event.claim,
            Self::QuestionAnswered(event) => event.claim,
            Self::QuestionLapsed(event) => event.claim,
            Self::ReminderSent(event) => event.claim,
            Self::Accepted(event) => event.claim,
            Self::Rejected(event) => event.claim,
            Self::JobNoted(event) => event.claim,
            Self::VerdictRecorded(event) => event.claim,
            Self::RemedyChosen(event) => event.claim,
            Self::OfferMade(event) => event.claim,
            Self::OfferAccepted(event) => event.claim,
            Self::OfferDeclined(event) => event.claim,
            Self::OfferReopened(event) => event.claim,
            Self::SettlementStarted(event) => event.claim,
            Self::SettlementExtended(event) => event.claim,
            Self::SettlementNoted(event) => event.claim,
            Self::Withdrawn(event) => event.claim,
            Self::Closed(event) => event.claim,
            Self::Appealed(event) => event.claim,
            Self::AppealEscalated(event) => event.claim,
            Self::Consented(event) => event.claim,
            Self::AppealDecided(event) => event.claim,
            Self::ReviewOpened(event) => event.claim,
            Self::ReviewClosed(event) => event.claim,
            Self::ChainChanged(event) => event.claim,
            Self::ChainContested(event) => event.claim,
            Self::GoodwillGranted(event) => event.claim,
            Self::GoodwillApproved(event) => event.claim,
            Self::GoodwillDeclined(event) => event.claim,
            Self::DeadlinePassed(event) => event.claim,
        })
    }
}

impl Event for ClaimEvent {
    fn subject(&self) -> String {
        match self {
            Self::CoverageNoted(event) => event.policy.to_string(),
            Self::OrderNoted(event) => event.order.to_string(),
            Self::DisputeNoted(event) => event.dispute.to_string(),
            Self::RefusalReviewOpened(event) => event.policy.to_string(),
            Self::RefusalReviewClosed(event) => event.policy.to_string(),
            Self::RefusalReviewOverdue(event) => event.policy.to_string(),
            of_a_claim => of_a_claim.claim().map(|claim| claim.to_string()).unwrap_or_default(),
        }
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::OrderNoted(event) => Some(event.completed_at),
            Self::DisputeNoted(event) => Some(event.at),
            Self::DefectAdded(event) => Some(event.at),
            Self::JobNoted(event) => Some(event.at),
            Self::VerdictRecorded(event) => Some(event.found_at),
            Self::SettlementNoted(event) => Some(event.at),
            Self::QuestionLapsed(event) => Some(event.at),
            // A deadline passed when it was due, however late the clock noticed it.
            Self::DeadlinePassed(event) => Some(event.due),
            Self::RefusalReviewOverdue(event) => Some(event.due),
            _ => None,
        }
    }

    fn terms(&self) -> Option<String> {
        let terms = match self {
            Self::Filed(event) => &event.terms,
            Self::Accepted(event) => &event.terms,
            Self::Rejected(event) => &event.terms,
            Self::VerdictRecorded(event) => &event.terms,
            Self::RemedyChosen(event) => &event.terms,
            Self::SettlementStarted(event) => &event.terms,
            Self::SettlementExtended(event) => &event.terms,
            Self::ChainChanged(event) => &event.terms,
            Self::GoodwillGranted(event) => &event.terms,
            _ => return None,
        };
        Some(terms.digest.to_string())
    }
}
