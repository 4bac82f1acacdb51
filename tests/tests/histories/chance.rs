//! Picks the next action: mostly one that makes sense in the current state, sometimes a random one.
//!
//! Long because each action of each role has a row.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;
use recourse_cases::actions::{ACTIONS, Actor, Field, Kind};
use recourse_cases::file::Act;
use recourse_cases::purchase::Purchase;
use recourse_cases::seen::Seen;
use serde_json::{Map, Value, json};

/// An actor's action, and the subject, where that matters.
pub(crate) type Move = (Actor, Act, Option<&'static str>);

type Weighed = (u32, Actor, &'static str, Value);

/// The parties that do not act.
#[derive(Default)]
pub(crate) struct Silent {
    actors: Vec<Actor>,
    from: u32,
    moves: u32,
}

impl Silent {
    /// In half of the histories each party may be silent from some move on.
    pub(crate) fn of(dice: &mut ChaCha8Rng) -> Self {
        if dice.random_bool(0.5) {
            return Self::default();
        }
        let actors = Actor::ALL.into_iter().filter(|_| dice.random_bool(0.2)).collect();
        Self { actors, from: dice.random_range(0..12), moves: 0 }
    }

    /// Whether this move is not made.
    pub(crate) fn is_silent(&mut self, actor: Actor) -> bool {
        self.moves += 1;
        self.moves > self.from && self.actors.contains(&actor)
    }
}

const TERMS: [&str; 7] = [
    "wisetech-repair-1",
    "wisetech-repair-2",
    "wisetech-exchange-1",
    "tomrepair-repair-1",
    "tomrepair-repair-2",
    "tomrepair-exchange-1",
    "warranty-group-exchange-1",
];

/// Bundled terms.
pub(crate) fn terms(dice: &mut ChaCha8Rng) -> &'static str {
    TERMS.choose(dice).copied().unwrap_or(TERMS[0])
}

/// An action that makes sense for a unit, based on its events so far.
pub(crate) fn sensible(dice: &mut ChaCha8Rng, purchase: &Purchase, seen: &Seen, unit: u32) -> Move {
    let policy = purchase.device(unit).policy().to_string();
    let filed = seen.count("claim.filed", "policy", &policy);
    let claim = purchase.claim(unit, filed.max(1)).to_string();
    let visits = seen.count("job.opened", "claim", &claim).max(1);
    let job = purchase.job(unit, filed.max(1), visits).to_string();
    let about = About { seen, claim: &claim, job: &job };
    let device = purchase.device(unit).to_string();
    let dispute = About::dispute(seen, &device);
    let weighed = match seen.stage(&claim).0 {
        "none" => match dispute {
            Some(moves) if dice.random_bool(0.6) => moves,
            _ => About::before_a_claim(purchase.program == "exchange"),
        },
        "submission" => dispute.unwrap_or_default(),
        _ if dispute.is_some() && dice.random_bool(0.2) => dispute.unwrap_or_default(),
        "verification" => about.verified(),
        "inspection" => about.inspected(dice),
        "remedy" => about.remedied(),
        "settlement" => about.settled(),
        _ => about.closed(filed),
    };
    let (_, actor, word, mut fields) = weighed
        .choose_weighted(dice, |choice| choice.0)
        .cloned()
        .unwrap_or((1, Actor::Gateway, "confirm_payment", json!({})));
    if unit > 1 && actor != Actor::Marketplace && actor != Actor::Gateway {
        fields["unit"] = json!(unit);
    }
    let second = ["decide_appeal", "approve_goodwill"].contains(&word).then_some("a2");
    (actor, act(word, fields), second)
}

/// Any action, sensible or not.
pub(crate) fn anything(dice: &mut ChaCha8Rng) -> Move {
    let index = dice.random_range(0..ACTIONS.len());
    let action = &ACTIONS[index];
    let actor = action.actors.choose(dice).copied().unwrap_or(Actor::Buyer);
    let mut fields = Map::new();
    for field in action.fields {
        if field.required || dice.random_bool(0.3) {
            fields.insert(field.name.to_owned(), value(dice, field));
        }
    }
    for number in action.about.numbers() {
        if dice.random_bool(0.15) {
            fields.insert((*number).to_owned(), json!(dice.random_range(1..=2)));
        }
    }
    let subject = ["a1", "a2"].choose(dice).copied().filter(|_| actor == Actor::Adjuster);
    (actor, act(action.word, Value::Object(fields)), subject)
}

fn act(word: &str, fields: Value) -> Act {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    Act { word: word.to_owned(), fields }
}

fn value(dice: &mut ChaCha8Rng, field: &Field) -> Value {
    let words: &[&str] = match (field.kind, field.name) {
        (Kind::Flag, _) => return json!(dice.random_bool(0.5)),
        (Kind::Number, _) => return json!(dice.random_range(0..=3)),
        (Kind::Units, _) => return json!([dice.random_range(1..=2)]),
        (Kind::Patch, "change") => return json!({}),
        (Kind::Patch, "receipt") => return json!({ "dated": "2025-06-01" }),
        (Kind::Patch, _) => return json!([]),
        (Kind::OneOf(words), _) => words,
        (Kind::Money, _) => {
            &["0 RUB", "60000 RUB", "-5000 RUB", "300000 EUR", "5000000 RUB", "1 KWD"]
        }
        (Kind::Time, _) => &["0 hours later", "day 1", "day 3", "day 20", "2 days later"],
        (Kind::Day, _) => &["5 days later", "day 10"],
        (_, "serial" | "second_serial") => &["490154203237518", "356938035643809", "R58N30ABCDE"],
        (_, "zone") => &["Europe/Moscow", "America/New_York", "Nowhere"],
        (_, "country") => &["RU", "DE", "XX"],
        (_, "carrier") => &["post-ru", "cse", "pigeon"],
        (_, "from") => &TERMS,
        (_, "to") => &["wisetech-moscow", "Moscow", "nowhere"],
        (_, "part") => &["display", "battery"],
        (_, "id") => &["paid", "delivered", "again"],
        _ => &["something", "something else"],
    };
    json!(words.choose(dice).copied().unwrap_or_default())
}

struct About<'a> {
    seen: &'a Seen,
    claim: &'a str,
    job: &'a str,
}

