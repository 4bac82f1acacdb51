//! Webhooks and responses of the API as WooCommerce sends them, played through reading and
//! deciding. The bodies are in `tests/woocommerce`, a folder for each story.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod fees;
mod money;
mod orders;

use std::collections::BTreeMap;
use std::path::Path;

use recourse_kernel::{Context, Decider as _, OrderKeys, Wire as _};
use recourse_order_intake::Orders;
use recourse_order_intake::domain::state::Order;
use recourse_order_intake::domain::{OrderEvent, OrderState};
use recourse_order_intake::feed::shop::{Shops, Translated};
use recourse_order_intake::feed::woocommerce::{Export, Webhook, translate};
use recourse_order_intake::feed::{Identities, Unusable};
use recourse_terms::TermsBook;
use serde_json::{Value, json};

const SHOP: &str = "example.com";

/// One order of a shop, and what happened to it.
pub struct Played {
    shops: Shops,
    /// The orders, by key. A shop that keeps test orders apart has two of each number.
    streams: BTreeMap<String, OrderState>,
    /// The events so far.
    pub events: Vec<OrderEvent>,
    /// The reasons of what was not used.
    pub unusable: Vec<Unusable>,
    /// The codes of refused commands.
    pub refused: Vec<String>,
}

/// A body from `tests/woocommerce`.
pub fn body(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/woocommerce").join(file);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A shop with these settings besides its domain.
pub fn shop(settings: Value) -> Played {
    shop_next_to(settings, &[])
}

/// The same, next to other shops.
pub fn shop_next_to(settings: Value, others: &[Value]) -> Played {
    let mut settings = settings;
    settings["domain"] = json!(SHOP);
    let shops: Vec<_> = others.iter().cloned().chain([settings]).collect();
    let shops = Shops::read(Some(&json!(shops))).unwrap();
    Played {
        shops,
        streams: BTreeMap::new(),
        events: Vec::new(),
        unusable: Vec::new(),
        refused: Vec::new(),
    }
}

/// A shop whose refunds are in dollars.
pub fn a_shop() -> Played {
    shop(json!({"currency": "USD"}))
}

/// A shop with a product that is a plan.
pub fn a_shop_with_plans(by: &str, value: &str) -> Played {
    let mut plan = json!({"program": "repair", "provider": "wisetech-service"});
    plan[by] = json!(value);
    shop(json!({"currency": "USD", "plans": [plan]}))
}

fn identities() -> Identities {
    Identities::new([7; 32], OrderKeys::development())
}

impl Played {
    /// A webhook with the body of a file.
    #[must_use]
    pub fn webhook(mut self, topic: &str, file: &str) -> Self {
        let webhook = Webhook { shop: SHOP, topic };
        let body = body(file).to_string();
        let read = translate(webhook, body.as_bytes(), self.shops.of(SHOP), &identities());
        self.decide(read);
        self
    }

    /// An import of a file. Of a list, each value is imported.
    #[must_use]
    pub fn import(self, file: &str) -> Self {
        match body(file) {
            Value::Array(values) => values.iter().fold(self, Self::import_value),
            value => self.import_value(&value),
        }
    }

    /// An import of this value.
    #[must_use]
    pub fn import_value(mut self, value: &Value) -> Self {
        let (shops, identities) = (self.shops.clone(), identities());
        let export = Export { shop: SHOP, shops: &shops, identities: &identities };
        self.decide(export.translate(value.to_string().as_bytes()));
        self
    }

    fn decide(&mut self, read: Translated) {
        for fact in read {
            let fact = match fact {
                Ok(fact) => fact,
                Err(unusable) => {
                    self.unusable.push(unusable);
                    continue;
                }
            };
            let (principal, key, book) = (fact.principal(), fact.key(), TermsBook::default());
            let context = Context {
                now: "2026-01-01T00:00:00Z".parse().unwrap(),
                principal: &principal,
                key: key.as_str(),
                reference: &book,
            };
            let state = self.streams.entry(key.to_string()).or_default();
            match Orders::decide(state, &fact.command, &context) {
                Ok(events) => {
                    for event in events {
                        state.evolve(&event);
                        // That only keeps the time of a report.
                        if !matches!(event, OrderEvent::ReportedAgain(_)) {
                            self.events.push(event);
                        }
                    }
                }
                Err(why) => {
                    self.refused.push(recourse_kernel::Rejection::reason(&why).code.to_owned());
                }
            }
        }
    }

    /// The order; nothing was refused or unusable.
    #[track_caller]
    pub fn order(&self) -> &Order {
        assert_eq!((&self.refused, &self.unusable), (&Vec::new(), &Vec::new()));
        self.orders().next().expect("an order")
    }

    fn orders(&self) -> impl Iterator<Item = &Order> {
        self.streams.values().filter_map(|state| state.order.as_ref())
    }

    /// The names of the events.
    pub fn names(&self) -> Vec<&'static str> {
        let name = |event: &OrderEvent| {
            event.type_name().trim_start_matches("recourse.order.").trim_end_matches(".v1")
        };
        self.events.iter().map(name).collect()
    }

    /// The codes of what was not used.
    pub fn codes(&self) -> Vec<&'static str> {
        self.unusable.iter().map(Unusable::code).collect()
    }

    /// How much was refunded for devices, in minor units.
    pub fn refunded(&self) -> i64 {
        let units = self.orders().flat_map(|order| order.units.values());
        units.map(|unit| unit.refunded).sum()
    }

    /// The price of each line's warranty, in minor units.
    pub fn warranties(&self) -> Vec<Option<i64>> {
        let lines = self.order().placed.lines.iter();
        lines.map(|line| line.warranty.as_ref().map(|warranty| warranty.price.amount)).collect()
    }
}
