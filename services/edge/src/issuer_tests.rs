//! Tokens as Auth0, Keycloak and Entra issue them are verified with the example settings in
//! `deploy/issuers`. Keys and tokens are made here, in the shape that each product gives them.

use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
use recourse_runtime::settings::Mode;
use serde_json::{Value, json};

use super::*;

const AUTH0: &str = include_str!("../../../deploy/issuers/auth0.toml");
const KEYCLOAK: &str = include_str!("../../../deploy/issuers/keycloak.toml");
const ENTRA: &str = include_str!("../../../deploy/issuers/entra.toml");

const KEY_ID: &str = "HkdC3yxc4kFp7dzO6yZ0d";

/// An issuer with a key of its own, and a verifier with the settings of an example.
struct Issuer {
    key: EncodingKey,
    tokens: Tokens,
}

impl Issuer {
    /// `key_set` gives the JWKS for the two numbers of the public key.
    async fn new(settings: &str, key_set: impl FnOnce(&str, &str) -> Value) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // The PKCS 1 key starts at byte 26 of the PKCS 8 document.
        let key = EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]);
        let public = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap());
        let public = public.unwrap();
        let set = key_set(public["n"].as_str().unwrap(), public["e"].as_str().unwrap());
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        let file = std::env::temp_dir().join(format!("recourse-{}.json", hex::encode(random)));
        std::fs::write(&file, set.to_string()).unwrap();
        let mut settings = Settings::load(settings, None).unwrap();
        assert!(settings.jwt.jwks_url.take().is_some(), "an example names the issuer's keys");
        settings.jwt.jwks_file = Some(file.clone());
        settings.mode = Mode::Production;
        let tokens = Tokens::of(&settings).await.unwrap();
        std::fs::remove_file(file).unwrap();
        Self { key, tokens }
    }

    async fn verified(&self, typ: Option<&str>, claims: &Value) -> Result<Principal, TokenError> {
        let header = Header {
            typ: typ.map(str::to_owned),
            kid: Some(KEY_ID.to_owned()),
            ..Header::new(Algorithm::RS256)
        };
        self.tokens.verify(&encode(&header, claims, &self.key).unwrap()).await
    }
}

fn soon() -> u64 {
    get_current_timestamp() + Duration::from_hours(1).as_secs()
}

#[tokio::test]
async fn tokens_of_auth0_are_verified() {
    let issuer = Issuer::new(AUTH0, |n, e| {
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "n": n, "e": e, "kid": KEY_ID, "x5t": "qk2e8N3WyLQ",
             "x5c": ["MIIDDTCCAfWgAwIBAgIJ"], "alg": "RS256"},
            {"kty": "EC", "use": "sig", "crv": "a curve of next year", "kid": "another"},
        ]})
    })
    .await;
    // No `nbf`; the audience is a list with Auth0's own user info; the subject names a connection.
    let mut claims = json!({
        "iss": "https://your-tenant.eu.auth0.com/",
        "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
        "aud": ["https://recourse.example", "https://your-tenant.eu.auth0.com/userinfo"],
        "iat": get_current_timestamp(), "exp": soon(),
        "azp": "my_client_id", "scope": "openid profile",
        "https://recourse.example/role": "adjuster",
        "https://recourse.example/provider": "wisetech-service",
    });
    let staff = Principal::new(Role::Adjuster, "auth0|5f7c8ec7c33c6c004bbafe82")
        .of_provider("wisetech-service");
    for typ in [Some("JWT"), Some("at+jwt"), None] {
        assert_eq!(issuer.verified(typ, &claims).await.unwrap(), staff, "{typ:?}");
    }
    // A machine's token: client credentials.
    claims["sub"] = "kq3u8XyZ@clients".into();
    claims["https://recourse.example/role"] = "gateway".into();
    claims.as_object_mut().unwrap().remove("https://recourse.example/provider");
    let gateway = Principal::new(Role::Gateway, "kq3u8XyZ@clients");
    assert_eq!(issuer.verified(Some("JWT"), &claims).await.unwrap(), gateway);

    claims.as_object_mut().unwrap().remove("https://recourse.example/role");
    let refused = issuer.verified(Some("JWT"), &claims).await.unwrap_err();
    assert_eq!(refused.to_string(), "the claim `https://recourse.example/role` is missing");
}

