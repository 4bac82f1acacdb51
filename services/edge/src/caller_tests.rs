//! Which tokens are accepted. Each rejected token differs from a good one in exactly one point.

use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
use recourse_runtime::settings::{JwtSettings, Mode};
use serde_json::{Value, json};

use super::*;
use crate::token::{DevelopmentIssuer, IssuerError, issue_token};

struct Installation {
    settings: Settings,
    issuer: DevelopmentIssuer,
    tokens: Tokens,
    folder: std::path::PathBuf,
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn installation() -> Installation {
    let mut random = [0; 8];
    getrandom::fill(&mut random).unwrap();
    let folder = std::env::temp_dir().join(format!("recourse-keys-{}", hex::encode(random)));
    let jwt = JwtSettings { dev_keys: folder.clone(), ..JwtSettings::default() };
    let settings = Settings { jwt, ..Settings::default() };
    let issuer = DevelopmentIssuer::open(&settings).unwrap();
    let tokens = Tokens::of(&settings).await.unwrap();
    Installation { settings, issuer, tokens, folder }
}

fn good_claims() -> Value {
    let now = get_current_timestamp();
    json!({
        "iss": "recourse-development", "aud": "recourse", "sub": "b-1", "role": "buyer",
        "nbf": now - 10, "exp": now + 600,
    })
}

#[tokio::test]
async fn an_issued_token_is_verified() {
    let at = installation().await;
    for who in [
        Principal::new(Role::Adjuster, "a-17"),
        Principal::new(Role::Adjuster, "a-17").of_provider("wisetech-service"),
    ] {
        let token = at.issuer.issue(&who, Duration::from_mins(1)).unwrap();
        assert_eq!(at.tokens.verify(&token).await.unwrap(), who);
    }
    let again = DevelopmentIssuer::open(&at.settings).unwrap();
    let token = again.issue(&Principal::new(Role::Buyer, "b-1"), Duration::from_mins(1)).unwrap();
    assert!(at.tokens.verify(&token).await.is_ok(), "the key must stay the same");
}

#[tokio::test]
async fn every_claim_is_required_and_must_be_valid() {
    let at = installation().await;
    assert!(at.tokens.verify(&at.issuer.sign(&good_claims()).unwrap()).await.is_ok());
    for missing in ["exp", "iss", "aud", "sub", "role"] {
        let mut claims = good_claims();
        claims.as_object_mut().unwrap().remove(missing);
        let refused = at.tokens.verify(&at.issuer.sign(&claims).unwrap()).await.unwrap_err();
        assert!(matches!(refused, TokenError::Claim { .. }), "{missing}: {refused:?}");
        assert_eq!(refused.to_string(), format!("the claim `{missing}` is missing"));
    }
    for (claim, value, detail) in [
        ("iss", json!("another"), "the claim `iss` must be recourse-development"),
        ("aud", json!(["another"]), "the claim `aud` must have recourse"),
    ] {
        let mut claims = good_claims();
        claims[claim] = value;
        let refused = at.tokens.verify(&at.issuer.sign(&claims).unwrap()).await.unwrap_err();
        assert!(matches!(refused, TokenError::Claim { .. }), "{claim}: {refused:?}");
        assert_eq!(refused.to_string(), detail);
        let problem = Problem::from(refused);
        assert_eq!(problem.facts.unwrap()["claim"], claim);
    }
}

#[tokio::test]
async fn a_token_is_valid_only_between_nbf_and_exp() {
    let at = installation().await;
    let now = get_current_timestamp();
    for (wrong, value) in [("exp", now - 6), ("nbf", now + 60)] {
        let mut claims = good_claims();
        claims[wrong] = value.into();
        let refused = at.tokens.verify(&at.issuer.sign(&claims).unwrap()).await;
        let Err(TokenError::NotNow { claim, .. }) = refused else { panic!("{wrong}: {refused:?}") };
        assert_eq!(claim, wrong);
    }
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove("nbf");
    let token = at.issuer.sign(&claims).unwrap();
    assert!(at.tokens.verify(&token).await.is_ok(), "`nbf` is optional");
}

#[tokio::test]
async fn a_token_for_something_else_is_not_accepted() {
    let at = installation().await;
    let good = at.issuer.sign(&good_claims()).unwrap();
    assert!(at.tokens.verify(&good).await.is_ok());
    for (typ, is_accepted) in [
        (Some("JWT"), true),
        (Some("at+jwt"), true),
        (Some("application/at+JWT"), true),
        (None, true),
        (Some("logout+jwt"), false),
        (Some("dpop+jwt"), false),
    ] {
        let token = at.issuer.sign_as(typ, &good_claims()).unwrap();
        let verified = at.tokens.verify(&token).await;
        assert_eq!(verified.is_ok(), is_accepted, "{typ:?}: {verified:?}");
    }
}

#[tokio::test]
async fn no_token_grants_the_system_role() {
    let at = installation().await;
    for (role, subject, wrong) in [
        ("system", "clock", "role"),
        ("king", "a", "role"),
        ("buyer", "", "sub"),
        ("buyer", "a b", "sub"),
        ("buyer", "é", "sub"),
    ] {
        let mut claims = good_claims();
        claims["role"] = role.into();
        claims["sub"] = subject.into();
        let refused = at.tokens.verify(&at.issuer.sign(&claims).unwrap()).await;
        let Err(TokenError::Principal { claim, .. }) = refused else {
            panic!("{role}:{subject}: {refused:?}")
        };
        assert_eq!(claim, wrong, "{role}:{subject}");
    }
}

#[tokio::test]
async fn a_marketplace_calls_with_the_name_that_its_facts_have() {
    let at = installation().await;
    let longest = format!("urn:bazaar:{}", "x".repeat(117));
    let names = [
        "bazaar",
        "auth0|5f7c",
        "shop.myshopify.com",
        "shop.example/test",
        "https://bazaar.example/orders?region=eu",
        "https://a:b@[::1]:8443/~x/%20'()*+,;=!$&#top",
        &longest,
    ];
    for name in names {
        let who = Principal::new(Role::Marketplace, name);
        let token = at.issuer.issue(&who, Duration::from_mins(1)).unwrap();
        assert_eq!(at.tokens.verify(&token).await.unwrap(), who);
        assert_eq!(who.to_string().parse(), Ok(who), "{name} in a record");
    }
    let too_long = "x".repeat(129);
    for (role, subject, needs) in [
        (Role::Marketplace, "a b", "the marketplace's name"),
        (Role::Marketplace, "a\nb", "the marketplace's name"),
        (Role::Marketplace, "магазин", "the marketplace's name"),
        (Role::Marketplace, "\"a\"", "the marketplace's name"),
        (Role::Marketplace, "", "the marketplace's name"),
        (Role::Marketplace, &too_long, "the marketplace's name"),
        // The subject of every other role is a pseudonym.
        (Role::Buyer, "shop.example/test", "a pseudonym"),
        (Role::Operator, "https://bazaar.example", "a pseudonym"),
    ] {
        let token = at.issuer.issue(&Principal::new(role, subject), Duration::from_mins(1));
        let refused = at.tokens.verify(&token.unwrap()).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("`sub` must be {needs}")), "{subject}: {refused}");
    }
}

