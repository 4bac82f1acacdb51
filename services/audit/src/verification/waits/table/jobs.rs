//! Jobs and shipments.

use recourse_kernel::{Owner, PauseReason, WaitKind};
use serde_json::Value;

use super::{Life, ROW, Row, When, Who, any};

/// A job is open until the device has left the shop for good.
pub(super) const JOB: Life = Life {
    matter: "job",
    opens: &[("job.opened", any)],
    closes: &[("job.closed", any), ("job.abandoned", any)],
    is_always_awaited: false,
};

/// A shipment is open from its pick-up until it has arrived or is lost.
pub(super) const SHIPMENT: Life = Life {
    matter: "shipment",
    opens: &[("job.shipment_picked_up", |body| to_shop(body) || to_buyer(body))],
    closes: SHIPMENT_IS_OVER,
    is_always_awaited: true,
};

const SHIPMENT_IS_OVER: &[When] = &[
    ("job.shipment_delivered", any),
    ("job.shipment_lost", any),
    ("job.shipment_cancelled", any),
    ("job.shipment_corrected", any),
    ("job.shipment_arrived", any),
];

/// What may pause the count of a repair (T4, T12).
const BENCH: &[PauseReason] = &[
    PauseReason::Parts,
    PauseReason::Transit,
    PauseReason::Answer,
    PauseReason::Offer,
    PauseReason::Appeal,
    PauseReason::Payment,
];

/// The device is kept until the buyer has paid (M3), or while an appeal is open (C11).
const HELD: &[PauseReason] = &[PauseReason::Payment, PauseReason::Appeal];

fn is_sent(body: &Value) -> bool {
    body["goes_back"]["sent"].is_object() && body["must_be_paid_first"] != true
}

fn is_collected(body: &Value) -> bool {
    body["goes_back"]["collected"].is_object() && body["must_be_paid_first"] != true
}

/// Not if the shop has the device already, so that the parcel is empty.
fn to_shop(body: &Value) -> bool {
    body["direction"] == "to_shop" && body["is_received"] == false
}

fn to_buyer(body: &Value) -> bool {
    body["direction"] == "to_buyer"
}

/// The job is over.
const OVER: [When; 3] = [("job.closed", any), ("job.abandoned", any), ("job.handed_over", any)];

/// The device has left the buyer, or will not.
const GIVEN_UP: &[When] = &[
    ("job.received", any),
    ("job.shipment_picked_up", any),
    ("job.shipment_delivered", any),
    ("job.shipment_lost", any),
    ("job.deadline_passed", |body| body["deadline"] == "hand_over"),
    ("job.remedy_noted", any),
    OVER[0],
    OVER[1],
    OVER[2],
];

/// The shop has found something, or need not look any more.
const INSPECTED: &[When] = &[
    ("job.received", any),
    ("job.serial_resolved", any),
    ("job.inspected", any),
    ("job.moved", any),
    ("job.remedy_noted", any),
    ("job.declared_beyond_repair", any),
    OVER[0],
    OVER[1],
    OVER[2],
];