#[tokio::test]
async fn tokens_of_keycloak_are_verified() {
    let issuer = Issuer::new(KEYCLOAK, |n, e| {
        json!({"keys": [
            {"kid": "enc-1", "kty": "RSA", "alg": "RSA-OAEP", "use": "enc", "n": n, "e": e,
             "x5c": ["MIICnzCCAYcCBgGP"], "x5t": "pZ", "x5t#S256": "R8"},
            {"kid": KEY_ID, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e,
             "x5c": ["MIICnzCCAYcCBgGP"], "x5t": "aQ", "x5t#S256": "Tz"},
        ]})
    })
    .await;
    let mut claims = json!({
        "exp": soon(), "iat": get_current_timestamp(), "auth_time": get_current_timestamp(),
        "jti": "onrtac:5b2c6b2a", "iss": "https://sso.example/realms/recourse",
        "aud": ["recourse", "account"], "sub": "f3a1f9b0-2d52-4c0e-9c5f-0d2c4c1b1a77",
        "typ": "Bearer", "azp": "recourse-ui", "sid": "7d1c", "acr": "1",
        "allowed-origins": ["https://claims.example"],
        "realm_access": {"roles": [
            "default-roles-recourse", "offline_access", "uma_authorization", "recourse-adjuster",
        ]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid email profile", "email_verified": true,
        "preferred_username": "maria", "provider": "tomrepair",
    });
    let staff = Principal::new(Role::Adjuster, "f3a1f9b0-2d52-4c0e-9c5f-0d2c4c1b1a77")
        .of_provider("tomrepair");
    assert_eq!(issuer.verified(Some("JWT"), &claims).await.unwrap(), staff);
    // Releases before 2020 wrote 0 for "always".
    claims["nbf"] = 0.into();
    assert_eq!(issuer.verified(Some("JWT"), &claims).await.unwrap(), staff);

    claims["realm_access"]["roles"] = json!(["offline_access", "operator"]);
    let refused = issuer.verified(Some("JWT"), &claims).await.unwrap_err();
    let detail = refused.to_string();
    assert!(
        detail.starts_with("the claim `realm_access.roles` must have one of recourse-"),
        "{detail}"
    );
}

#[tokio::test]
async fn roles_of_a_keycloak_client_are_read() {
    let client = KEYCLOAK.replace("realm_access.roles", "resource_access.recourse.roles");
    let issuer = Issuer::new(&client, |n, e| {
        json!({"keys": [
            {"kid": KEY_ID, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e},
        ]})
    })
    .await;
    let claims = json!({
        "exp": soon(), "iss": "https://sso.example/realms/recourse", "aud": "recourse",
        "sub": "s-3", "realm_access": {"roles": ["recourse-operator"]},
        "resource_access": {"recourse": {"roles": ["recourse-shop"]}}, "shop": "moscow",
    });
    let shop = Principal::new(Role::Shop, "s-3").acting_for("moscow");
    assert_eq!(issuer.verified(None, &claims).await.unwrap(), shop);
}

#[tokio::test]
async fn tokens_of_entra_are_verified() {
    let tenant = "11111111-1111-1111-1111-111111111111";
    let issuer_name = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    // Entra's keys do not name their algorithm.
    let issuer = Issuer::new(ENTRA, |n, e| {
        json!({"keys": [{
            "kty": "RSA", "use": "sig", "kid": KEY_ID, "x5t": "nOo3ZDrODXEK1jKWhXslHR_KXEg",
            "n": n, "e": e, "x5c": ["MIIC/TCCAeWgAwIBAgII"], "issuer": issuer_name,
        }]})
    })
    .await;
    let mut claims = json!({
        "aud": "22222222-2222-2222-2222-222222222222", "iss": issuer_name,
        "iat": get_current_timestamp(), "nbf": get_current_timestamp() - 300, "exp": soon(),
        "aio": "AXQAi/8IAAAA", "azp": "33333333-3333-3333-3333-333333333333", "azpacr": "1",
        "name": "Maria", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "preferred_username": "maria@example.org", "rh": "0.AX0A", "scp": "claims.work",
        "roles": ["Claims.Adjuster"], "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
        "tid": tenant, "uti": "fqiBqXLPj0eQa82S-IYFAA", "ver": "2.0",
        "extn.provider": ["wisetech-service"],
    });
    let staff = Principal::new(Role::Adjuster, "690222be-ff1a-4d56-abd1-7e4f7d38e474")
        .of_provider("wisetech-service");
    assert_eq!(issuer.verified(Some("JWT"), &claims).await.unwrap(), staff);

    claims.as_object_mut().unwrap().remove("extn.provider");
    let refused = issuer.verified(Some("JWT"), &claims).await.unwrap_err();
    assert!(
        matches!(&refused, TokenError::Provider(claim) if claim == "extn.provider"),
        "{refused}"
    );

    // The audience of a token of version 1.0.
    claims["aud"] = "api://22222222-2222-2222-2222-222222222222".into();
    let refused = issuer.verified(Some("JWT"), &claims).await.unwrap_err();
    let detail = "the claim `aud` must have 22222222-2222-2222-2222-222222222222";
    assert_eq!(refused.to_string(), detail);
}
