//! The table of all actions.
//!
//! Long because it is a table.

use super::{About, Action, Actor, Field, Kind};

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const MARKET: &[Actor] = &[Actor::Marketplace];
const BUYER: &[Actor] = &[Actor::Buyer];
const STAFF: &[Actor] = &[Actor::Adjuster];
const BOTH_SIDES: &[Actor] = &[Actor::Buyer, Actor::Adjuster];
const WORKERS: &[Actor] = &[Actor::Shop, Actor::Adjuster];
const MOVERS: &[Actor] = &[Actor::Shop, Actor::Adjuster, Actor::Buyer];
const SHOPS: &[Actor] = &[Actor::Shop];
const SELLERS: &[Actor] = &[Actor::Seller, Actor::Marketplace];
const BUYING: &[Actor] = &[Actor::Buyer, Actor::Marketplace];
const ANY_SIDE: &[Actor] = &[Actor::Seller, Actor::Marketplace, Actor::Buyer];
const REVIEWERS: &[Actor] = &[Actor::Adjuster, Actor::Marketplace];

/// The exclusion codes of the rulebook.
const EXCLUSIONS: &[&str] = &[
    "outside_coverage",
    "mechanical_damage",
    "liquid_or_dirt",
    "heat_or_fire",
    "misuse",
    "improper_testing",
    "unauthorized_repair",
    "force_majeure",
    "serial_damaged",
    "seal_broken",
    "wear_and_tear",
    "expired",
    "compensated_by_seller",
    "fraud",
];

const HAPPENED: Field = may("at", Kind::Time);
const UNITS: Field = may("units", Kind::Units);
const FACT_ID: Field = may("id", Kind::Text);
const REASON: Field = may("reason", Kind::Text);

