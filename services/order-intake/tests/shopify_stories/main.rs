//! Webhooks and exports as real shops send them, played through reading and deciding. The bodies
//! are in `tests/shopify`, a folder for each story.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod edits;
mod exchanges;
mod exports;
mod ids;
mod money;
mod orders;
mod parcels;
mod places;
mod privacy;
mod queries;
mod shipments;
mod test_orders;
mod units;
mod unsaid;

use std::collections::BTreeMap;
use std::path::Path;

use recourse_kernel::{Context, Decider as _, DeviceId, OrderKeys, Wire as _};
use recourse_order_intake::Orders;
use recourse_order_intake::domain::events::MissingFact;
use recourse_order_intake::domain::state::Order;
use recourse_order_intake::domain::{OrderEvent, OrderState};
use recourse_order_intake::feed::shop::{Shops, Translated};
use recourse_order_intake::feed::shopify::{Export, Webhook, translate};
use recourse_order_intake::feed::{Identities, Unusable};
use recourse_terms::TermsBook;
use serde_json::{Value, json};

const SHOP: &str = "demo-shop.myshopify.com";

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

/// A body from `tests/shopify`.
pub fn body(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shopify").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The same, to be changed.
pub fn json_of(file: &str) -> Value {
    serde_json::from_str(&body(file)).unwrap()
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

/// A shop with the default settings.
pub fn a_shop() -> Played {
    shop(json!({}))
}

fn identities() -> Identities {
    Identities::new([7; 32], OrderKeys::development())
}

impl Played {
    /// A webhook with the body of a file.
    #[must_use]
    pub fn webhook(self, topic: &str, file: &str) -> Self {
        self.webhook_of(topic, &body(file))
    }

    /// A webhook with this body.
    #[must_use]
    pub fn webhook_of(mut self, topic: &str, body: &str) -> Self {
        let webhook = Webhook { shop: SHOP, topic, is_test: false, id: "" };
        let read = translate(webhook, body.as_bytes(), self.shops.of(SHOP), &identities());
        self.decide(read);
        self
    }

    /// A test webhook.
    #[must_use]
    pub fn test_webhook(mut self, topic: &str, body: &str) -> Self {
        let webhook = Webhook { shop: SHOP, topic, is_test: true, id: "" };
        let read = translate(webhook, body.as_bytes(), self.shops.of(SHOP), &identities());
        self.decide(read);
        self
    }

    /// The same order after the shop's settings have changed.
    #[must_use]
    pub fn with_settings_of(mut self, shop: &Self) -> Self {
        self.shops = shop.shops.clone();
        self
    }

    /// An import of a file.
    #[must_use]
    pub fn import(mut self, file: &str) -> Self {
        let (shops, identities) = (self.shops.clone(), identities());
        let export = Export { shop: SHOP, shops: &shops, identities: &identities };
        let read = export.translate(body(file).as_bytes());
        self.decide(read);
        self
    }

    /// An import of this value.
    #[must_use]
    pub fn import_value(mut self, value: Value) -> Self {
        let (shops, identities) = (self.shops.clone(), identities());
        let export = Export { shop: SHOP, shops: &shops, identities: &identities };
        self.decide(export.translate_value(value));
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
        self.order_so_far()
    }

    /// The order, whatever was refused or unusable.
    pub fn order_so_far(&self) -> &Order {
        self.orders().next().expect("an order")
    }

    fn orders(&self) -> impl Iterator<Item = &Order> {
        self.streams.values().filter_map(|state| state.order.as_ref())
    }

    /// The unit with these numbers.
    pub fn unit(&self, line: u32, unit: u32) -> DeviceId {
        self.order_so_far().id().device(line, unit)
    }

    /// The names of the events.
    pub fn names(&self) -> Vec<&'static str> {
        let name = |event: &OrderEvent| {
            event.type_name().trim_start_matches("recourse.order.").trim_end_matches(".v1")
        };
        self.events.iter().map(name).collect()
    }

    /// What still waits for another fact: the reasons.
    pub fn waiting(&self) -> Vec<MissingFact> {
        self.streams.values().flat_map(|state| &state.kept).map(|fact| fact.missing).collect()
    }

    /// How much was refunded for devices, in minor units.
    pub fn refunded(&self) -> i64 {
        let units = self.orders().flat_map(|order| order.units.values());
        units.map(|unit| unit.refunded).sum()
    }
}
