//! What actors can do in a case: the words of the public commands, who may use them, and their
//! fields.
//!
//! One table serves the reader of case files, their JSON Schema, and both players. Long because it
//! is a table.

/// An actor in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The shop site: publishes what happens to orders, and decides disputes.
    Marketplace,
    /// The buyer of the device.
    Buyer,
    /// The seller of the device.
    Seller,
    /// The provider's staff.
    Adjuster,
    /// The provider, who publishes terms.
    Provider,
    /// The repair shop to which the job was routed.
    Shop,
    /// The payment gateway.
    Gateway,
}

impl Actor {
    /// Every actor, in the order of the page about case files.
    pub const ALL: [Self; 7] = [
        Self::Marketplace,
        Self::Buyer,
        Self::Seller,
        Self::Adjuster,
        Self::Provider,
        Self::Shop,
        Self::Gateway,
    ];

    /// The key in a case file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Marketplace => "marketplace",
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Adjuster => "adjuster",
            Self::Provider => "provider",
            Self::Shop => "shop",
            Self::Gateway => "gateway",
        }
    }

    /// The keys of all actors.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|actor| actor.name()).collect()
    }
}

/// The type of a field, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text that is passed on unchanged.
    Text,
    /// A person's text, which is sealed before it reaches the log.
    Words,
    /// An amount in minor units: `38000 RUB`.
    Money,
    /// An instant, written as in `at`.
    Time,
    /// A day, written as in `at`; the time of day is ignored.
    Day,
    /// `true` or `false`.
    Flag,
    /// A number from 1 (for a claim, 0 means none).
    Number,
    /// Some units of the order line: `[1, 2]`.
    Units,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any value, passed on unchanged: a merge patch of terms, a list of earlier repairs.
    Patch,
}

/// A field of an action.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key in the case file.
    pub name: &'static str,
    /// The field's type.
    pub kind: Kind,
    /// Whether the field is required.
    pub required: bool,
}

/// What an action is about: where its command goes, and which numbers select the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A fact on the marketplace's topic.
    Fact,
    /// The device of the unit.
    Device,
    /// The unit's latest dispute, or the one with the given number.
    Dispute,
    /// The unit's policy.
    Policy,
    /// The latest claim, or the one with the given number.
    Claim,
    /// A question in that claim.
    Question,
    /// An offer in that claim.
    Offer,
    /// The claim's latest visit to a shop, or the one with the given number.
    Job,
    /// The latest shipment of that visit, or the one with the given number.
    Shipment,
    /// The unpaid payments of the latest settlement, or the one with the given number.
    Payment,
    /// The latest review of that claim, or the one with the given number.
    Review,
    /// The latest review of a refused filing under the unit's policy, or the one with the given
    /// number.
    RefusalReview,
    /// Terms.
    Terms,
    /// Any action that belongs to another actor.
    Others,
}

impl About {
    /// The numbers that select the target; each defaults to the latest.
    pub fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Fact | Self::Terms => &[],
            Self::Device | Self::Policy => &["unit"],
            Self::Dispute => &["unit", "dispute"],
            Self::Claim => &["unit", "claim"],
            Self::Review => &["unit", "claim", "review"],
            Self::RefusalReview => &["unit", "review"],
            Self::Question => &["unit", "claim", "question"],
            Self::Offer => &["unit", "claim", "offer"],
            Self::Job => &["unit", "claim", "visit"],
            Self::Shipment | Self::Others => &["unit", "claim", "visit", "shipment"],
            Self::Payment => &["unit", "claim", "payment"],
        }
    }
}

/// An action that a case can contain.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The word in the case file, taken from the command's name.
    pub word: &'static str,
    /// The actors that may use it.
    pub actors: &'static [Actor],
    /// What it is about.
    pub about: About,
    /// The command's type, or the fact's.
    pub type_name: &'static str,
    /// The end of the HTTP path, after the target's own.
    pub path: &'static str,
    /// The action's fields.
    pub fields: &'static [Field],
}

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
const SELLERS: &[Actor] = &[Actor::Seller, Actor::Marketplace];

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

