use recourse_kernel::OrderKeys;
use recourse_runtime::settings::{BuyerAccessSettings, JwtSettings};
use serde_json::json;

use super::*;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder() -> Folder {
    let mut random = [0; 8];
    getrandom::fill(&mut random).unwrap();
    Folder(std::env::temp_dir().join(format!("recourse-access-{}", hex::encode(random))))
}

fn settings(folder: &Folder) -> Settings {
    let jwt = JwtSettings { dev_keys: folder.0.clone(), ..JwtSettings::default() };
    Settings { jwt, ..Settings::default() }
}

fn order(number: &str) -> OrderId {
    OrderId::new(OrderKeys::development().key_of("market", number))
}

const QUARTER: Duration = Duration::from_mins(15);

#[test]
fn a_token_is_for_one_buyer_and_one_order() {
    let folder = folder();
    let access = BuyerAccess::of(&settings(&folder)).unwrap().unwrap();
    let token = access.issue(order("1"), "b-81", QUARTER).unwrap();
    let verified = access.verify(&token).unwrap();
    assert_eq!(verified, (Principal::new(Role::Buyer, "b-81"), order("1")));
    let again = BuyerAccess::of(&settings(&folder)).unwrap().unwrap();
    assert_eq!(again.verify(&token).unwrap(), verified, "the key stays the same");
}

#[test]
fn whatever_role_such_a_token_names_its_bearer_is_a_buyer() {
    let folder = folder();
    let access = BuyerAccess::of(&settings(&folder)).unwrap().unwrap();
    let now = get_current_timestamp();
    let claims = json!({
        "iss": "recourse-buyer-access", "aud": "recourse", "sub": "b-81", "role": "operator",
        "order": order("1"), "nbf": now, "iat": now, "exp": now + 60,
    });
    let token = encode(&Header::new(Algorithm::ES256), &claims, &access.signs).unwrap();
    assert_eq!(access.verify(&token).unwrap().0.role, Role::Buyer);
}

#[test]
fn an_expired_token_and_one_without_an_order_are_refused() {
    let folder = folder();
    let access = BuyerAccess::of(&settings(&folder)).unwrap().unwrap();
    let now = get_current_timestamp();
    let good = json!({
        "iss": "recourse-buyer-access", "aud": "recourse", "sub": "b-81", "role": "buyer",
        "order": order("1"), "nbf": now, "iat": now, "exp": now + 60,
    });
    let verified = |claims: &serde_json::Value| {
        access.verify(&encode(&Header::new(Algorithm::ES256), claims, &access.signs).unwrap())
    };
    assert!(verified(&good).is_ok());
    for (claim, value) in [
        ("exp", json!(now - 60)),
        ("iss", json!("recourse-development")),
        ("aud", json!("another")),
        ("order", json!("ord_1")),
        ("order", json!(null)),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        assert!(verified(&claims).is_err(), "{claim}");
    }
}

#[test]
fn production_has_no_key_unless_one_is_configured() {
    let folder = folder();
    let mut production = Settings { mode: Mode::Production, ..settings(&folder) };
    production.jwt.jwks_file = Some("keys.json".into());
    assert!(BuyerAccess::of(&production).unwrap().is_none());

    development_key(&folder.0, "own.p8").unwrap();
    let own = |name: &str| BuyerAccessSettings {
        key_file: Some(folder.0.join(name)),
        ..BuyerAccessSettings::default()
    };
    production.buyer_access = own("own.p8");
    let access = BuyerAccess::of(&production).unwrap().unwrap();
    let token = access.issue(order("1"), "b-81", QUARTER).unwrap();
    // Another key does not verify it.
    let another = BuyerAccess::of(&settings(&folder)).unwrap().unwrap();
    assert!(another.verify(&token).is_err());

    std::fs::write(folder.0.join("no.key"), "no key").unwrap();
    production.buyer_access = own("no.key");
    assert!(matches!(BuyerAccess::of(&production), Err(BuyerAccessError::Key(_))));
    production.buyer_access = own("missing.key");
    assert!(matches!(BuyerAccess::of(&production), Err(BuyerAccessError::File(..))));
}