pub(super) const ROWS: &[Row] = &[
    Row {
        what: WaitKind::CourierBooking,
        owner: Who::Is(Owner::Provider),
        matter: "job",
        begins: &[
            ("job.courier_requested", any),
            ("job.shipment_booked", |body| body["courier"].is_object()),
            ("job.shipment_cancelled", |body| body["courier"].is_object()),
        ],
        ends: &[
            ("job.shipment_booked", any),
            ("job.shipment_cancelled", any),
            ("job.shipment_picked_up", any),
            ("job.shipment_delivered", any),
            ("job.shipment_lost", any),
            ("job.deadline_passed", |body| {
                body["deadline"] == "courier_booking" || body["deadline"] == "hand_over"
            }),
            ("job.received", any),
            ("job.remedy_noted", any),
            ("job.moved", any),
            OVER[0],
            OVER[1],
            OVER[2],
        ],
        ..ROW
    },
    Row {
        what: WaitKind::HandOver,
        owner: Who::Is(Owner::Buyer),
        matter: "job",
        begins: &[("job.opened", |body| body["hand_over"].is_object())],
        ends: GIVEN_UP,
        pauses: &[PauseReason::Transit],
        ..ROW
    },
    Row {
        what: WaitKind::ShipmentToShop,
        owner: Who::Is(Owner::Carrier),
        matter: "shipment",
        begins: &[("job.shipment_picked_up", to_shop)],
        ends: SHIPMENT_IS_OVER,
        ..ROW
    },
    Row {
        what: WaitKind::ShipmentToBuyer,
        owner: Who::Is(Owner::Carrier),
        matter: "shipment",
        begins: &[("job.shipment_picked_up", to_buyer)],
        ends: &[
            ("job.delivery_asked", any),
            SHIPMENT_IS_OVER[0],
            SHIPMENT_IS_OVER[1],
            SHIPMENT_IS_OVER[2],
            SHIPMENT_IS_OVER[3],
            SHIPMENT_IS_OVER[4],
        ],
        ..ROW
    },
    Row {
        what: WaitKind::DeliveryStatement,
        owner: Who::Is(Owner::Buyer),
        matter: "shipment",
        begins: &[("job.delivery_asked", any)],
        ends: SHIPMENT_IS_OVER,
        ..ROW
    },
    Row {
        what: WaitKind::Quarantine,
        owner: Who::Is(Owner::Provider),
        matter: "job",
        begins: &[("job.received", |body| {
            body["serial_matches"] == false && body["is_decided"] != true
        })],
        ends: INSPECTED,
        ..ROW
    },
    Row {
        what: WaitKind::Inspection,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[("job.received", |body| {
            body["serial_matches"] == true && body["is_decided"] != true
        })],
        ends: INSPECTED,
        pauses: &[PauseReason::Answer],
        ..ROW
    },
    Row {
        what: WaitKind::BeyondRepairApproval,
        owner: Who::Is(Owner::Provider),
        matter: "job",
        begins: &[("job.beyond_repair_proposed", any)],
        ends: &[
            ("job.declared_beyond_repair", any),
            ("job.beyond_repair_declined", any),
            ("job.repaired", any),
            ("job.remedy_noted", any),
            OVER[0],
            OVER[1],
            OVER[2],
        ],
        ..ROW
    },
    Row {
        what: WaitKind::Declaration,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[("job.duty_raised", |body| body["declare_by"].is_string())],
        ends: &[
            ("job.declared_beyond_repair", any),
            ("job.beyond_repair_proposed", any),
            ("job.beyond_repair_declined", any),
            ("job.repaired", any),
            ("job.remedy_noted", any),
            ("job.repair_cancelled", any),
            ("job.moved", any),
            OVER[0],
            OVER[1],
            OVER[2],
        ],
        without: &[WaitKind::Quarantine],
        ..ROW
    },
    Row {
        what: WaitKind::BuyerPayment,
        owner: Who::Is(Owner::Buyer),
        matter: "job",
        begins: &[("job.remedy_noted", |body| {
            body["must_be_paid_first"] == true
                && body["is_received"] == true
                && body["was_paid"] == false
        })],
        ends: &[
            ("job.payment_noted", any),
            ("job.remedy_noted", any),
            ("job.repair_cancelled", any),
            ("job.moved", any),
            OVER[0],
            OVER[1],
            OVER[2],
        ],
        pauses: &[PauseReason::Payment],
        ..ROW
    },
    Row {
        what: WaitKind::Parts,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[("job.parts_awaited", any)],
        ends: &[
            ("job.parts_arrived", any),
            ("job.repaired", any),
            ("job.declared_beyond_repair", any),
            ("job.remedy_noted", any),
            ("job.repair_cancelled", any),
            ("job.moved", any),
            OVER[0],
            OVER[1],
            OVER[2],
        ],
        ..ROW
    },
    Row {
        what: WaitKind::Repair,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[("job.remedy_noted", |body| {
            body["remedy"] == "repair" && body["is_received"] == true
        })],
        ends: REPAIRED,
        pauses: BENCH,
        ..ROW
    },
    Row {
        what: WaitKind::PaidRepair,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[("job.payment_noted", |body| {
            body["repair_by"].is_string() && body["is_received"] == true
        })],
        ends: REPAIRED,
        pauses: BENCH,
        ..ROW
    },
    Row {
        what: WaitKind::ReplacementDispatch,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[
            ("job.remedy_noted", |body| {
                body["remedy"] == "replacement" && body["send_by"].is_string()
            }),
            ("job.repaired", |body| body["send_by"].is_string()),
        ],
        ends: SENT,
        pauses: HELD,
        ..ROW
    },
    Row {
        what: WaitKind::Dispatch,
        owner: Who::Is(Owner::Shop),
        matter: "job",
        begins: &[
            ("job.received", is_sent),
            ("job.repaired", is_sent),
            ("job.remedy_noted", is_sent),
            ("job.payment_noted", is_sent),
        ],
        ends: SENT,
        pauses: HELD,
        ..ROW
    },
    Row {
        what: WaitKind::Collection,
        owner: Who::Is(Owner::Buyer),
        matter: "job",
        begins: &[
            ("job.received", is_collected),
            ("job.repaired", is_collected),
            ("job.remedy_noted", is_collected),
            ("job.payment_noted", is_collected),
        ],
        ends: SENT,
        pauses: HELD,
        ..ROW
    },
];

/// The shop owes no repair any more, or the duty of a declaration has taken its place.
const REPAIRED: &[When] = &[
    ("job.repaired", any),
    ("job.declared_beyond_repair", any),
    ("job.beyond_repair_proposed", any),
    ("job.duty_raised", any),
    ("job.remedy_noted", any),
    ("job.payment_awaited", any),
    ("job.repair_cancelled", any),
    ("job.moved", any),
    OVER[0],
    OVER[1],
    OVER[2],
];

/// What was to leave the shop has left it, or waits for something else.
const SENT: &[When] = &[
    ("job.replacement_sent", any),
    ("job.shipment_booked", any),
    ("job.shipment_picked_up", any),
    ("job.shipment_lost", any),
    ("job.remedy_noted", any),
    ("job.payment_awaited", any),
    ("job.payment_noted", any),
    ("job.repair_cancelled", any),
    ("job.deadline_passed", |body| body["deadline"] == "collection"),
    ("job.moved", any),
    OVER[0],
    OVER[1],
    OVER[2],
];
