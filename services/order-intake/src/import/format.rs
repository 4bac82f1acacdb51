//! The formats of files.

use std::fmt;
use std::str::FromStr;

use crate::feed::shop::ShopSystem;
use crate::feed::shopify::Shopify;
use crate::feed::systems;
use crate::feed::woocommerce::WooCommerce;

/// The format of a file.
#[derive(Clone, Copy)]
pub enum Format {
    /// One `CloudEvent` in structured mode per line.
    Native,
    /// Answers of a shop system's API and bodies of its webhooks: JSON values, one after another or
    /// in an array.
    Shop(&'static dyn ShopSystem),
}

impl Format {
    /// Shopify's, which can also be the lines of a bulk operation.
    pub const SHOPIFY: Self = Self::Shop(&Shopify);
    /// WooCommerce's.
    pub const WOOCOMMERCE: Self = Self::Shop(&WooCommerce);

    /// The formats of shop systems, whose files do not name the shop.
    pub fn of_shops() -> impl Iterator<Item = &'static str> {
        systems::ALL.into_iter().map(ShopSystem::name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Shop(system) => system.name(),
        }
    }

    /// The header that names the shop of a body; our own feed names its source itself.
    pub(super) fn shop_header(self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Shop(system) => Some(system.shop_header()),
        }
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == Self::Native.name() {
            return Ok(Self::Native);
        }
        systems::named(text).map(Self::Shop).ok_or_else(|| {
            let known: Vec<_> = Self::of_shops().map(|name| format!("`{name}`")).collect();
            format!("unknown format `{text}`: use `native`, or {}", known.join(", "))
        })
    }
}
