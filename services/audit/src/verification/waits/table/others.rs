//! Orders and disputes, policies, settlements.

use recourse_kernel::{Owner, PauseReason, WaitKind};
use serde_json::Value;

use super::{Life, ROW, Row, When, Who, any};

/// A dispute is over when nothing is owed, its outcome is carried out, or it is withdrawn.
pub(super) const DISPUTE: Life = Life {
    matter: "dispute",
    opens: &[("order.dispute_opened", any)],
    closes: &[
        ("order.dispute_decided", |body| body["perform_by"].is_null()),
        ("order.dispute_performed", any),
        ("order.dispute_withdrawn", any),
    ],
    is_always_awaited: true,
};

/// A policy is open from its sale to its end.
pub(super) const POLICY: Life = Life {
    matter: "policy",
    opens: &[("policy.sold", any)],
    closes: &[("policy.cancelled", any), ("policy.ended", any)],
    is_always_awaited: true,
};

/// A settlement is open until nothing is due. A payment that is owed in addition, or again, opens
/// it again.
pub(super) const SETTLEMENT: Life = Life {
    matter: "settlement",
    opens: &[
        ("settlement.opened", any),
        ("settlement.payment_added", any),
        ("settlement.payment_reversed", any),
    ],
    closes: &[("settlement.closed", any)],
    is_always_awaited: true,
};

fn of_buyer(body: &Value) -> bool {
    body["from"] == "buyer"
}

/// What the buyer owes is not due while an appeal against the verdict is open (C11).
const UNDER_APPEAL: &[PauseReason] = &[PauseReason::Appeal];

/// A payment is over.
const PAID: &[When] = &[("settlement.payment_paid", any), ("settlement.payment_fell", any)];

pub(super) const ROWS: &[Row] = &[
    Row {
        what: WaitKind::Completion,
        owner: Who::Is(Owner::Buyer),
        matter: "order",
        begins: &[("order.delivered_whole", any)],
        ends: &[
            ("order.completed", any),
            ("order.cancelled", any),
            ("order.returned", any),
            ("order.lines_added", any),
            ("order.units_removed", any),
            ("order.delivery_withdrawn", any),
        ],
        after_the_end: true,
        ..ROW
    },
    Row {
        what: WaitKind::DisputeAnswer,
        owner: Who::Is(Owner::Seller),
        matter: "dispute",
        begins: &[("order.dispute_opened", any)],
        ends: &[
            ("order.dispute_answered", any),
            ("order.dispute_decided", any),
            ("order.dispute_performed", any),
            ("order.dispute_withdrawn", any),
            ("order.deadline_passed", |body| body["deadline"] == "dispute_answer"),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::DisputeOfferAnswer,
        owner: Who::Is(Owner::Buyer),
        matter: "dispute",
        begins: &[("order.dispute_answered", |body| {
            body["answer"] == "counter" && body["offer_until"].is_string()
        })],
        ends: &[
            ("order.dispute_answered", any),
            ("order.dispute_offer_declined", any),
            ("order.dispute_decided", any),
            ("order.dispute_performed", any),
            ("order.dispute_withdrawn", any),
            ("order.deadline_passed", |body| body["deadline"] == "dispute_offer_answer"),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::DisputeDecision,
        owner: Who::Is(Owner::Marketplace),
        matter: "dispute",
        begins: &[
            ("order.dispute_answered", |body| body["answer"] == "decline"),
            ("order.dispute_offer_declined", any),
            ("order.deadline_passed", |body| body["decide_by"].is_string()),
        ],
        ends: &[
            ("order.dispute_answered", any),
            ("order.dispute_decided", any),
            ("order.dispute_performed", any),
            ("order.dispute_withdrawn", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::DisputePerformance,
        owner: Who::Is(Owner::Seller),
        matter: "dispute",
        begins: &[
            ("order.dispute_decided", |body| body["perform_by"].is_string()),
            ("order.dispute_performance_contested", |body| body["perform_by"].is_string()),
        ],
        ends: &[
            ("order.dispute_performance_stated", any),
            ("order.dispute_performed", any),
            ("order.dispute_withdrawn", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::DisputeObjection,
        owner: Who::Is(Owner::Buyer),
        matter: "dispute",
        begins: &[("order.dispute_performance_stated", any)],
        ends: &[
            ("order.dispute_performance_contested", any),
            ("order.dispute_performed", any),
            ("order.dispute_withdrawn", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::Delivery,
        owner: Who::Is(Owner::Seller),
        matter: "policy",
        begins: &[("policy.sold", any)],
        ends: &[
            ("policy.coverage_scheduled", any),
            ("policy.cancelled", any),
            ("policy.ended", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::CoverageStart,
        matter: "policy",
        begins: &[("policy.coverage_scheduled", |body| body["corrected"] == false)],
        ends: &[
            ("policy.coverage_scheduled", any),
            ("policy.coverage_started", any),
            ("policy.cancelled", any),
            ("policy.ended", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::CoverageEnd,
        matter: "policy",
        begins: &[("policy.coverage_started", any)],
        // A corrected delivery may move the start into the future again.
        ends: &[
            ("policy.coverage_scheduled", any),
            ("policy.cancelled", any),
            ("policy.ended", any),
        ],
        ..ROW
    },
    Row {
        what: WaitKind::ProviderPayment,
        owner: Who::Named("from"),
        matter: "settlement",
        number: Some("payment"),
        begins: &[("settlement.payment_owed", |body| !of_buyer(body))],
        ends: PAID,
        ..ROW
    },
    Row {
        what: WaitKind::BuyerPayment,
        owner: Who::Is(Owner::Buyer),
        matter: "settlement",
        number: Some("payment"),
        begins: &[("settlement.payment_owed", |body| of_buyer(body) && body["is_held"] == true)],
        ends: PAID,
        pauses: UNDER_APPEAL,
        without: &[WaitKind::PaidRepair],
        ..ROW
    },
    Row {
        what: WaitKind::Recovery,
        owner: Who::Is(Owner::Buyer),
        matter: "settlement",
        number: Some("payment"),
        begins: &[("settlement.payment_owed", |body| of_buyer(body) && body["is_held"] != true)],
        ends: &[
            ("settlement.payment_paid", any),
            ("settlement.payment_fell", any),
            ("settlement.collection_started", any),
        ],
        pauses: UNDER_APPEAL,
        ..ROW
    },
    Row {
        what: WaitKind::Collected,
        owner: Who::Is(Owner::Buyer),
        matter: "settlement",
        number: Some("payment"),
        begins: &[("settlement.collection_started", any)],
        ends: PAID,
        pauses: UNDER_APPEAL,
        ..ROW
    },
    Row {
        what: WaitKind::PaidRepair,
        owner: Who::Is(Owner::Shop),
        matter: "settlement",
        number: Some("payment"),
        begins: &[("settlement.payment_paid", |body| body["work_by"].is_string())],
        ends: &[
            ("settlement.work_noted", any),
            ("settlement.payment_reversed", any),
            ("settlement.written_off", any),
            ("settlement.outcome_changed", any),
        ],
        with: &[WaitKind::BuyerPayment],
        ..ROW
    },
];
