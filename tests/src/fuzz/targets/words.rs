//! Single words: ids, tokens, and what is in headers and parameters.

use std::str::FromStr;
use std::sync::LazyLock;

use recourse_edge::{IdempotencyKey, Position, Tokens};
use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Hash, JobId, MasterKey, Money, OrderId, OrderKey, OrderKeys,
    PaymentId, PolicyId, Principal, Role, SettlementId, ShipmentId,
};
use recourse_order_intake::feed::amounts;
use recourse_runtime::telemetry::is_traceparent;
use recourse_terms::Serial;

use super::expectations::verdict;
use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::test_marketplace;

static TOKENS: LazyLock<(tokio::runtime::Runtime, Tokens)> = LazyLock::new(|| {
    let builder = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = builder.expect("a runtime");
    let tokens = runtime.block_on(Tokens::of(&test_marketplace::token_settings()));
    (runtime, tokens.expect("the development keys"))
});

pub(super) fn tokens() -> Vec<Vec<u8>> {
    LazyLock::force(&TOKENS);
    let hour = std::time::Duration::from_secs(36_000);
    let settings = test_marketplace::token_settings();
    let token = |who| {
        let token = recourse_edge::issue_token(&settings, &who, hour);
        token.expect("a token").into_bytes()
    };
    let staff = Principal::new(Role::Adjuster, "wisetech-service:a-1");
    let named = staff.clone().of_provider("wisetech-service");
    vec![token(Principal::new(Role::Buyer, "b-1")), token(staff), token(named)]
}

pub(super) fn token(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    verdict(TOKENS.0.block_on(TOKENS.1.verify(&text)))
}

pub(super) fn ids() -> Vec<Vec<u8>> {
    let key = OrderKeys::development().key_of("market", "1001");
    let device = OrderId::new(key).device(1, 2);
    let policy = device.policy();
    let texts = [
        key.to_string(),
        OrderId::new(key).to_string(),
        device.to_string(),
        policy.to_string(),
        policy.claim(3).to_string(),
        policy.claim(3).job(1).to_string(),
        policy.claim(3).job(1).shipment(2).to_string(),
        device.dispute(1).to_string(),
        device.settlement(3).to_string(),
        device.settlement(3).payment(2).to_string(),
        "356938035643809".to_owned(),
        "35-693803-564380-9".to_owned(),
        "A000004F 2B".to_owned(),
        Hash::default().to_string(),
        "buyer:b-1".to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}

pub(super) fn id(input: &[u8]) -> Verdict {
    fn read<T: FromStr + ToString>(text: &str) -> bool {
        let Ok(id) = text.parse::<T>() else { return false };
        let written = id.to_string();
        let again = written.parse::<T>().ok().map(|id| id.to_string());
        assert_eq!(again, Some(written), "an id reads back as it was written");
        true
    }
    let text = String::from_utf8_lossy(input);
    let readers: [fn(&str) -> bool; 13] = [
        read::<OrderKey>,
        read::<OrderId>,
        read::<DeviceId>,
        read::<PolicyId>,
        read::<ClaimId>,
        read::<JobId>,
        read::<ShipmentId>,
        read::<DisputeId>,
        read::<SettlementId>,
        read::<PaymentId>,
        read::<Serial>,
        read::<Hash>,
        read::<Principal>,
    ];
    let known = readers.iter().filter(|read| read(&text)).count();
    let _ = recourse_kernel::ids::order_key_in(&text);
    if known > 0 { Accepted } else { Refused("not an id of any kind".to_owned()) }
}

pub(super) fn words() -> Vec<Vec<u8>> {
    let words = [
        "claims/7/120394, jobs/0/3",
        "a-key-of-mine",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "1039.98",
        "-0.005",
        "RUB",
        "cmVjb3Vyc2UtZGV2ZWxvcG1lbnQtbWFzdGVyLWtleSE=",
    ];
    words.map(|word| word.as_bytes().to_vec()).to_vec()
}

pub(super) fn word(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    let position = text.parse::<Position>().ok();
    if let Some(position) = &position {
        assert_eq!(position.to_string().parse::<Position>().as_ref(), Ok(position));
    }
    let rub = "RUB".parse().expect("roubles");
    let amount: Option<Money> = amounts::decimal(&text, rub);
    let known = [
        position.is_some(),
        IdempotencyKey::new(&text).is_some(),
        is_traceparent(&text),
        amount.is_some(),
        text.parse::<recourse_kernel::Currency>().is_ok(),
        text.parse::<MasterKey>().is_ok(),
    ];
    if known.contains(&true) { Accepted } else { Refused("not one of these words".to_owned()) }
}
