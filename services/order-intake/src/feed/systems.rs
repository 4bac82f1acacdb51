//! The shop systems that are read.

use super::shop::ShopSystem;
use super::shopify::Shopify;
use super::woocommerce::WooCommerce;

/// All of them. No two have the same name or the same header for the shop.
pub(crate) const ALL: [&dyn ShopSystem; 2] = [&Shopify, &WooCommerce];

/// The system with this name.
pub(crate) fn named(name: &str) -> Option<&'static dyn ShopSystem> {
    ALL.into_iter().find(|system| system.name() == name)
}

/// The system that a record is from, and the domain of its shop, by its headers; `None` for a
/// record of our own feed.
pub(crate) fn sent_by<'a>(
    header: impl Fn(&str) -> Option<&'a str>,
) -> Option<(&'static dyn ShopSystem, String)> {
    ALL.into_iter().find_map(|system| {
        let shop = header(system.shop_header())?;
        Some((system, system.domain_of(shop)))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_system_has_a_name_and_a_header_of_its_own() {
        let all = |of: fn(&dyn ShopSystem) -> &'static str| ALL.into_iter().map(of);
        let names: BTreeSet<_> = all(|system| system.name()).chain(["native"]).collect();
        assert_eq!(names.len(), ALL.len() + 1);
        let headers: BTreeSet<_> = all(|system| system.shop_header()).collect();
        assert_eq!(headers.len(), ALL.len());
        let of = |name: &str, value: &'static str| {
            let found = sent_by(|header| (header == name).then_some(value));
            found.map(|(system, shop)| (system.name(), shop))
        };
        let shop = of("x-shopify-shop-domain", "A.example");
        assert_eq!(shop, Some(("shopify", "a.example".to_owned())));
        let shop = of("x-wc-webhook-source", "https://A.example/");
        assert_eq!(shop, Some(("woocommerce", "a.example".to_owned())));
        assert_eq!(of("ce_source", "market"), None);
    }
}
