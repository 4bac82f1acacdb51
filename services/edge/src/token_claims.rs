//! Who calls, according to a token's claims. Which claims say it is configurable, since every
//! issuer has its own: `role`, `https://recourse.example/role`, `realm_access.roles`, `roles`.

use std::collections::BTreeMap;

use recourse_kernel::{Principal, Role, is_marketplace};
use recourse_runtime::settings::ClaimNames;
use recourse_terms::Provider;
use serde_json::{Map, Value};

use super::token_error::TokenError;

/// The claims of a token.
pub(super) type Claims = Map<String, Value>;

/// Where the caller's role, subject and organisation stand in a token.
#[derive(Clone)]
pub(super) struct ClaimReader {
    names: ClaimNames,
    /// The issuer's names of roles; if empty, roles have the names that they have here.
    roles: BTreeMap<String, Role>,
}

impl ClaimReader {
    pub(super) fn new(names: ClaimNames, roles: BTreeMap<String, Role>) -> Self {
        Self { names, roles }
    }

    /// The name of the claim with the provider.
    pub(super) fn provider_claim(&self) -> &str {
        &self.names.provider
    }

    /// The principal of these claims. A subject is a short plain word, since it is part of every
    /// record; a marketplace's is its name, with which it sends its facts.
    pub(super) fn principal(&self, claims: &Claims) -> Result<Principal, TokenError> {
        let role = self.role(claims)?;
        let subject =
            text(claims, &self.names.subject)?.ok_or_else(|| missing(&self.names.subject))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@|".contains(&byte);
        let is_plain = (1..=128).contains(&subject.len()) && subject.bytes().all(plain);
        if !(is_plain || role == Role::Marketplace && is_marketplace(subject)) {
            let needs = match role {
                Role::Marketplace => {
                    "must be the marketplace's name: a URI reference of 1 to 128 characters"
                }
                _ => "must be a pseudonym of 1 to 128 letters, digits and -_.:@|",
            };
            return Err(wrong(&self.names.subject, needs));
        }
        let provider = self.provider(claims)?;
        let acts_for = self.organisation(claims)?;
        Ok(Principal { provider, acts_for, ..Principal::new(role, subject) })
    }

    /// The role: the only one that is known here. No token grants the `system` role.
    fn role(&self, claims: &Claims) -> Result<Role, TokenError> {
        let claim = &self.names.role;
        let value = find(claims, claim).ok_or_else(|| missing(claim))?;
        let given =
            texts(value).ok_or_else(|| wrong(claim, "must be a text or a list of texts"))?;
        let mut known: Vec<Role> = given.iter().filter_map(|name| self.known(name)).collect();
        known.sort_unstable();
        known.dedup();
        match known[..] {
            [role] => Ok(role),
            [] => Err(wrong(claim, &format!("must have one of {}", self.names_of_roles()))),
            _ => {
                let names: Vec<_> = known.iter().map(|role| role.name()).collect();
                let needs = format!("must have one role only, not {}", names.join(" and "));
                Err(wrong(claim, &needs))
            }
        }
    }

    fn known(&self, name: &str) -> Option<Role> {
        let role =
            if self.roles.is_empty() { name.parse().ok() } else { self.roles.get(name).copied() };
        role.filter(|role| *role != Role::System)
    }

    fn names_of_roles(&self) -> String {
        if self.roles.is_empty() {
            let callers = Role::ALL.iter().filter(|role| **role != Role::System);
            callers.map(|role| role.name()).collect::<Vec<_>>().join(", ")
        } else {
            self.roles.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        }
    }

    fn provider(&self, claims: &Claims) -> Result<Option<String>, TokenError> {
        let claim = &self.names.provider;
        let Some(name) = text(claims, claim)? else { return Ok(None) };
        match name.parse::<Provider>() {
            Ok(provider) => Ok(Some(provider.to_string())),
            Err(_) => Err(wrong(claim, "must be the slug of a provider, such as wisetech-service")),
        }
    }

    /// The organisation that a token names in addition to a provider: a shop's id, a marketplace,
    /// or a marketplace and a seller there.
    fn organisation(&self, claims: &Claims) -> Result<Option<String>, TokenError> {
        let ClaimNames { shop, marketplace, seller, .. } = &self.names;
        let mut path = Vec::new();
        for claim in [marketplace, seller, shop] {
            let Some(name) = text(claims, claim)? else { continue };
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
                return Err(wrong(claim, "must have 1 to 64 letters, digits and -_."));
            }
            path.push(name);
        }
        Ok((!path.is_empty()).then(|| path.join("/")))
    }
}

fn missing(claim: &str) -> TokenError {
    TokenError::Claim { claim: claim.to_owned(), needs: "is missing".to_owned() }
}

fn wrong(claim: &str, needs: &str) -> TokenError {
    TokenError::Principal { claim: claim.to_owned(), needs: needs.to_owned() }
}

/// A claim with one text: as it is, or the only one of a list.
fn text<'a>(claims: &'a Claims, claim: &str) -> Result<Option<&'a str>, TokenError> {
    let Some(value) = find(claims, claim) else { return Ok(None) };
    match texts(value).as_deref() {
        Some([only]) => Ok(Some(only)),
        _ => Err(wrong(claim, "must be one text")),
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// The claim at a path. A name may have dots itself (`https://recourse.example/role`), so the
/// longest name that exists is taken at each level.
fn find<'a>(claims: &'a Claims, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return (!value.is_null()).then_some(value);
    }
    path.rmatch_indices('.').find_map(|(at, _)| {
        let within = claims.get(&path[..at])?.as_object()?;
        find(within, &path[at + 1..])
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_found_by_its_name_or_its_path() {
        let claims = json!({
            "role": "buyer",
            "https://recourse.example/role": "shop",
            "realm_access": {"roles": ["adjuster"]},
            "resource_access": {"my.client": {"roles": ["auditor"]}},
            "nothing": null,
        });
        let found = |path: &str| find(claims.as_object().unwrap(), path).map(ToString::to_string);
        for (path, expected) in [
            ("role", Some("\"buyer\"")),
            ("https://recourse.example/role", Some("\"shop\"")),
            ("realm_access.roles", Some("[\"adjuster\"]")),
            ("resource_access.my.client.roles", Some("[\"auditor\"]")),
            ("realm_access.groups", None),
            ("role.name", None),
            ("nothing", None),
        ] {
            assert_eq!(found(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn once_roles_are_mapped_only_mapped_names_count() {
        let claims = |role: Value| json!({"sub": "a", "role": role}).as_object().unwrap().clone();
        let mapped = BTreeMap::from([("Claims.Adjuster".to_owned(), Role::Adjuster)]);
        let reader = ClaimReader::new(ClaimNames::default(), mapped);
        let role = |given: Value| reader.principal(&claims(given)).map(|who| who.role).ok();
        assert_eq!(role(json!("Claims.Adjuster")), Some(Role::Adjuster));
        assert_eq!(role(json!(["offline_access", "Claims.Adjuster"])), Some(Role::Adjuster));
        assert_eq!(role(json!("operator")), None);
    }

    #[test]
    fn a_caller_has_one_role() {
        let reader = ClaimReader::new(ClaimNames::default(), BTreeMap::new());
        let claims = json!({"sub": "a", "role": ["buyer", "operator"]});
        let refused = reader.principal(claims.as_object().unwrap()).unwrap_err();
        let detail = "the claim `role` must have one role only, not buyer and operator";
        assert_eq!(refused.to_string(), detail);
    }
}
