//! What a shop system's module says about itself.

use super::domain::domain_of;
use super::settings::{ShopSettings, Shops};
use super::translation::Translated;
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;

/// A shop system. Imports, and dead letters that are redriven, know it only by this.
pub trait ShopSystem: Sync {
    /// Its name, which is that of its import format: `recourse import orders --format NAME`.
    fn name(&self) -> &'static str;

    /// The header that names the shop. Every record that is kept has it, imported ones too, so no
    /// other system may have the same.
    fn shop_header(&self) -> &'static str;

    /// The header with a webhook's topic, which imported records do not have; `None` if webhooks
    /// are not read, for example because they have only ids.
    fn topic_header(&self) -> Option<&'static str> {
        None
    }

    /// The shop's domain, which is the marketplace's name, of the value in its header.
    fn domain_of(&self, header: &str) -> String {
        domain_of(header)
    }

    /// Translates a webhook.
    fn webhook(&self, _topic: &str, _received: &Received<'_>) -> Translated {
        vec![Err(Unusable::UnknownType)]
    }

    /// Translates a value of an imported file.
    fn export(&self, received: &Received<'_>) -> Translated;

    /// Translates a record that was kept.
    fn again(&self, received: &Received<'_>) -> Translated {
        match self.topic_header().and_then(received.header) {
            Some(topic) => self.webhook(topic, received),
            None => self.export(received),
        }
    }
}

/// A record as received, with what is needed to read it.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// The shop's domain.
    pub shop: &'a str,
    /// A header that it arrived with, by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    pub body: &'a [u8],
    /// The settings of all shops: a record may name another one.
    pub shops: &'a Shops,
    pub identities: &'a Identities,
}

impl<'a> Received<'a> {
    /// The settings of its shop.
    pub fn settings(&self) -> &'a ShopSettings {
        self.shops.of(self.shop)
    }
}