pub const ACTIONS: &[Action] = &[
    // ------------------------------------------------ the marketplace's facts
    fact("place", "placed", &[HAPPENED, FACT_ID]),
    fact("pay", "paid", &[HAPPENED, FACT_ID, may("amount", Kind::Money)]),
    fact("cancel", "cancelled", &[HAPPENED, FACT_ID, REASON]),
    fact("deliver", "delivered", &[HAPPENED, FACT_ID, UNITS, may("zone", Kind::Text)]),
    fact(
        "correct_delivery",
        "delivery_corrected",
        &[must("delivered_at", Kind::Time), FACT_ID, UNITS, may("zone", Kind::Text)],
    ),
    fact("confirm_receipt", "receipt_confirmed", &[HAPPENED, FACT_ID]),
    fact("complete", "completed", &[HAPPENED, FACT_ID]),
    fact("return", "returned", &[HAPPENED, FACT_ID, UNITS, REASON]),
    fact(
        "refund_line",
        "line_refunded",
        &[HAPPENED, FACT_ID, UNITS, must("amount", Kind::Money), may("reference", Kind::Text)],
    ),
    Action {
        word: "report_delivery",
        actors: BUYER,
        about: About::Order,
        type_name: "recourse.order.report_delivery.v1",
        path: "/delivery",
        fields: &[may("delivered_at", Kind::Time)],
    },
    // ------------------------------------------------ the dispute with the seller
    Action {
        word: "open_dispute",
        actors: BUYER,
        about: About::Device,
        type_name: "recourse.order.open_dispute.v1",
        path: "/disputes",
        fields: &[
            must("requested_remedy", Kind::OneOf(&["refund", "exchange", "repair"])),
            may("reason", Kind::Words),
            may("photos", Kind::Number),
            may("receipt", Kind::Money),
        ],
    },
    Action {
        word: "answer_dispute",
        actors: SELLERS,
        about: About::Dispute,
        type_name: "recourse.order.answer_dispute.v1",
        path: "/answer",
        fields: &[
            must("answer", Kind::OneOf(&["agree", "counter", "decline"])),
            may(
                "kind",
                Kind::OneOf(&[
                    "full_refund",
                    "partial_refund",
                    "exchange",
                    "free_parts",
                    "discount",
                ]),
            ),
            may("offer", Kind::Money),
            may("note", Kind::Words),
        ],
    },
    Action {
        word: "decide_dispute",
        actors: SELLERS,
        about: About::Dispute,
        type_name: "recourse.order.decide_dispute.v1",
        path: "/decision",
        fields: &[
            must(
                "ending",
                Kind::OneOf(&[
                    "full_refund",
                    "partial_refund",
                    "exchange",
                    "repair_reimbursed",
                    "nothing",
                ]),
            ),
            may("amount", Kind::Money),
            may("receipt", Kind::Money),
            may("beyond_repair", Kind::Flag),
        ],
    },
    Action {
        word: "accept_dispute_offer",
        actors: BUYER,
        about: About::Dispute,
        type_name: "recourse.order.accept_dispute_offer.v1",
        path: "/acceptance",
        fields: &[may("offer", Kind::Money)],
    },
    dispute("decline_dispute_offer", BUYER, "/refusal", &[]),
    dispute("withdraw_dispute", BUYER, "/withdrawal", &[]),
    dispute("perform_dispute", ANY_SIDE, "/performance", &[HAPPENED]),
    dispute("contest_performance", BUYER, "/performance/objection", &[]),
    // ------------------------------------------------ the claim
    Action {
        word: "file",
        actors: BUYER,
        about: About::Policy,
        type_name: "recourse.claim.file.v1",
        path: "/claims",
        fields: &[
            may("requested_remedy", Kind::OneOf(&["repair", "replacement", "refund"])),
            may("serial", Kind::Text),
            may("defect", Kind::Words),
            may("defect_code", Kind::Text),
            may("street", Kind::Text),
            may("country", Kind::Text),
            may("city", Kind::Text),
            may("photos", Kind::Number),
            may("photos_again", Kind::Flag),
            may("continues", Kind::Number),
            may("earlier_repairs", Kind::Patch),
        ],
    },
    Action {
        word: "cancel_policy",
        actors: BUYING,
        about: About::Policy,
        type_name: "recourse.policy.cancel.v1",
        path: "/cancellation",
        fields: &[may("receipt", Kind::Patch)],
    },
    claim("add_defect", BUYER, "add_defect", "/defects", &[must("defect", Kind::Words)]),
    claim(
        "ask",
        STAFF,
        "ask",
        "/questions",
        &[
            must("text", Kind::Words),
            may("asks_for", Kind::OneOf(&["document"])),
            may("channel", Kind::OneOf(&["written", "phone"])),
            may("said", Kind::Words),
        ],
    ),
    Action {
        word: "answer",
        actors: BOTH_SIDES,
        about: About::Question,
        type_name: "recourse.claim.answer.v1",
        path: "/answer",
        fields: &[must("text", Kind::Words), may("photos", Kind::Number)],
    },
    claim("accept", STAFF, "accept", "/acceptance", &[]),
    claim(
        "reject",
        STAFF,
        "reject",
        "/rejection",
        &[
            may(
                "code",
                Kind::OneOf(&["excluded", "documents_incomplete", "serial_does_not_match"]),
            ),
            may("exclusion", Kind::OneOf(EXCLUSIONS)),
            may("explanation", Kind::Words),
        ],
    ),
    claim(
        "choose_remedy",
        BOTH_SIDES,
        "choose_remedy",
        "/remedy",
        &[must(
            "remedy",
            Kind::OneOf(&["repair", "replacement", "cash", "paid_repair", "return_unrepaired"]),
        )],
    ),
    claim(
        "make_offer",
        BOTH_SIDES,
        "make_offer",
        "/offers",
        &[
            must("kind", Kind::OneOf(&["paid_repair", "agreement"])),
            must("price", Kind::Money),
            may("repair", Kind::Flag),
            may("text", Kind::Words),
        ],
    ),
    offer("accept_offer", "/acceptance"),
    offer("decline_offer", "/refusal"),
    claim("withdraw", BUYER, "withdraw", "/withdrawal", &[]),
    claim("appeal", BUYER, "appeal", "/appeal", &[may("grounds", Kind::Words)]),
    claim(
        "decide_appeal",
        REVIEWERS,
        "decide_appeal",
        "/appeal/decision",
        &[
            must("upheld", Kind::Flag),
            may("of", Kind::OneOf(&["rejection", "verdict", "chain"])),
            may("explanation", Kind::Words),
        ],
    ),
    claim("consent", BUYER, "consent", "/consent", &[]),
    claim(
        "change_chain",
        STAFF,
        "change_chain",
        "/chain",
        &[may("continues", Kind::Number), may("reason", Kind::Words)],
    ),
    claim(
        "contest_chain",
        BUYER,
        "contest_chain",
        "/chain/contest",
        &[may("grounds", Kind::Words)],
    ),
    claim(
        "grant_goodwill",
        STAFF,
        "grant_goodwill",
        "/goodwill",
        &[must("amount", Kind::Money), may("reason", Kind::Words)],
    ),
    goodwill("approve_goodwill", "/approval"),
    goodwill("decline_goodwill", "/refusal"),
    Action {
        word: "close_review",
        actors: STAFF,
        about: About::Review,
        type_name: "recourse.claim.close_review.v1",
        path: "/closing",
        fields: &[
            may("result", Kind::OneOf(&["nothing", "pay", "claim_back", "admit"])),
            may("amount", Kind::Money),
            may("as_of", Kind::Time),
            may("note", Kind::Words),
        ],
    },
    Action {
        word: "close_refusal_review",
        actors: STAFF,
        about: About::RefusalReview,
        type_name: "recourse.claim.close_refusal_review.v1",
        path: "/closing",
        fields: &[may("result", Kind::OneOf(&["nothing", "admit"])), may("note", Kind::Words)],
    },
    // ------------------------------------------------ the shop and the shipments
    Action {
        word: "book_shipment",
        actors: MOVERS,
        about: About::Job,
        type_name: "recourse.job.book_shipment.v1",
        path: "/shipments",
        fields: &[
            must("direction", Kind::OneOf(&["to_shop", "to_buyer"])),
            must("carrier", Kind::Text),
            may("booked_by", Kind::OneOf(&["buyer", "provider"])),
            may("means", Kind::OneOf(&["post", "courier", "in_person"])),
            may("price", Kind::Money),
            may("receipt", Kind::Money),
            may("without_receipt", Kind::Flag),
            may("from", Kind::Text),
            may("to", Kind::Text),
            may("booked_at", Kind::Time),
        ],
    },
    shipment("pick_up_shipment", MOVERS, "/picked-up"),
    shipment("deliver_shipment", MOVERS, "/delivered"),
    shipment("lose_shipment", MOVERS, "/lost"),
    shipment("cancel_shipment", MOVERS, "/cancellation"),
    Action {
        word: "add_receipt",
        actors: MOVERS,
        about: About::Shipment,
        type_name: "add_receipt",
        path: "/receipt",
        fields: &[must("amount", Kind::Money)],
    },
    of_job("request_courier", BUYER, "/courier", &[]),
    of_job("cancel_repair", BUYER, "/repair-cancellation", &[]),
    of_job("approve_beyond_repair", STAFF, "/beyond-repair/approval", &[]),
    of_job("decline_beyond_repair", STAFF, "/beyond-repair/refusal", &[may("note", Kind::Text)]),
    job(
        "receive",
        "receive",
        "/received",
        &[
            may("serial", Kind::Text),
            may("second_serial", Kind::Text),
            may("damaged_on", Kind::Number),
            may("condition", Kind::Text),
            may("received_at", Kind::Time),
        ],
    ),
    job(
        "resolve_serial",
        "resolve_serial",
        "/serial-resolved",
        &[may("serial", Kind::Text), must("note", Kind::Text)],
    ),
    job(
        "inspect",
        "inspect",
        "/inspected",
        &[
            must("verdict", Kind::OneOf(&["covered", "not_covered", "no_fault_found"])),
            may("exclusion", Kind::OneOf(EXCLUSIONS)),
            may("cause", Kind::Text),
            may("nature", Kind::OneOf(&["electrical", "mechanical", "visible", "other"])),
            may("notes", Kind::Words),
            may("also_found", Kind::Patch),
            may("defects", Kind::Patch),
            may("inspected_at", Kind::Time),
        ],
    ),
    job(
        "await_parts",
        "await_parts",
        "/parts-awaited",
        &[
            must("part", Kind::Text),
            must("expected_on", Kind::Day),
            may("ordered_at", Kind::Time),
            may("reason", Kind::Text),
        ],
    ),
    job(
        "parts_arrived",
        "parts_arrived",
        "/parts-arrived",
        &[must("part", Kind::Text), may("arrived_at", Kind::Time), may("reason", Kind::Text)],
    ),
    job("repair", "repair", "/repaired", &[may("repaired_at", Kind::Time)]),
    job(
        "declare_beyond_repair",
        "declare_beyond_repair",
        "/beyond-repair",
        &[must("because", Kind::OneOf(&["counted_days", "third_repair", "found_so"])), HAPPENED],
    ),
    job(
        "send_replacement",
        "send_replacement",
        "/replacement",
        &[
            must("serial", Kind::Text),
            may("shipment", Kind::Number),
            may("sent_at", Kind::Time),
            may("kind", Kind::Patch),
            may("likeness", Kind::OneOf(&["same_model", "same_functions", "improved"])),
        ],
    ),
    job(
        "move",
        "move",
        "/moved",
        &[
            must("because", Kind::OneOf(&["refused", "shop_closes", "cannot_do_it"])),
            may("to", Kind::Text),
            may("note", Kind::Text),
            may("moved_at", Kind::Time),
        ],
    ),
    job(
        "hand_over",
        "hand_over",
        "/handed-over",
        &[must("to", Kind::OneOf(&["buyer", "carrier"])), may("shipment", Kind::Number), HAPPENED],
    ),
    of_job("disclose", SHOPS, "/disclosure", &[]),
    // ------------------------------------------------ money
    Action {
        word: "confirm_payment",
        actors: &[Actor::Gateway],
        about: About::Payment,
        type_name: "recourse.settlement.confirm_payment.v1",
        path: "/paid",
        fields: &[
            may("amount", Kind::Money),
            may("reference", Kind::Text),
            may("paid_at", Kind::Time),
        ],
    },
    Action {
        word: "fail_payment",
        actors: &[Actor::Gateway],
        about: About::Payment,
        type_name: "recourse.settlement.fail_payment.v1",
        path: "/failed",
        fields: &[may("code", Kind::Text), may("reason", Kind::Text), may("failed_at", Kind::Time)],
    },
    Action {
        word: "reverse_payment",
        actors: &[Actor::Gateway],
        about: About::Payment,
        type_name: "recourse.settlement.reverse_payment.v1",
        path: "/reversed",
        fields: &[
            may("code", Kind::Text),
            may("reason", Kind::Text),
            may("reversed_at", Kind::Time),
        ],
    },
    // ------------------------------------------------ terms
    Action {
        word: "publish_terms",
        actors: &[Actor::Provider],
        about: About::Terms,
        type_name: "recourse.terms.publish.v1",
        path: "/v1/terms",
        fields: &[must("from", Kind::Text), may("change", Kind::Patch)],
    },
    Action {
        word: "withdraw_terms",
        actors: &[Actor::Provider],
        about: About::Terms,
        type_name: "recourse.terms.withdraw.v1",
        path: "/withdrawal",
        fields: &[must("until", Kind::Time)],
    },
    // ------------------------------------------------ actions of other actors
    Action {
        word: "try",
        actors: &[Actor::Buyer, Actor::Seller, Actor::Adjuster, Actor::Shop, Actor::Gateway],
        about: About::Others,
        type_name: "",
        path: "",
        fields: &[must("action", Kind::Text)],
    },
];

