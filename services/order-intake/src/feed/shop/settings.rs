//! The settings of each shop: `[[service.shops]]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use recourse_kernel::Currency;
use recourse_terms::{Country, Program, Provider};
use serde::Deserialize;
use serde_json::Value;

use super::domain::domain_of;
use super::form::Line;
use super::secrets::Secrets;

/// One entry of `[[service.shops]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopSettings {
    /// The shop's domain, which is the marketplace's name: `my-shop.myshopify.com`.
    pub domain: String,
    /// The secrets that its webhooks are signed with. Without any, Shopify's are checked against
    /// those of all shops, and those of other systems are refused.
    #[serde(default)]
    pub secrets: Secrets,
    /// How many days after everything was delivered an order is completed (T10).
    #[serde(default)]
    pub complete_after_days: Option<u32>,
    /// What becomes of test orders.
    #[serde(default)]
    pub test_orders: TestOrders,
    /// The country of orders that have no address, and of those sold at a counter.
    #[serde(default)]
    pub default_country: Option<Country>,
    /// The country of each location, by the shop's own id of it. It comes before the default.
    #[serde(default)]
    pub locations: BTreeMap<String, Country>,
    /// The products that are warranties.
    #[serde(default)]
    pub plans: Vec<Plan>,
    /// The currency of bodies that name none, such as WooCommerce's refunds.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// What becomes of test orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOrders {
    /// They sell nothing: what is reported about them is disregarded.
    #[default]
    Ignore,
    /// They are orders of a marketplace of their own, `DOMAIN/test`. What does not say whether it
    /// is about a test is reported to both.
    Apart,
}

/// A product that is a warranty: the first entry of which everything matches a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The SKU of the product.
    #[serde(default)]
    pub sku: Option<String>,
    /// The shop's own id of the product.
    #[serde(default)]
    pub product_id: Option<String>,
    /// The type of the product, which only answers of GraphQL say.
    #[serde(default)]
    pub product_type: Option<String>,
    /// Repair or exchange.
    pub program: Program,
    /// The provider of the warranty.
    pub provider: Provider,
}

/// The settings of all shops. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shops {
    named: Arc<BTreeMap<String, ShopSettings>>,
    others: Arc<ShopSettings>,
}

/// Why `[[service.shops]]` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShops {
    /// It is not a list of shops, or an entry has an invalid field.
    #[error("`[[service.shops]]` is invalid: {0}")]
    Malformed(String),
    /// Two entries have one domain.
    #[error("`[[service.shops]]` lists {0} twice")]
    Twice(String),
    /// A plan matches nothing.
    #[error("a plan of {0} needs `sku`, `product_id` or `product_type`")]
    EmptyPlan(String),
}

impl Shops {
    /// Reads the settings; without any, every shop has the defaults.
    pub fn read(value: Option<&Value>) -> Result<Self, InvalidShops> {
        let shops: Vec<ShopSettings> = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(shops) => serde_json::from_value(shops.clone())
                .map_err(|error| InvalidShops::Malformed(error.to_string()))?,
        };
        let mut named = BTreeMap::new();
        for shop in shops {
            let domain = domain_of(&shop.domain);
            if shop.plans.iter().any(Plan::matches_everything) {
                return Err(InvalidShops::EmptyPlan(shop.domain));
            }
            if let Some(twice) = named.insert(domain, shop) {
                return Err(InvalidShops::Twice(twice.domain));
            }
        }
        Ok(Self { named: Arc::new(named), others: Arc::default() })
    }

    /// The settings of a shop, however its domain is written; the defaults if it is not listed.
    pub fn of(&self, domain: &str) -> &ShopSettings {
        self.named.get(&domain_of(domain)).unwrap_or(&self.others)
    }
}

impl ShopSettings {
    /// The plan that a line's product is, if it is one.
    pub(super) fn plan(&self, line: &Line) -> Option<&Plan> {
        let is =
            |wanted: &Option<String>, given: &Option<String>| wanted.is_none() || wanted == given;
        self.plans.iter().find(|plan| {
            is(&plan.sku, &line.sku)
                && is(&plan.product_id, &line.product)
                && is(&plan.product_type, &line.product_type)
        })
    }
}

impl Plan {
    fn matches_everything(&self) -> bool {
        self.sku.is_none() && self.product_id.is_none() && self.product_type.is_none()
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Money;
    use serde_json::json;

    use super::*;

    fn line(sku: &str, product: &str) -> Line {
        let nothing = Money::new(0, "CAD".parse().unwrap());
        Line {
            reference: None,
            title: String::new(),
            vendor: None,
            sku: Some(sku.to_owned()),
            product: Some(product.to_owned()),
            product_type: None,
            quantity: 1,
            gone: 0,
            refunded: 0,
            paid: nothing,
            tax_added: nothing,
            requires_shipping: true,
            parent: None,
            properties: Vec::new(),
        }
    }

    #[test]
    fn a_shop_has_its_own_settings_and_others_the_defaults() {
        let shops = Shops::read(Some(&json!([{
            "domain": "a.example", "complete_after_days": 20, "test_orders": "apart",
            "default_country": "CA", "locations": {"371291": "US"},
            "currency": "CAD", "secrets": ["hush"],
            "plans": [
                {"sku": "PLAN", "program": "repair", "provider": "wisetech-service"},
                {"product_id": "81", "program": "exchange", "provider": "the-warranty-group"},
            ],
        }])))
        .unwrap();
        let shop = shops.of("a.example");
        assert_eq!((shop.complete_after_days, shop.test_orders), (Some(20), TestOrders::Apart));
        let program =
            |sku: &str, product: &str| shop.plan(&line(sku, product)).map(|it| it.program);
        assert_eq!(program("PLAN", "7"), Some(Program::Repair));
        assert_eq!(program("CASE", "81"), Some(Program::Exchange));
        assert_eq!(program("CASE", "7"), None);
        assert_eq!(shop.currency, Some("CAD".parse().unwrap()));
        assert!(!format!("{shop:?}").contains("hush"));
        assert_eq!(shops.of("b.example"), &ShopSettings::default());
    }

    #[test]
    fn a_shop_has_its_settings_however_its_domain_is_written() {
        let shops = [json!({"domain": "https://Demo.example/", "complete_after_days": 20})];
        let shops = Shops::read(Some(&json!(shops))).unwrap();
        for domain in ["demo.example", "Demo.Example", "https://demo.example"] {
            assert_eq!(shops.of(domain).complete_after_days, Some(20), "{domain}");
        }
    }

    #[test]
    fn invalid_settings_are_refused_at_the_start() {
        let shop = |shop: Value| Shops::read(Some(&json!([shop]))).unwrap_err().to_string();
        assert!(shop(json!({"domain": "a", "tests": 1})).contains("unknown field `tests`"));
        let plan = json!({"program": "repair", "provider": "wisetech-service"});
        assert!(shop(json!({"domain": "a", "plans": [plan]})).contains("needs `sku`"));
        let twice = json!([{"domain": "a"}, {"domain": "A"}]);
        assert_eq!(Shops::read(Some(&twice)).unwrap_err(), InvalidShops::Twice("a".to_owned()));
    }
}
