//! For each row of the table the events that begin it, as the services write them.

use recourse_kernel::{Owner, WaitKind};
use serde_json::{Value, json};

use super::{after, order};

fn payment(from: &str) -> Value {
    let payment = order().device(1, 1).settlement(1).payment(1);
    json!({ "payment": payment.to_string(), "from": from, "to": "buyer" })
}

pub(super) fn filed() -> (&'static str, Value) {
    ("claim.filed", json!({ "check_within": { "days": 5 } }))
}

fn opened(from: &str, is_held: bool) -> (&'static str, Value) {
    let mut body = json!({ "payments": [payment(from)] });
    if is_held {
        body["notice_at"] = json!(after(30));
        body["abandoned_at"] = json!(after(60));
    }
    ("settlement.opened", body)
}

fn verdict(kind: &str) -> (&'static str, Value) {
    let by = json!(after(5));
    let verdict = json!({ "kind": kind });
    ("claim.verdict_recorded", json!({ "verdict": verdict, "act_by": by, "appeal_until": by }))
}

fn booked(direction: &str) -> (&'static str, Value) {
    ("job.shipment_booked", json!({ "direction": direction }))
}

/// A row, the field of its matter, its owner, and events that begin it.
pub(super) type Story = (WaitKind, &'static str, Owner, Vec<(&'static str, Value)>);

/// Stories of orders, disputes, policies and settlements.
fn others() -> Vec<Story> {
    let by = json!(after(5));
    let disputed = || ("order.dispute_opened", json!({}));
    let line = json!({ "quantity": 1 });
    let unit = json!([order().device(1, 1).to_string()]);
    let mut paid = payment("buyer");
    paid["work_by"] = by.clone();
    let mut owed = payment("buyer");
    owed["payment"] = json!(order().device(1, 1).settlement(1).payment(2).to_string());
    let held = json!({
        "payments": [payment("buyer"), owed], "notice_at": by, "abandoned_at": by,
    });
    vec![
        (
            WaitKind::Completion,
            "order",
            Owner::Buyer,
            vec![
                ("order.placed", json!({ "lines": [line] })),
                ("order.delivered", json!({ "devices": unit })),
            ],
        ),
        (WaitKind::DisputeAnswer, "dispute", Owner::Seller, vec![disputed()]),
        (
            WaitKind::DisputeOfferAnswer,
            "dispute",
            Owner::Buyer,
            vec![
                disputed(),
                ("order.dispute_answered", json!({ "answer": "counter", "offer_until": by })),
            ],
        ),
        (
            WaitKind::DisputeDecision,
            "dispute",
            Owner::Marketplace,
            vec![
                disputed(),
                ("order.deadline_passed", json!({ "deadline": "dispute_answer", "decide_by": by })),
            ],
        ),
        (
            WaitKind::DisputePerformance,
            "dispute",
            Owner::Seller,
            vec![disputed(), ("order.dispute_decided", json!({ "perform_by": by }))],
        ),
        (WaitKind::Delivery, "policy", Owner::Seller, vec![("policy.sold", json!({}))]),
        (
            WaitKind::CoverageStart,
            "policy",
            Owner::Provider,
            vec![
                ("policy.sold", json!({})),
                ("policy.coverage_scheduled", json!({ "corrected": false })),
            ],
        ),
        (
            WaitKind::CoverageEnd,
            "policy",
            Owner::Provider,
            vec![("policy.sold", json!({})), ("policy.coverage_started", json!({}))],
        ),
        (WaitKind::ProviderPayment, "settlement", Owner::Carrier, vec![opened("carrier", false)]),
        (WaitKind::BuyerPayment, "settlement", Owner::Buyer, vec![opened("buyer", true)]),
        (WaitKind::Recovery, "settlement", Owner::Buyer, vec![opened("buyer", false)]),
        (
            WaitKind::Collected,
            "settlement",
            Owner::Buyer,
            vec![opened("buyer", false), ("settlement.collection_started", payment("buyer"))],
        ),
        (
            WaitKind::PaidRepair,
            "settlement",
            Owner::Shop,
            vec![("settlement.opened", held), ("settlement.payment_paid", paid)],
        ),
    ]
}