const fn fact(word: &'static str, kind: &'static str, fields: &'static [Field]) -> Action {
    Action { word, actors: MARKET, about: About::Fact, type_name: kind, path: "", fields }
}

const fn claim(
    word: &'static str,
    actors: &'static [Actor],
    command: &'static str,
    path: &'static str,
    fields: &'static [Field],
) -> Action {
    Action { word, actors, about: About::Claim, type_name: command, path, fields }
}

const fn dispute(
    word: &'static str,
    actors: &'static [Actor],
    path: &'static str,
    fields: &'static [Field],
) -> Action {
    Action { word, actors, about: About::Dispute, type_name: word, path, fields }
}

const fn offer(word: &'static str, path: &'static str) -> Action {
    Action { word, actors: BOTH_SIDES, about: About::Offer, type_name: word, path, fields: &[] }
}

const fn goodwill(word: &'static str, path: &'static str) -> Action {
    Action { word, actors: STAFF, about: About::Goodwill, type_name: word, path, fields: &[] }
}

const fn job(
    word: &'static str,
    command: &'static str,
    path: &'static str,
    fields: &'static [Field],
) -> Action {
    Action { word, actors: WORKERS, about: About::Job, type_name: command, path, fields }
}

const fn of_job(
    word: &'static str,
    actors: &'static [Actor],
    path: &'static str,
    fields: &'static [Field],
) -> Action {
    Action { word, actors, about: About::Job, type_name: word, path, fields }
}

const fn shipment(word: &'static str, actors: &'static [Actor], path: &'static str) -> Action {
    const FIELDS: &[Field] = &[HAPPENED, may("scans", Kind::Patch)];
    Action { word, actors, about: About::Shipment, type_name: word, path, fields: FIELDS }
}
