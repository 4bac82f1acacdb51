//! Claims, with their reviews and goodwill.

use recourse_kernel::{Owner, PauseReason, WaitKind};
use serde_json::Value;

use super::{Life, ROW, Row, When, Who, any};

/// A claim is open from its filing to its end.
pub(super) const CLAIM: Life = Life {
    matter: "claim",
    opens: &[("claim.filed", any)],
    closes: &[("claim.closed", any)],
    is_always_awaited: true,
};

fn is_covered(body: &Value) -> bool {
    body["verdict"]["kind"] == "covered"
}

/// With a deadline for what comes next.
fn has_next(body: &Value) -> bool {
    body["act_by"].is_string()
}

/// Offers and remedies are over.
const SETTLED: &[When] = &[
    ("claim.rejected", any),
    ("claim.remedy_chosen", any),
    ("claim.settlement_started", any),
    ("claim.withdrawn", any),
    ("claim.closed", any),
];

/// The provider lost the device, so that it compensates and nothing else is left to do (M8).
const LOST: When = ("claim.job_noted", |body| body["what"] == "shipment_lost" && has_next(body));

/// The remedy is chosen, or only the compensation is.
const CHOSEN: &[When] = &[LOST, SETTLED[0], SETTLED[1], SETTLED[2], SETTLED[3], SETTLED[4]];

/// The talk about a remedy goes no further, or has come to another point.
const TALKED: &[When] = &[
    LOST,
    ("claim.offer_made", any),
    ("claim.offer_reopened", any),
    ("claim.offer_accepted", any),
    ("claim.offer_declined", any),
    ("claim.appealed", any),
    ("claim.appeal_decided", any),
    ("claim.consented", any),
    ("claim.chain_contested", any),
    ("claim.verdict_recorded", any),
    ("claim.remedy_chosen", any),
    ("claim.rejected", any),
    ("claim.settlement_started", any),
    ("claim.withdrawn", any),
    ("claim.closed", any),
];

/// The documents are checked, or need not be.
const CHECKED: &[When] = &[
    ("claim.accepted", any),
    ("claim.rejected", any),
    ("claim.settlement_started", any),
    ("claim.withdrawn", any),
    ("claim.closed", any),
];

const APPEAL_IS_DECIDED: &[When] =
    &[("claim.appeal_decided", any), ("claim.appeal_escalated", any), ("claim.closed", any)];

/// Repair-shops have nothing more to report, or the claim waits for something else.
const REPORTED: &[When] = &[
    ("claim.verdict_recorded", any),
    ("claim.job_noted", |body| body["what"] == "shipment_lost" || body["what"] == "beyond_repair"),
    ("claim.rejected", any),
    ("claim.settlement_started", any),
    ("claim.withdrawn", any),
    ("claim.closed", any),
];

