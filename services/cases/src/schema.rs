//! The JSON Schema of case files, generated from the table of actions. It is stored in
//! `schemas/case.v1.json`; a test checks that the two are equal, and that every case is valid.

use serde_json::{Map, Value, json};

use super::actions::{ACTIONS, Action, Actor, Kind};
use super::wanted::MATTERS;

/// The schema as text, as it is stored.
pub fn text() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&schema())?)
}

pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "case.v1.json",
        "title": "A case of the rulebook",
        "type": "object",
        "additionalProperties": false,
        "required": ["case", "rules", "purchase", "steps"],
        "properties": {
            "case": text_of("What the case shows, as a headline."),
            "rules": {
                "description": "The rulebook ids of the rules that the case shows.",
                "type": "array",
                "minItems": 1,
                "items": { "type": "string", "pattern": "^[STCMD][1-9][0-9]?$" }
            },
            "shows": {
                "description": "The clauses of tests/cases/clauses.md that the case shows.",
                "type": "array",
                "minItems": 1,
                "items": { "type": "string", "pattern": "^[a-z0-9][a-z0-9.-]*$" }
            },
            "about": text_of("A longer description."),
            "terms": terms(),
            "purchase": purchase(),
            "steps": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } }
        },
        "$defs": {
            "instant": {
                "description": "`day 16`, `day 16 00:00`, `month 7`, `2025-03-01`, \
                                `2025-03-01 10:00`, `2025-03-01T07:00:00Z`, `3 days later`, \
                                `2 hours later`.",
                "type": "string"
            },
            "money": {
                "description": "Minor units and currency: `38000 RUB` is 380 roubles.",
                "type": "string",
                "pattern": "^-?[0-9_]+ [A-Z]{3}$"
            },
            "step": step(),
            "expect": expect()
        }
    })
}

fn terms() -> Value {
    json!({
        "description": "The bundled terms that the warranty is sold under, unchanged or changed.",
        "oneOf": [
            { "type": "string" },
            closed(&json!({
                "from": text_of("The bundled document: `wisetech-repair-1`."),
                "change": { "description": "A merge patch (RFC 7396).", "type": "object" }
            }), &["from", "change"])
        ]
    })
}

/// One action of one actor, or time passing.
fn step() -> Value {
    let mut step = Map::new();
    step.insert("at".to_owned(), instant());
    step.insert("note".to_owned(), text_of("Why, for the reader."));
    step.insert("as".to_owned(), text_of("Which person acts in that role: `a2`."));
    step.insert("time".to_owned(), json!({ "const": "passes" }));
    for actor in Actor::ALL {
        step.insert(actor.name().to_owned(), acts(actor));
    }
    step.insert("expect".to_owned(), json!({ "$ref": "#/$defs/expect" }));
    let exactly_one: Vec<_> = Actor::names()
        .into_iter()
        .chain(["time"])
        .map(|name| json!({ "required": [name] }))
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["at"],
        "oneOf": exactly_one,
        "properties": step
    })
}

fn instant() -> Value {
    json!({ "$ref": "#/$defs/instant" })
}

fn money() -> Value {
    json!({ "$ref": "#/$defs/money" })
}

fn text_of(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

fn closed(properties: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties
    })
}

fn purchase() -> Value {
    let device = json!({
        "category": { "enum": ["smartphone", "tablet", "push_button_phone", "other", "none"] },
        "operating_system": { "enum": ["android", "ios", "windows", "symbian", "other"] },
        "brand": { "type": "string" },
        "model": { "type": ["string", "number"] },
        "serial": { "type": "string" }
    });
    let warranty = json!({
        "none": { "type": "boolean" },
        "program": { "enum": ["repair", "exchange"] },
        "provider": { "type": "string" },
        "price": money()
    });
    let purchase = json!({
        "placed": instant(),
        "paid": instant(),
        "delivered": instant(),
        "completed": instant(),
        "country": { "type": "string", "pattern": "^[A-Z]{2}$" },
        "city": { "type": "string" },
        "zone": { "type": "string" },
        "device": closed(&device, &[]),
        "quantity": { "type": "integer", "minimum": 1 },
        "price": money(),
        "warranty": closed(&warranty, &[])
    });
    closed(&purchase, &["placed", "country", "city", "price"])
}

/// What an actor can do: a word alone, or a word with fields.
fn acts(actor: Actor) -> Value {
    let actions: Vec<&Action> =
        ACTIONS.iter().filter(|action| action.actors.contains(&actor)).collect();
    let alone = actions.iter().filter(|action| action.fields.iter().all(|field| !field.required));
    let alone: Vec<_> = alone.map(|action| action.word).collect();
    let with: Map<String, Value> =
        actions.iter().map(|action| (action.word.to_owned(), fields(action))).collect();
    let with = json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": with
    });
    if alone.is_empty() { with } else { json!({ "oneOf": [{ "enum": alone }, with] }) }
}

