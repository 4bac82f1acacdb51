//! The marketplace's facts: its own feed, and a shop's webhooks and exports.

use std::sync::LazyLock;

use recourse_kernel::OrderKeys;
use recourse_kernel::record::Header;
use recourse_order_intake::feed::shop::{ShopSettings, Shops};
use recourse_order_intake::feed::{Fact, Identities, Unusable, native, shopify, woocommerce};

use super::expectations::{parts, stable};
use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::fuzz::seeds;

static IDENTITIES: LazyLock<Identities> =
    LazyLock::new(|| Identities::new([7; 32], OrderKeys::development()));

static SETTINGS: LazyLock<ShopSettings> = LazyLock::new(ShopSettings::default);
static SHOPS: LazyLock<Shops> = LazyLock::new(Shops::default);
const SHOP: &str = "shop.myshopify.com";

pub(super) fn feed(headers: &[Header], input: &[u8]) -> Verdict {
    reported([native::translate(headers, input, &IDENTITIES)])
}

/// Facts, each of which must be a command that can be written and read back.
fn reported(facts: impl IntoIterator<Item = Result<Fact, Unusable>>) -> Verdict {
    let mut seen = Refused("no facts".to_owned());
    for fact in facts {
        seen = match fact {
            Ok(fact) => {
                stable(&fact.command);
                assert_eq!(fact.key(), fact.command.order().key);
                assert_eq!(fact.command_id().len(), 64);
                Accepted
            }
            Err(unusable) => Refused(unusable.to_string()),
        };
    }
    seen
}

pub(super) fn binary_facts() -> Vec<Vec<u8>> {
    let facts = seeds::facts().into_iter();
    facts
        .filter_map(|fact| {
            let fact: serde_json::Value = serde_json::from_slice(&fact).ok()?;
            let (kind, data) = (fact["type"].as_str()?, &fact["data"]);
            let headers =
                "ce_specversion:1.0\nce_id:e-1\nce_source:market\nce_time:2025-03-05T10:00:00Z";
            Some(format!("key\n{headers}\nce_type:{kind}\n\n{data}").into_bytes())
        })
        .collect()
}

pub(super) fn binary_feed(input: &[u8]) -> Verdict {
    let (_, headers, body) = parts(input);
    feed(&headers, body)
}

pub(super) fn webhook(input: &[u8]) -> Verdict {
    let (topic, body) = seeds::split(input);
    let webhook = shopify::Webhook { shop: SHOP, topic: &topic, is_test: false, id: "" };
    reported(shopify::translate(webhook, body, &SETTINGS, &IDENTITIES))
}

pub(super) fn exports() -> Vec<Vec<u8>> {
    seeds::webhooks().iter().map(|webhook| seeds::split(webhook).1.to_vec()).collect()
}

pub(super) fn export(input: &[u8]) -> Verdict {
    let export = shopify::Export { shop: SHOP, shops: &SHOPS, identities: &IDENTITIES };
    reported(export.translate(input))
}

pub(super) fn woocommerce_webhook(input: &[u8]) -> Verdict {
    let webhook = woocommerce::Webhook { shop: SHOP, topic: "order.updated" };
    reported(woocommerce::translate(webhook, input, &SETTINGS, &IDENTITIES))
}

pub(super) fn woocommerce_export(input: &[u8]) -> Verdict {
    let export = woocommerce::Export { shop: SHOP, shops: &SHOPS, identities: &IDENTITIES };
    reported(export.translate(input))
}