#[tokio::test]
async fn only_the_issuers_key_with_its_own_algorithm_is_accepted() {
    let at = installation().await;
    let good = at.issuer.sign(&good_claims()).unwrap();
    let [first, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let header: Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(first.as_bytes()).unwrap()).unwrap();
    let written = |header: &Value| BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        format!("{}.{claims}.{signature}", written(&header))
    };
    let mut none = header.clone();
    none["alg"] = "none".into();
    let mut unsigned_id = header.clone();
    unsigned_id.as_object_mut().unwrap().remove("kid");
    let jwks = std::fs::read(at.issuer.jwks_file()).unwrap();
    let mut anothers = signature.to_owned().into_bytes();
    anothers[0] = if anothers[0] == b'A' { b'B' } else { b'A' };
    let anothers = String::from_utf8(anothers).unwrap();
    let confused = Header { kid: header["kid"].as_str().map(str::to_owned), ..Header::default() };
    for (what, token) in [
        ("alg none", format!("{}.{claims}.", written(&none))),
        (
            "HMAC with the public key",
            encode(&confused, &good_claims(), &EncodingKey::from_secret(&jwks)).unwrap(),
        ),
        ("an allowed algorithm of another kind of key", with("alg", "RS256".into())),
        ("an algorithm not allowed", with("alg", "ES384".into())),
        ("an unknown key", with("kid", "another".into())),
        ("no key id", format!("{}.{claims}.{signature}", written(&unsigned_id))),
        ("a critical extension", with("crit", json!(["exp"]))),
        ("another's signature", format!("{first}.{claims}.{anothers}")),
        ("an empty string", String::new()),
        ("not a JWT", "a.b.c".to_owned()),
    ] {
        let refused = at.tokens.verify(&token).await;
        assert!(matches!(refused, Err(TokenError::NotAccepted(_))), "{what}: {refused:?}");
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_allowed_is_rejected() {
    let mut at = installation().await;
    at.settings.jwt.algorithms = vec![JwtAlgorithm::Rs256];
    let tokens = Tokens::of(&at.settings).await.unwrap();
    let refused = tokens.verify(&at.issuer.sign(&good_claims()).unwrap()).await;
    assert!(matches!(refused, Err(TokenError::NotAccepted(_))), "{refused:?}");
}

#[tokio::test]
async fn rsa_keys_are_accepted_from_2048_bits() {
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    let at = installation().await;
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    // The PKCS 1 key starts at byte 26 of the PKCS 8 document.
    let key = EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]);
    let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
    public.common.key_id = Some("rsa".to_owned());
    let file = at.folder.join("rsa.json");
    std::fs::write(&file, serde_json::to_vec(&JwkSet { keys: vec![public] }).unwrap()).unwrap();
    let mut settings = at.settings.clone();
    settings.jwt.jwks_file = Some(file);
    let tokens = Tokens::of(&settings).await.unwrap();
    let header = Header { kid: Some("rsa".to_owned()), ..Header::new(Algorithm::RS256) };
    let token = encode(&header, &good_claims(), &key).unwrap();
    assert!(tokens.verify(&token).await.is_ok());
    let development = at.issuer.sign(&good_claims()).unwrap();
    assert!(tokens.verify(&development).await.is_err(), "a configured issuer must be the only one");
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it_without_a_lookup_for_every_unknown_name() {
    let (before, after) = (installation().await, installation().await);
    let source = std::sync::Arc::new(std::sync::Mutex::new((0, before.issuer.jwks_file())));
    let from = source.clone();
    let keys = axum::routing::get(move || {
        let mut from = from.lock().unwrap();
        from.0 += 1;
        std::future::ready(std::fs::read(&from.1).unwrap())
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = before.settings.clone();
    settings.jwt.jwks_url = Some(format!("http://{}/keys", listener.local_addr().unwrap()));
    tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/keys", keys)).await });

    let tokens = Tokens::of(&settings).await.unwrap();
    assert!(tokens.verify(&before.issuer.sign(&good_claims()).unwrap()).await.is_ok());
    let new = after.issuer.sign(&good_claims()).unwrap();
    source.lock().unwrap().1 = after.issuer.jwks_file();
    assert!(tokens.verify(&new).await.is_ok(), "the keys are read again");
    for _ in 0..20 {
        let gone = tokens.verify(&before.issuer.sign(&good_claims()).unwrap()).await;
        assert!(matches!(gone, Err(TokenError::NotAccepted(_))), "{gone:?}");
    }
    assert_eq!(source.lock().unwrap().0, 2, "unknown names must not cause a request each time");
}

#[tokio::test]
async fn in_production_a_providers_staff_must_name_the_provider() {
    let mut at = installation().await;
    let public = at.issuer.jwks_file();
    at.settings.jwt.jwks_file = Some(public);
    at.settings.mode = Mode::Production;
    let production = Tokens::of(&at.settings).await.unwrap();
    for role in [Role::Adjuster, Role::Provider] {
        let staff = Principal::new(role, "a-17");
        let unnamed = at.issuer.issue(&staff, Duration::from_mins(1)).unwrap();
        assert!(at.tokens.verify(&unnamed).await.is_ok(), "development does not require it");
        let refused = production.verify(&unnamed).await;
        assert!(matches!(refused, Err(TokenError::Provider(_))), "{refused:?}");
        let named = staff.of_provider("wisetech-service");
        let token = at.issuer.issue(&named, Duration::from_mins(1)).unwrap();
        assert_eq!(production.verify(&token).await.unwrap(), named);
    }
    let buyer = at.issuer.issue(&Principal::new(Role::Buyer, "b-1"), Duration::from_mins(1));
    assert!(production.verify(&buyer.unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_provider_must_be_a_slug() {
    let at = installation().await;
    for provider in ["", "Wisetech", "a:b", "a@b"] {
        let mut claims = good_claims();
        claims["provider"] = provider.into();
        let refused = at.tokens.verify(&at.issuer.sign(&claims).unwrap()).await;
        assert!(matches!(refused, Err(TokenError::Principal { .. })), "{provider}: {refused:?}");
    }
}

#[tokio::test]
async fn many_processes_that_start_at_once_share_one_issuer() {
    let at = installation().await;
    let mut settings = at.settings.clone();
    settings.jwt.dev_keys = at.folder.join("shared");
    let issued = (0..8).map(|_| {
        let settings = settings.clone();
        std::thread::spawn(move || {
            issue_token(&settings, &Principal::new(Role::Buyer, "b-1"), Duration::from_mins(1))
                .unwrap()
        })
    });
    let issued: Vec<_> = issued.collect();
    let tokens: Vec<_> = issued.into_iter().map(|thread| thread.join().unwrap()).collect();
    let verifier = Tokens::of(&settings).await.unwrap();
    for token in tokens {
        assert!(verifier.verify(&token).await.is_ok());
    }
}

#[tokio::test]
async fn production_issues_no_tokens() {
    let mut at = installation().await;
    at.settings.mode = Mode::Production;
    assert!(matches!(DevelopmentIssuer::open(&at.settings), Err(IssuerError::Production)));
    assert!(Tokens::of(&at.settings).await.is_err());
}

#[test]
fn a_refusal_names_the_allowed_roles() {
    let caller = Caller::new(Principal::new(Role::Buyer, "b-1"));
    assert!(caller.only(&[Role::Buyer, Role::Adjuster]).is_ok());
    let problem = caller.only(&[Role::Adjuster]).unwrap_err();
    assert_eq!(problem.status.as_u16(), 403);
    assert_eq!(problem.facts.unwrap()["allowed"], json!(["adjuster"]));
}

#[tokio::test]
async fn a_token_for_one_order_is_valid_for_calls_about_that_order_only() {
    let at = installation().await;
    let order =
        |number| OrderId::new(recourse_kernel::OrderKeys::development().key_of("m", number));
    let (own, other) = (order("1"), order("2"));
    let access = at.tokens.buyer_access().unwrap();
    let token = access.issue(own, "b-81", Duration::from_mins(15)).unwrap();
    let caller = at.tokens.verify_caller(&token).await.unwrap();
    assert_eq!(caller.principal, Principal::new(Role::Buyer, "b-81"));
    assert_eq!(caller.order, Some(own));
    assert!(at.tokens.verify(&token).await.is_err(), "not a token of the installation's issuer");

    let allows = |params: &[&str]| caller.keeps_to_its_order(params.iter().copied()).is_ok();
    let device = own.device(1, 2);
    let claim = device.policy().claim(3);
    for id in [
        own.to_string(),
        device.to_string(),
        device.policy().to_string(),
        device.dispute(1).to_string(),
        claim.to_string(),
        claim.job(1).to_string(),
        claim.job(1).shipment(2).to_string(),
        claim.settlement().payment(1).to_string(),
    ] {
        assert!(allows(&[&id]), "{id}");
        assert!(allows(&[&id, "3"]), "{id}");
    }
    let of_other = other.device(1, 1).policy().claim(1).to_string();
    for params in
        [&[][..], &["3"], &["wisetech-repair-1"], &[&of_other], &[&claim.to_string(), &of_other]]
    {
        assert!(!allows(params), "{params:?}");
    }
    let problem = caller.keeps_to_its_order([of_other.as_str()].into_iter()).unwrap_err();
    assert_eq!((problem.status.as_u16(), problem.code.as_ref()), (403, "token.other_order"));

    let anyone = Caller::new(Principal::new(Role::Buyer, "b-81"));
    assert!(anyone.keeps_to_its_order([of_other.as_str()].into_iter()).is_ok());
}