/// Stories of claims.
fn claims() -> Vec<Story> {
    let by = json!(after(5));
    let clock = json!({ "check_within": { "days": 5, "accepted_after_days": 14 } });
    let provider = |what, events| (what, "claim", Owner::Provider, events);
    let buyer = |what, events| (what, "claim", Owner::Buyer, events);
    let offered = |by: &str| ("claim.offer_made", json!({ "offer": 1, "by": by, "awaited": {} }));
    let appealed = || ("claim.appealed", json!({ "of": "verdict", "decide_by": by }));
    vec![
        provider(WaitKind::Documents, vec![filed()]),
        provider(WaitKind::DocumentsAcceptance, vec![("claim.filed", clock)]),
        (
            WaitKind::DisputeEnd,
            "claim",
            Owner::Marketplace,
            vec![("claim.filed", json!({ "waits_for_dispute": true }))],
        ),
        buyer(
            WaitKind::QuestionAnswer,
            vec![filed(), ("claim.question_asked", json!({ "question": 1 }))],
        ),
        provider(WaitKind::Decision, vec![("claim.filed", json!({ "decide_within": {} }))]),
        provider(WaitKind::RemedyChoice, vec![filed(), verdict("covered")]),
        provider(
            WaitKind::LossCompensation,
            vec![filed(), ("claim.job_noted", json!({ "what": "shipment_lost", "act_by": by }))],
        ),
        provider(WaitKind::Offer, vec![filed(), verdict("not_covered")]),
        buyer(WaitKind::OfferAnswer, vec![filed(), offered("provider")]),
        provider(WaitKind::OfferAnswer, vec![filed(), offered("buyer")]),
        buyer(
            WaitKind::OfferAnswer,
            vec![
                filed(),
                offered("buyer"),
                ("claim.deadline_passed", json!({ "deadline": "offer_answer" })),
                ("claim.offer_reopened", json!({ "offer": 1 })),
            ],
        ),
        buyer(
            WaitKind::ChainContest,
            vec![filed(), ("claim.chain_changed", json!({ "contest_by": by }))],
        ),
        buyer(WaitKind::Appeal, vec![filed(), verdict("not_covered")]),
        provider(WaitKind::AppealDecision, vec![filed(), appealed()]),
        (
            WaitKind::MarketplaceAppeal,
            "claim",
            Owner::Marketplace,
            vec![filed(), appealed(), ("claim.appeal_escalated", json!({}))],
        ),
        (WaitKind::Job, "claim", Owner::Shop, vec![filed(), ("claim.accepted", json!({}))]),
        (
            WaitKind::Settlement,
            "claim",
            Owner::Buyer,
            vec![filed(), ("claim.settlement_started", json!({}))],
        ),
        provider(WaitKind::Review, vec![("claim.review_opened", json!({ "review": 2 }))]),
        (
            WaitKind::Review,
            "policy",
            Owner::Provider,
            vec![("claim.refusal_review_opened", json!({ "review": 1 }))],
        ),
        provider(
            WaitKind::GoodwillApproval,
            vec![("claim.goodwill_granted", json!({ "goodwill": 1, "needs_approval": true }))],
        ),
    ]
}

/// Stories of jobs and shipments.
fn jobs() -> Vec<Story> {
    let by = json!(after(5));
    let open = || ("job.opened", json!({ "hand_over": { "by": by, "remind_at": by } }));
    let picked_up = || ("job.shipment_picked_up", json!({}));
    let of = |what, owner, event, body| (what, "job", owner, vec![open(), (event, body)]);
    let received = |matches: bool| json!({ "serial_matches": matches });
    let here = |what, event, body| {
        let events = vec![open(), ("job.received", received(true)), (event, body)];
        (what, "job", Owner::Shop, events)
    };
    let goes = |how: &str| json!({ "goes_back": { how: { "by": by } } });
    let carried = |what, owner, events| (what, "shipment", owner, events);
    vec![
        (WaitKind::HandOver, "job", Owner::Buyer, vec![open()]),
        of(WaitKind::CourierBooking, Owner::Provider, "job.courier_requested", json!({})),
        carried(WaitKind::ShipmentToShop, Owner::Carrier, vec![booked("to_shop"), picked_up()]),
        carried(WaitKind::ShipmentToBuyer, Owner::Carrier, vec![booked("to_buyer"), picked_up()]),
        carried(
            WaitKind::DeliveryStatement,
            Owner::Buyer,
            vec![booked("to_buyer"), picked_up(), ("job.delivery_asked", json!({}))],
        ),
        of(WaitKind::Quarantine, Owner::Provider, "job.received", received(false)),
        of(WaitKind::Inspection, Owner::Shop, "job.received", received(true)),
        of(
            WaitKind::BeyondRepairApproval,
            Owner::Provider,
            "job.beyond_repair_proposed",
            json!({}),
        ),
        of(WaitKind::Declaration, Owner::Shop, "job.duty_raised", json!({ "declare_by": by })),
        (
            WaitKind::BuyerPayment,
            "job",
            Owner::Buyer,
            vec![
                open(),
                ("job.received", received(true)),
                ("job.remedy_noted", json!({ "must_be_paid_first": true })),
            ],
        ),
        here(WaitKind::Repair, "job.remedy_noted", json!({ "remedy": "repair" })),
        here(WaitKind::PaidRepair, "job.payment_noted", json!({ "repair_by": by })),
        of(WaitKind::ReplacementDispatch, Owner::Shop, "job.repaired", json!({ "send_by": by })),
        of(WaitKind::Dispatch, Owner::Shop, "job.repaired", goes("sent")),
        of(WaitKind::Collection, Owner::Buyer, "job.repaired", goes("collected")),
        of(WaitKind::Parts, Owner::Shop, "job.parts_awaited", json!({ "part": "display" })),
    ]
}

pub(super) fn stories() -> Vec<Story> {
    [others(), claims(), jobs()].concat()
}
