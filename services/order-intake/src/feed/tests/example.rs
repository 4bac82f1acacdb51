//! The example of a shop's settings in the default configurations.

use recourse_runtime::settings::Settings;

use crate::DEFAULT_CONFIG;
use crate::feed::shop::{Plan, ShopSettings, Shops, TestOrders};

const OF_ALL_SERVICES: &str = include_str!("../../../../recourse/config.default.toml");

/// A configuration with its example, which is commented out, in effect.
fn with_the_example(config: &str) -> String {
    let (before, example) = config.split_once("#   [[service.shops]]").expect("an example");
    let lines = example.lines().map(|line| line.strip_prefix("#   ").unwrap_or(line));
    format!("{before}[[service.shops]]{}", lines.collect::<Vec<_>>().join("\n"))
}

fn example(config: &str) -> ShopSettings {
    let settings = Settings::load(&with_the_example(config), None).unwrap();
    let shops = Shops::read(settings.service.get("shops")).unwrap();
    shops.of("my-shop.myshopify.com").clone()
}

#[test]
fn the_example_of_a_shop_is_valid_and_has_every_setting() {
    // A new setting does not compile here until the example has it.
    let ShopSettings {
        domain,
        secrets,
        complete_after_days,
        test_orders,
        default_country,
        locations,
        plans,
        currency,
    } = example(DEFAULT_CONFIG);
    assert_eq!(domain, "my-shop.myshopify.com");
    assert!(!secrets.is_empty() && !locations.is_empty());
    assert!(complete_after_days.is_some() && default_country.is_some() && currency.is_some());
    assert_eq!(test_orders, TestOrders::Ignore);
    let [Plan { sku, product_id, product_type, program: _, provider: _ }] = &plans[..] else {
        panic!("{plans:?}")
    };
    assert!([sku, product_id, product_type].into_iter().all(Option::is_some));
}

#[test]
fn the_configuration_of_all_services_has_the_same_example() {
    assert_eq!(example(OF_ALL_SERVICES), example(DEFAULT_CONFIG));
}