impl About<'_> {
    fn of_claim(&self, kind: &str) -> u32 {
        self.seen.count(kind, "claim", self.claim)
    }

    fn of_job(&self, kind: &str) -> u32 {
        self.seen.count(kind, "job", self.job)
    }

    fn before_a_claim(is_exchange: bool) -> Vec<Weighed> {
        let requested_remedy = if is_exchange { "replacement" } else { "repair" };
        vec![
            (30, Actor::Buyer, "file", json!({ "requested_remedy": requested_remedy })),
            (2, Actor::Buyer, "file", json!({ "photos": 0 })),
            (6, Actor::Buyer, "open_dispute", json!({ "requested_remedy": "refund" })),
            (2, Actor::Buyer, "report_delivery", json!({})),
            (1, Actor::Buyer, "cancel_policy", json!({})),
            (2, Actor::Marketplace, "correct_delivery", json!({ "delivered_at": "day 1" })),
            (1, Actor::Marketplace, "return", json!({})),
            (1, Actor::Marketplace, "refund_line", json!({ "amount": "500000 RUB" })),
            (1, Actor::Marketplace, "cancel", json!({})),
        ]
    }

    /// What can be done about the latest dispute of a device, if there is one that is not over.
    fn dispute(seen: &Seen, device: &str) -> Option<Vec<Weighed>> {
        let opened = seen.last("order.dispute_opened", "device", device)?;
        let last = |kind: &str| seen.last(kind, "dispute", opened.text("dispute"));
        let is_over = ["order.dispute_withdrawn", "order.dispute_performed"];
        if is_over.into_iter().any(|kind| last(kind).is_some()) {
            return None;
        }
        let ending = |ending: &str| json!({ "ending": ending });
        if let Some(decided) = last("order.dispute_decided") {
            let is_owed = decided.body["perform_by"].is_string();
            return is_owed.then(|| {
                vec![
                    (6, Actor::Seller, "perform_dispute", json!({})),
                    (2, Actor::Buyer, "file", json!({})),
                    (1, Actor::Marketplace, "refund_line", json!({ "amount": "500000 RUB" })),
                ]
            });
        }
        let offer = json!({ "answer": "counter", "kind": "discount", "offer": "9000 RUB" });
        let parts = json!({ "answer": "counter", "kind": "free_parts" });
        Some(vec![
            (3, Actor::Seller, "answer_dispute", json!({ "answer": "decline" })),
            (1, Actor::Seller, "answer_dispute", json!({ "answer": "agree" })),
            (4, Actor::Seller, "answer_dispute", offer),
            (4, Actor::Seller, "answer_dispute", parts),
            (2, Actor::Buyer, "accept_dispute_offer", json!({})),
            (2, Actor::Buyer, "decline_dispute_offer", json!({})),
            (1, Actor::Buyer, "withdraw_dispute", json!({})),
            (3, Actor::Marketplace, "decide_dispute", ending("nothing")),
            (1, Actor::Marketplace, "decide_dispute", ending("full_refund")),
            (1, Actor::Marketplace, "decide_dispute", ending("exchange")),
            (1, Actor::Buyer, "file", json!({})),
        ])
    }

    fn verified(&self) -> Vec<Weighed> {
        if self.of_claim("claim.rejected") > 0 {
            let appealed = self.of_claim("claim.appealed") > 0;
            return vec![
                (if appealed { 1 } else { 5 }, Actor::Buyer, "appeal", json!({})),
                (5, Actor::Adjuster, "decide_appeal", json!({ "upheld": true })),
                (4, Actor::Adjuster, "decide_appeal", json!({ "upheld": false })),
                (2, Actor::Marketplace, "decide_appeal", json!({ "upheld": true })),
                (3, Actor::Adjuster, "accept", json!({})),
                (1, Actor::Buyer, "consent", json!({})),
            ];
        }
        let request = self.of_claim("claim.question_asked");
        let waits = request > self.of_claim("claim.question_answered");
        let contest = 8 * self.of_claim("claim.chain_changed").min(1);
        vec![
            (20, Actor::Adjuster, "accept", json!({})),
            (3, Actor::Adjuster, "ask", json!({ "text": "When did it start?" })),
            (
                2,
                Actor::Adjuster,
                "ask",
                json!({ "text": "The receipt, please.", "asks_for": "document" }),
            ),
            (if waits { 20 } else { 0 }, Actor::Buyer, "answer", json!({ "text": "Monday" })),
            (3, Actor::Adjuster, "reject", json!({ "exclusion": "wear_and_tear" })),
            (1, Actor::Adjuster, "reject", json!({ "code": "documents_incomplete" })),
            (2, Actor::Buyer, "add_defect", json!({ "defect": "The screen, too." })),
            (1, Actor::Buyer, "withdraw", json!({})),
            (2, Actor::Adjuster, "change_chain", json!({ "continues": 1 })),
            (2, Actor::Adjuster, "change_chain", json!({ "continues": 0 })),
            (contest, Actor::Buyer, "contest_chain", json!({})),
            (contest, Actor::Adjuster, "decide_appeal", json!({ "upheld": true })),
        ]
    }

    fn inspected(&self, dice: &mut ChaCha8Rng) -> Vec<Weighed> {
        if self.of_job("job.received") == 0 {
            let booked = self.of_job("job.shipment_booked") > 0;
            let to = json!({ "direction": "to_shop", "carrier": "post-ru", "price": "38000 RUB" });
            let courier = if booked { 0 } else { 3 };
            let provided =
                json!({ "direction": "to_shop", "carrier": "cse", "booked_by": "provider" });
            return vec![
                (courier, Actor::Buyer, "request_courier", json!({})),
                (courier / 2, Actor::Adjuster, "book_shipment", provided),
                (u32::from(booked), Actor::Buyer, "cancel_shipment", json!({})),
                (1, Actor::Adjuster, "change_chain", json!({ "continues": 1 })),
                (1, Actor::Adjuster, "ask", json!({ "text": "Which charger?" })),
                (if booked { 0 } else { 6 }, Actor::Buyer, "book_shipment", to),
                (if booked { 2 } else { 0 }, Actor::Buyer, "pick_up_shipment", json!({})),
                (if booked { 8 } else { 0 }, Actor::Shop, "deliver_shipment", json!({})),
                (u32::from(booked), Actor::Shop, "lose_shipment", json!({})),
                (8, Actor::Shop, "receive", json!({})),
                (1, Actor::Shop, "receive", json!({ "serial": "356938035643809" })),
                (1, Actor::Shop, "move", json!({ "because": "cannot_do_it" })),
                (1, Actor::Shop, "disclose", json!({})),
                (1, Actor::Buyer, "withdraw", json!({})),
            ];
        }
        let exclusion = ["wear_and_tear", "misuse", "liquid_or_dirt"].choose(dice);
        let not = json!({ "verdict": "not_covered", "exclusion": exclusion });
        vec![
            (10, Actor::Shop, "inspect", json!({ "verdict": "covered" })),
            (6, Actor::Shop, "inspect", not),
            (2, Actor::Shop, "inspect", json!({ "verdict": "no_fault_found" })),
            (2, Actor::Shop, "resolve_serial", json!({ "note": "a second IMEI" })),
            (1, Actor::Shop, "await_parts", parts()),
            (1, Actor::Shop, "parts_arrived", json!({ "part": "display" })),
            (1, Actor::Shop, "declare_beyond_repair", json!({ "because": "found_so" })),
            (1, Actor::Adjuster, "approve_beyond_repair", json!({})),
            (1, Actor::Buyer, "withdraw", json!({})),
        ]
    }

    fn remedied(&self) -> Vec<Weighed> {
        let choose = |remedy: &str| json!({ "remedy": remedy });
        let verdict = self.seen.last("claim.verdict_recorded", "claim", self.claim);
        let covered = verdict.is_some_and(|event| event.body["verdict"]["kind"] == "covered");
        if covered {
            let chosen = self.of_claim("claim.remedy_chosen") > 0;
            let awaited = self.of_job("job.parts_awaited") > self.of_job("job.parts_arrived");
            return vec![
                (if chosen { 1 } else { 12 }, Actor::Adjuster, "choose_remedy", choose("repair")),
                (3, Actor::Adjuster, "choose_remedy", choose("replacement")),
                (3, Actor::Adjuster, "choose_remedy", choose("cash")),
                (1, Actor::Buyer, "choose_remedy", choose("replacement")),
                (if chosen { 10 } else { 1 }, Actor::Shop, "repair", json!({})),
                (3, Actor::Shop, "declare_beyond_repair", json!({ "because": "found_so" })),
                (2, Actor::Shop, "await_parts", parts()),
                (
                    if awaited { 12 } else { 0 },
                    Actor::Shop,
                    "parts_arrived",
                    json!({ "part": "display" }),
                ),
                (1, Actor::Adjuster, "make_offer", agreement()),
                (2, Actor::Adjuster, "approve_beyond_repair", json!({})),
                (1, Actor::Adjuster, "decline_beyond_repair", json!({})),
                (2, Actor::Adjuster, "ask", json!({ "text": "What is the PIN?" })),
                (1, Actor::Buyer, "answer", json!({ "text": "0000" })),
                (1, Actor::Buyer, "withdraw", json!({})),
            ];
        }
        let offer = self.seen.last("claim.offer_made", "claim", self.claim);
        let by_buyer = offer.is_some_and(|offer| offer.text("by") == "buyer");
        let other = if by_buyer { Actor::Adjuster } else { Actor::Buyer };
        let offered = if offer.is_some() { 12 } else { 0 };
        let paid = json!({ "kind": "paid_repair", "price": "800000 RUB" });
        let appealed = self.of_claim("claim.appealed") > self.of_claim("claim.appeal_decided");
        vec![
            (6, Actor::Adjuster, "make_offer", paid),
            (3, Actor::Buyer, "make_offer", agreement()),
            (offered, other, "accept_offer", json!({})),
            (offered / 6, other, "decline_offer", json!({})),
            (4, Actor::Buyer, "choose_remedy", choose("return_unrepaired")),
            (2, Actor::Buyer, "appeal", json!({})),
            (2, Actor::Buyer, "consent", json!({})),
            (1, Actor::Buyer, "withdraw", json!({})),
            (
                if appealed { 4 } else { 0 },
                Actor::Marketplace,
                "decide_appeal",
                json!({ "upheld": false }),
            ),
            (
                if appealed { 12 } else { 0 },
                Actor::Adjuster,
                "decide_appeal",
                json!({ "upheld": true }),
            ),
            (
                if appealed { 9 } else { 0 },
                Actor::Adjuster,
                "decide_appeal",
                json!({ "upheld": false }),
            ),
            (1, Actor::Shop, "book_shipment", back()),
        ]
    }

    fn settled(&self) -> Vec<Weighed> {
        let owed = self.seen.payments(None).iter().any(|payment| !payment.is_over);
        let shipments = self.of_job("job.shipment_booked");
        vec![
            (if owed { 14 } else { 0 }, Actor::Gateway, "confirm_payment", json!({})),
            (if owed { 3 } else { 0 }, Actor::Gateway, "fail_payment", json!({})),
            (6, Actor::Shop, "repair", json!({})),
            (2, Actor::Shop, "declare_beyond_repair", json!({ "because": "found_so" })),
            (6, Actor::Shop, "send_replacement", json!({ "serial": "356938035643809" })),
            (2, Actor::Shop, "book_shipment", back()),
            (if shipments > 0 { 2 } else { 0 }, Actor::Shop, "deliver_shipment", json!({})),
            (u32::from(shipments > 0), Actor::Shop, "lose_shipment", json!({})),
            (8, Actor::Shop, "hand_over", json!({ "to": "buyer" })),
            (4, Actor::Shop, "hand_over", json!({ "to": "carrier" })),
            (if shipments > 0 { 3 } else { 0 }, Actor::Shop, "pick_up_shipment", json!({})),
            (2, Actor::Shop, "receive", json!({})),
            (2, Actor::Buyer, "cancel_repair", json!({})),
            (1, Actor::Gateway, "reverse_payment", json!({})),
            (1, Actor::Adjuster, "grant_goodwill", json!({ "amount": "100000 RUB" })),
            (1, Actor::Adjuster, "approve_goodwill", json!({})),
        ]
    }

    fn closed(&self, filed: u32) -> Vec<Weighed> {
        let owed = self.seen.payments(None).iter().any(|payment| !payment.is_over);
        vec![
            (if owed { 12 } else { 0 }, Actor::Gateway, "confirm_payment", json!({})),
            (8, Actor::Buyer, "file", json!({ "continues": filed })),
            (5, Actor::Buyer, "file", json!({})),
            (2, Actor::Shop, "hand_over", json!({ "to": "buyer" })),
            (1, Actor::Marketplace, "correct_delivery", json!({ "delivered_at": "day 2" })),
            (1, Actor::Marketplace, "refund_line", json!({ "amount": "500000 RUB" })),
            (2, Actor::Adjuster, "close_review", json!({})),
            (1, Actor::Adjuster, "close_review", json!({ "result": "pay", "amount": "5000 RUB" })),
            (1, Actor::Adjuster, "close_refusal_review", json!({})),
            (1, Actor::Adjuster, "grant_goodwill", json!({ "amount": "90000000 RUB" })),
            (1, Actor::Adjuster, "approve_goodwill", json!({})),
            (1, Actor::Gateway, "reverse_payment", json!({})),
            (1, Actor::Buyer, "deliver_shipment", json!({})),
            (1, Actor::Buyer, "lose_shipment", json!({})),
        ]
    }
}

fn parts() -> Value {
    json!({ "part": "display", "expected_on": "5 days later" })
}

fn back() -> Value {
    json!({ "direction": "to_buyer", "carrier": "post-ru" })
}

fn agreement() -> Value {
    json!({ "kind": "agreement", "price": "300000 RUB", "repair": true })
}