pub(super) const ROWS: &[Row] = &[
    Row {
        what: WaitKind::Documents,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[("claim.filed", any)],
        ends: CHECKED,
        pauses: &[PauseReason::Answer, PauseReason::Dispute],
        ..ROW
    },
    Row {
        what: WaitKind::DocumentsAcceptance,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[("claim.filed", |body| body["check_within"]["accepted_after_days"].is_number())],
        ends: CHECKED,
        without: &[WaitKind::QuestionAnswer, WaitKind::DisputeEnd],
        ..ROW
    },
    Row {
        what: WaitKind::DisputeEnd,
        owner: Who::Is(Owner::Marketplace),
        matter: "claim",
        begins: &[("claim.filed", |body| body["waits_for_dispute"] == true)],
        ends: &[
            ("claim.dispute_noted", any),
            ("claim.rejected", any),
            ("claim.withdrawn", any),
            ("claim.closed", any),
        ],
        pauses: &[PauseReason::Dispute],
        ..ROW
    },
    Row {
        what: WaitKind::QuestionAnswer,
        owner: Who::Is(Owner::Buyer),
        matter: "claim",
        number: Some("question"),
        begins: &[("claim.question_asked", any)],
        ends: &[
            ("claim.question_answered", any),
            ("claim.question_lapsed", any),
            ("claim.rejected", any),
            ("claim.settlement_started", any),
            ("claim.withdrawn", any),
            ("claim.closed", any),
        ],
        without: &[WaitKind::DisputeEnd],
        ..ROW
    },
    Row {
        what: WaitKind::Decision,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[("claim.filed", |body| body["decide_within"].is_object())],
        ends: SETTLED,
        pauses: &[
            PauseReason::Answer,
            PauseReason::Dispute,
            PauseReason::HandOver,
            PauseReason::Transit,
            PauseReason::Parts,
            PauseReason::Offer,
            PauseReason::Appeal,
            PauseReason::Payment,
        ],
        ..ROW
    },
    Row {
        what: WaitKind::RemedyChoice,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[("claim.verdict_recorded", is_covered)],
        ends: CHOSEN,
        pauses: &[PauseReason::Answer, PauseReason::Appeal],
        ..ROW
    },
    Row {
        what: WaitKind::LossCompensation,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[LOST],
        ends: SETTLED,
        ..ROW
    },
    Row {
        what: WaitKind::Offer,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[
            ("claim.verdict_recorded", |body| !is_covered(body) && has_next(body)),
            ("claim.offer_declined", has_next),
            ("claim.appeal_decided", |body| {
                body["of"] == "verdict" && body["upheld"] == false && has_next(body)
            }),
        ],
        ends: TALKED,
        ..ROW
    },
    Row {
        what: WaitKind::OfferAnswer,
        owner: Who::NotThe("by"),
        matter: "claim",
        begins: &[("claim.offer_made", |body| body["awaited"].is_object())],
        ends: ANSWERED,
        ..ROW
    },
    Row {
        what: WaitKind::OfferAnswer,
        owner: Who::Is(Owner::Buyer),
        matter: "claim",
        begins: &[("claim.offer_reopened", any)],
        ends: ANSWERED,
        ..ROW
    },
    Row {
        what: WaitKind::ChainContest,
        owner: Who::Is(Owner::Buyer),
        matter: "claim",
        begins: &[("claim.chain_changed", |body| body["contest_by"].is_string())],
        ends: &[
            ("claim.chain_changed", any),
            ("claim.chain_contested", any),
            ("claim.verdict_recorded", any),
            ("claim.settlement_started", any),
            ("claim.deadline_passed", |body| body["deadline"] == "chain_contest"),
            ("claim.withdrawn", any),
            ("claim.closed", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::Appeal,
        owner: Who::Is(Owner::Buyer),
        matter: "claim",
        begins: &[
            ("claim.rejected", |body| body["appeal_until"].is_string()),
            ("claim.verdict_recorded", |body| {
                !is_covered(body) && body["appeal_until"].is_string()
            }),
        ],
        ends: &[
            ("claim.accepted", any),
            ("claim.offer_made", any),
            ("claim.appealed", any),
            ("claim.chain_contested", any),
            ("claim.consented", any),
            ("claim.verdict_recorded", any),
            LOST,
            // No offer was made although the appeal period still runs, or it is over.
            ("claim.deadline_passed", any),
            ("claim.remedy_chosen", any),
            ("claim.settlement_started", any),
            ("claim.withdrawn", any),
            ("claim.closed", any),
        ],
        without: &[WaitKind::AppealDecision, WaitKind::MarketplaceAppeal],
        ..ROW
    },
    Row {
        what: WaitKind::AppealDecision,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        begins: &[
            ("claim.appealed", |body| body["decide_by"].is_string()),
            ("claim.chain_contested", any),
        ],
        ends: APPEAL_IS_DECIDED,
        ..ROW
    },
    Row {
        what: WaitKind::MarketplaceAppeal,
        owner: Who::Is(Owner::Marketplace),
        matter: "claim",
        begins: &[("claim.appeal_escalated", any)],
        ends: &[("claim.appeal_decided", any), ("claim.closed", any)],
        ..ROW
    },
    Row {
        what: WaitKind::Job,
        matter: "claim",
        begins: &[("claim.accepted", any), ("claim.remedy_chosen", any)],
        ends: REPORTED,
        ..ROW
    },
    Row {
        what: WaitKind::Settlement,
        matter: "claim",
        begins: &[
            ("claim.settlement_started", any),
            ("claim.settlement_noted", |body| body["what"] == "buyer_owes"),
        ],
        ends: &[
            ("claim.settlement_noted", |body| body["what"] != "buyer_owes"),
            ("claim.remedy_chosen", any),
            ("claim.closed", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::Review,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        number: Some("review"),
        begins: &[("claim.review_opened", any)],
        ends: &[("claim.review_closed", any)],
        after_the_end: true,
        ..ROW
    },
    Row {
        what: WaitKind::Review,
        owner: Who::Is(Owner::Provider),
        matter: "policy",
        number: Some("review"),
        begins: &[("claim.refusal_review_opened", any)],
        ends: &[("claim.refusal_review_closed", any)],
        after_the_end: true,
        ..ROW
    },
    Row {
        what: WaitKind::GoodwillApproval,
        owner: Who::Is(Owner::Provider),
        matter: "claim",
        number: Some("goodwill"),
        begins: &[("claim.goodwill_granted", |body| body["needs_approval"] == true)],
        ends: &[("claim.goodwill_approved", any), ("claim.goodwill_declined", any)],
        after_the_end: true,
        ..ROW
    },
];

/// An offer is over when anything is said about it, or another one takes its place.
const ANSWERED: &[When] = &[
    LOST,
    ("claim.offer_made", any),
    ("claim.offer_reopened", any),
    ("claim.offer_accepted", any),
    ("claim.offer_declined", any),
    ("claim.appealed", any),
    ("claim.chain_contested", any),
    ("claim.consented", any),
    ("claim.deadline_passed", |body| body["deadline"] == "offer_answer"),
    ("claim.verdict_recorded", any),
    ("claim.remedy_chosen", any),
    ("claim.rejected", any),
    ("claim.settlement_started", any),
    ("claim.withdrawn", any),
    ("claim.closed", any),
];