fn fields(action: &Action) -> Value {
    let mut properties = Map::new();
    for field in action.fields {
        properties.insert(field.name.to_owned(), kind(field.kind));
    }
    for number in action.about.numbers() {
        let number = (*number).to_owned();
        properties.entry(number).or_insert(json!({ "type": "integer", "minimum": 0 }));
    }
    let required: Vec<_> = action.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    closed(&Value::Object(properties), &required)
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Words => json!({ "type": ["string", "number"] }),
        Kind::Money => money(),
        Kind::Time | Kind::Day => instant(),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Units => json!({ "type": "array", "items": { "type": "integer", "minimum": 1 } }),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Patch => json!({ "type": ["object", "array"] }),
    }
}

fn expect() -> Value {
    let stages =
        ["none", "submission", "verification", "inspection", "remedy", "settlement", "closed"];
    let expect = json!({
        "refused": text_of("Refused, with this code."),
        "rules": words(),
        "tried": {
            "description": "Rules that were evaluated, with their results.",
            "type": "object",
            "additionalProperties": { "enum": ["passed", "failed"] }
        },
        "events": { "type": "array", "items": event() },
        "no_events": words(),
        "stage": { "enum": stages },
        "outcome": { "type": "string" },
        "payments": {
            "type": "array",
            "items": payment()
        },
        "costs": {
            "description": "The latest claim's likely cost by verdict, as its buyer reads it (C5).",
            "type": "object",
            "propertyNames": { "enum": ["covered", "not_covered", "no_fault_found"] },
            "additionalProperties": cost()
        },
        "decisions": {
            "description": "Decisions about the latest claim, with their explanations as its buyer \
                            reads them.",
            "type": "array",
            "items": decision()
        },
        "waits_for": {
            "description": "What open matters wait for, as the buyer reads it (T11). An empty \
                            list: nothing, but the days of the policies.",
            "type": "array",
            "items": wait()
        },
        "clocks": {
            "type": "object",
            "propertyNames": { "enum": [
                "decision", "answer", "appeal", "remedy", "declaration", "dispatch", "parts",
                "payment", "seller_answer"
            ] },
            "additionalProperties": clock()
        }
    });
    closed(&expect, &[])
}

fn words() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn event() -> Value {
    json!({
        "oneOf": [
            { "type": "string" },
            { "type": "object", "minProperties": 1,
              "additionalProperties": { "type": "object" } }
        ]
    })
}

fn payment() -> Value {
    let payment = json!({
        "kind": { "type": "string" },
        "from": { "type": "string" },
        "to": { "type": "string" },
        "amount": money()
    });
    closed(&payment, &["kind", "from", "to", "amount"])
}

fn wait() -> Value {
    let matters: Vec<_> = MATTERS.iter().map(|(word, ..)| *word).collect();
    let wait = json!({
        "what": text_of("What is awaited: `documents`, `offer_answer`."),
        "who": { "enum": ["buyer", "provider", "shop", "carrier", "seller", "marketplace"] },
        "matter": { "description": "Which matter waits.", "enum": matters },
        "until": text_of("Until when, as in `at`; `never` while the clock is paused."),
        "paused": text_of("Why the clock is paused; `no` if it is not."),
        "late_since": text_of("Since when the owner is late; `never` if it is not.")
    });
    closed(&wait, &["what"])
}

fn clock() -> Value {
    let clock = json!({
        "due": instant(),
        "state": { "enum": ["running", "met", "missed", "ended"] }
    });
    closed(&clock, &[])
}

fn cost() -> Value {
    let cost = json!({
        "buyer_pays": { "type": "array", "items": money() },
        "if_brought": { "type": "array", "items": money() },
        "comes_back": { "enum": ["repaired", "replacement", "unrepaired"] },
        "payments": { "type": "array", "items": payment() }
    });
    closed(&cost, &[])
}

fn decision() -> Value {
    let decision = json!({
        "decision": { "description": "Its number in the claim.", "type": "integer", "minimum": 1 },
        "event": text_of("The event that records it: `claim.filed`."),
        "by": text_of("The role that decided: `adjuster`."),
        "rules": words(),
        "sources": {
            "description": "Values of the terms that it is based on, by path, with their origin.",
            "type": "object",
            "additionalProperties": { "enum": ["stated", "chosen"] }
        }
    });
    closed(&decision, &["decision"])
}