/// Every action.
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
    // ------------------------------------------------ the dispute with the seller
    Action {
        word: "open_dispute",
        actors: BUYER,
        about: About::Device,
        type_name: "recourse.order.open_dispute.v1",
        path: "/disputes",
        fields: &[
            must("requested_remedy", Kind::OneOf(&["refund", "exchange"])),
            may("reason", Kind::Words),
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
        fields: &[must("offer", Kind::Money)],
    },
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
            may("country", Kind::Text),
            may("city", Kind::Text),
            may("photos", Kind::Number),
            may("continues", Kind::Number),
            may("earlier_repairs", Kind::Patch),
        ],
    },
    Action {
        word: "cancel_policy",
        actors: BUYER,
        about: About::Policy,
        type_name: "recourse.policy.cancel.v1",
        path: "/cancellation",
        fields: &[],
    },
    claim("add_defect", BUYER, "add_defect", "/defects", &[must("defect", Kind::Words)]),
    claim(
        "ask",
        STAFF,
        "ask",
        "/questions",
        &[
            must("text", Kind::Words),
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
        fields: &[must("text", Kind::Words)],
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
        STAFF,
        "decide_appeal",
        "/appeal/decision",
        &[must("upheld", Kind::Flag), may("explanation", Kind::Words)],
    ),
    Action {
        word: "close_review",
        actors: STAFF,
        about: About::Review,
        type_name: "recourse.claim.close_review.v1",
        path: "/closing",
        fields: &[may("note", Kind::Words)],
    },
    Action {
        word: "close_refusal_review",
        actors: STAFF,
        about: About::RefusalReview,
        type_name: "recourse.claim.close_refusal_review.v1",
        path: "/closing",
        fields: &[may("note", Kind::Words)],
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
            may("from", Kind::Text),
            may("to", Kind::Text),
            may("booked_at", Kind::Time),
        ],
    },
    shipment("pick_up_shipment", MOVERS, "/picked-up"),
    shipment("deliver_shipment", MOVERS, "/delivered"),
    shipment("lose_shipment", WORKERS, "/lost"),
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
            may("inspected_at", Kind::Time),
        ],
    ),
    job(
        "await_parts",
        "await_parts",
        "/parts-awaited",
        &[must("part", Kind::Text), must("expected_on", Kind::Day), may("ordered_at", Kind::Time)],
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
        fields: &[may("reason", Kind::Text), may("failed_at", Kind::Time)],
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

const fn offer(word: &'static str, path: &'static str) -> Action {
    Action { word, actors: BOTH_SIDES, about: About::Offer, type_name: word, path, fields: &[] }
}

const fn job(
    word: &'static str,
    command: &'static str,
    path: &'static str,
    fields: &'static [Field],
) -> Action {
    Action { word, actors: WORKERS, about: About::Job, type_name: command, path, fields }
}

const fn shipment(word: &'static str, actors: &'static [Actor], path: &'static str) -> Action {
    Action { word, actors, about: About::Shipment, type_name: word, path, fields: &[HAPPENED] }
}

impl Action {
    /// Finds an action of this actor by its word; otherwise an error that lists the valid words.
    pub fn find(actor: Actor, word: &str) -> Result<&'static Self, String> {
        let theirs = || ACTIONS.iter().filter(|action| action.actors.contains(&actor));
        theirs().find(|action| action.word == word).ok_or_else(|| {
            let words: Vec<_> = theirs().map(|action| action.word).collect();
            format!(
                "`{word}` is not an action of the {}; use one of {}",
                actor.name(),
                words.join(", ")
            )
        })
    }

    /// Finds an action that this actor may not perform, by its word; otherwise an error that says
    /// why it cannot be tried.
    pub fn of_others(actor: Actor, word: &str) -> Result<&'static Self, String> {
        let untried = [About::Fact, About::Payment, About::Terms, About::Others];
        let action =
            ACTIONS.iter().find(|action| action.word == word && !untried.contains(&action.about));
        let action =
            action.ok_or_else(|| format!("`{word}` cannot be tried: there is no such action"))?;
        if action.actors.contains(&actor) {
            return Err(format!("the {} may `{word}`; write it without `try`", actor.name()));
        }
        Ok(action)
    }

    /// The command's full type name.
    pub fn command_type(&self) -> String {
        match self.about {
            About::Claim | About::Offer => format!("recourse.claim.{}.v1", self.type_name),
            About::Job if !self.type_name.starts_with("recourse.") => {
                format!("recourse.job.{}.v1", self.type_name)
            }
            About::Shipment => format!("recourse.job.{}.v1", self.type_name),
            _ => self.type_name.to_owned(),
        }
    }

    /// The keys that the action accepts.
    pub fn keys(&self) -> Vec<&'static str> {
        let fields = self.fields.iter().map(|field| field.name);
        let numbers = self.about.numbers().iter().copied();
        let mut keys: Vec<_> = fields.chain(numbers).collect();
        keys.dedup();
        keys
    }

    /// Checks that every given key is known and every required key is given.
    pub fn check(&self, fields: &serde_json::Map<String, serde_json::Value>) -> Result<(), String> {
        let keys = self.keys();
        if let Some(unknown) = fields.keys().find(|key| !keys.contains(&key.as_str())) {
            let there = if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") };
            return Err(format!("`{unknown}` is not a field of `{}`; allowed: {there}", self.word));
        }
        let missing = self.fields.iter().find(|f| f.required && !fields.contains_key(f.name));
        missing
            .map_or(Ok(()), |field| Err(format!("`{}` is required by `{}`", field.name, self.word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_table_is_a_contract() {
        let commands = |action: &&Action| !matches!(action.about, About::Fact | About::Others);
        for action in ACTIONS.iter().filter(commands) {
            let name = action.command_type();
            // Reported in the same words as it is recorded.
            let is_event = name == "recourse.job.parts_arrived.v1";
            assert!(is_event || recourse_schemas::schema(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn an_unknown_word_is_reported_with_the_valid_ones() {
        let error = Action::find(Actor::Gateway, "steal").unwrap_err();
        assert_eq!(
            error,
            "`steal` is not an action of the gateway; use one of confirm_payment, fail_payment, try"
        );
        let pay = Action::find(Actor::Gateway, "fail_payment").unwrap();
        let fields = serde_json::json!({"amuont": 1});
        let error = pay.check(fields.as_object().unwrap()).unwrap_err();
        assert!(error.contains("allowed: reason, failed_at, unit, claim, payment"), "{error}");
    }
}
