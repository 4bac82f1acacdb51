//! The caller: a role, a pseudonymous subject, and, for a provider's staff, the provider.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The role that a principal acts in. This is a stable format: it is stored in every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Bought the device and files the claim.
    Buyer,
    /// Sold the device; answers disputes.
    Seller,
    /// Works claims at a provider.
    Adjuster,
    /// Publishes terms, tariffs and shops for a provider.
    Provider,
    /// A service centre's system.
    Shop,
    /// The marketplace's own backend.
    Marketplace,
    /// The payment gateway: reports which payments were made and which failed.
    Gateway,
    /// Has read access to everything and decides nothing.
    Auditor,
    /// Runs the installation: publishes terms and resolves dead letters.
    Operator,
    /// The software itself: timers and reactions to facts of other services.
    System,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Buyer,
        Self::Seller,
        Self::Adjuster,
        Self::Provider,
        Self::Shop,
        Self::Marketplace,
        Self::Gateway,
        Self::Auditor,
        Self::Operator,
        Self::System,
    ];

    const NAMES: [(Self, &'static str); 10] = [
        (Self::Buyer, "buyer"),
        (Self::Seller, "seller"),
        (Self::Adjuster, "adjuster"),
        (Self::Provider, "provider"),
        (Self::Shop, "shop"),
        (Self::Marketplace, "marketplace"),
        (Self::Gateway, "gateway"),
        (Self::Auditor, "auditor"),
        (Self::Operator, "operator"),
        (Self::System, "system"),
    ];

    /// The role's name as it appears in records and tokens.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(role, _)| *role == self).map_or("system", |(_, name)| name)
    }
}

impl FromStr for Role {
    type Err = InvalidPrincipal;

    fn from_str(text: &str) -> Result<Self, InvalidPrincipal> {
        Self::NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(role, _)| *role)
            .ok_or_else(|| InvalidPrincipal(text.chars().take(64).collect()))
    }
}

/// A string without a known role, or without a subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid principal; use role:subject with a known role")]
pub struct InvalidPrincipal(String);

/// Role and subject, written `adjuster:a-17`; for a provider's staff
/// `adjuster@wisetech-service:a-17`, for a shop `shop@tomrepair/moscow:s-3`, for a seller
/// `seller@/agora/s-7:a`. The subject is a pseudonym, never a name or an e-mail address.
/// This is a stable format; earlier releases did not write the provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Principal {
    /// Decides which actions are open to them (A1).
    pub role: Role,
    /// Their identity, as the issuer of their token knows it.
    pub subject: String,
    /// The slug of the provider whose staff they are; none if their token names no provider.
    pub provider: Option<String>,
    /// The organisation that they act for, if their token names one: a shop's id, a marketplace, or
    /// a marketplace and a seller there (`agora/s-7`).
    pub acts_for: Option<String>,
}

impl Principal {
    /// A principal with this role and subject, and no provider.
    pub fn new(role: Role, subject: impl Into<String>) -> Self {
        Self { role, subject: subject.into(), provider: None, acts_for: None }
    }

    /// The same principal as a member of this provider's staff.
    #[must_use]
    pub fn of_provider(self, provider: impl Into<String>) -> Self {
        Self { provider: Some(provider.into()), ..self }
    }

    /// The same, acting for this shop, marketplace or seller.
    #[must_use]
    pub fn acting_for(self, organisation: impl Into<String>) -> Self {
        Self { acts_for: Some(organisation.into()), ..self }
    }

    /// Role and subject without the provider: `adjuster:a-17`.
    pub fn person(&self) -> String {
        format!("{}:{}", self.role.name(), self.subject)
    }

    /// The software itself, acting through one of its parts: `clock`, `reactions`, …
    pub fn system(part: &str) -> Self {
        Self::new(Role::System, part)
    }
}

/// Whether this can name a marketplace, in its facts as in its tokens: a URI reference (RFC 3986)
/// of 1 to 128 characters, such as `shop.myshopify.com` or `https://bazaar.example/orders?to=eu`.
/// It is written to every record, so it is short.
pub fn is_marketplace(name: &str) -> bool {
    let of_uris =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(of_uris)
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, subject) = (self.role.name(), &self.subject);
        match (&self.provider, &self.acts_for) {
            (Some(provider), None) => write!(f, "{role}@{provider}:{subject}"),
            (None, None) => write!(f, "{role}:{subject}"),
            (provider, Some(acts_for)) => {
                let provider = provider.as_deref().unwrap_or_default();
                write!(f, "{role}@{provider}/{acts_for}:{subject}")
            }
        }
    }
}

impl FromStr for Principal {
    type Err = InvalidPrincipal;

    fn from_str(text: &str) -> Result<Self, InvalidPrincipal> {
        let (who, subject) = text
            .split_once(':')
            .ok_or_else(|| InvalidPrincipal(text.chars().take(64).collect()))?;
        let (role, organisation) = who.split_once('@').unwrap_or((who, ""));
        let (provider, acts_for) = match organisation.split_once('/') {
            Some((provider, acts_for)) => (provider, Some(acts_for.to_owned())),
            None => (organisation, None),
        };
        let provider = Some(provider).filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self { role: role.parse()?, subject: subject.to_owned(), provider, acts_for })
    }
}

impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_round_trips_with_and_without_a_provider() {
        let staff = Principal::new(Role::Adjuster, "a-17").of_provider("wisetech-service");
        assert_eq!(staff.to_string(), "adjuster@wisetech-service:a-17");
        // A subject may contain both separators; what earlier releases wrote still parses.
        let before = Principal::new(Role::Buyer, "b@shop:81");
        assert_eq!(before.to_string(), "buyer:b@shop:81");
        let shop = Principal::new(Role::Shop, "s-3").of_provider("tomrepair").acting_for("moscow");
        assert_eq!(shop.to_string(), "shop@tomrepair/moscow:s-3");
        let seller = Principal::new(Role::Seller, "a").acting_for("agora/s-7");
        assert_eq!(seller.to_string(), "seller@/agora/s-7:a");
        // A marketplace's subject is its name, and that may be any URI reference.
        let uri = Principal::new(Role::Marketplace, "https://a@bazaar.example:8443/?x=1,2#[!$&]");
        let seen = uri.to_string();
        assert_eq!(seen, "marketplace:https://a@bazaar.example:8443/?x=1,2#[!$&]");
        for principal in [staff, before, shop, seller, uri] {
            assert_eq!(principal.to_string().parse(), Ok(principal));
        }
    }
}
