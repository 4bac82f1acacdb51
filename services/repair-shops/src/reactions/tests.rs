use super::*;
use recourse_kernel::{Hash, Instant, Principal};
use serde_json::{Value, json};

const CLAIM: &str = "clm_0123456789ABCDEFGHJKMNPQRS-1.1-2";
const FIRST: &str = "clm_0123456789ABCDEFGHJKMNPQRS-1.1-1";

fn fact(type_name: &str, body: &Value) -> Record {
    Record {
        id: "claims/K/1".to_owned(),
        source: "/recourse/claims".to_owned(),
        type_name: type_name.to_owned(),
        subject: CLAIM.to_owned(),
        time: Instant::UNIX_EPOCH,
        recorded: Instant::UNIX_EPOCH,
        key: "0123456789ABCDEFGHJKMNPQRS".to_owned(),
        stream: "claims/K".to_owned(),
        version: 1,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: String::new(),
        correlation_id: String::new(),
        principal: Principal::system("test"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: body.to_string().into_bytes(),
    }
}

fn reaction(type_name: &str, body: &Value) -> Option<JobCommand> {
    react(&fact(type_name, body)).unwrap()
}

#[test]
fn a_claim_that_continues_another_is_noted_and_a_first_one_is_not() {
    let filed = |first: &str, position: u32| {
        let body = json!({"claim": CLAIM, "chain": {"first": first, "position": position}, "x": 1});
        reaction("recourse.claim.filed.v1", &body)
    };
    assert!(matches!(filed(FIRST, 2), Some(JobCommand::NoteChain(NoteChain { position: 2, .. }))));
    assert_eq!(filed(CLAIM, 1), None);
    // T6: a first claim is noted if something was repaired elsewhere before.
    let chain = json!({"first": CLAIM, "position": 1, "unsuccessful_repairs": 2});
    let body = json!({"claim": CLAIM, "chain": chain});
    let noted = reaction("recourse.claim.filed.v1", &body);
    assert!(matches!(noted, Some(JobCommand::NoteChain(NoteChain { repairs: Some(2), .. }))));
}

#[test]
fn c4_a_defect_that_the_buyer_describes_is_noted_and_one_that_the_shop_found_is_not() {
    let added = |text: Value| {
        let body = json!({"claim": CLAIM, "defect": 2, "by": "buyer", "text": text});
        reaction("recourse.claim.defect_added.v1", &body)
    };
    match added(json!({"person": "buyer:b-81", "box": "AAAA"})) {
        Some(JobCommand::NoteDefect(noted)) => {
            assert_eq!((noted.defect, noted.text.person.as_str()), (2, "buyer:b-81"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(added(Value::Null), None);
}

#[test]
fn m3_only_what_the_buyer_owes_for_the_device_is_waited_for() {
    let added = |from: &str, abandoned_at: Option<&str>| {
        let settlement = "stl_0123456789ABCDEFGHJKMNPQRS-1.1-2";
        let body = json!({"settlement": settlement, "from": from, "abandoned_at": abandoned_at});
        reaction("recourse.settlement.payment_added.v1", &body)
    };
    let kept_until = Some("2025-06-01T00:00:00Z");
    match added("buyer", kept_until) {
        Some(JobCommand::NoteDebt(owed)) => assert_eq!(owed.claim.to_string(), CLAIM),
        other => panic!("{other:?}"),
    }
    assert_eq!(added("provider", None), None);
    assert_eq!(added("buyer", None), None);
}

#[test]
fn the_outcome_of_a_claim_determines_the_remedy() {
    let started = |outcome: &str| {
        let body = json!({"claim": CLAIM, "outcome": outcome});
        match reaction("recourse.claim.settlement_started.v1", &body) {
            Some(JobCommand::NoteRemedy(noted)) => Some(noted.remedy),
            _ => None,
        }
    };
    assert_eq!(started("returned_unrepaired"), Some(Remedy::ReturnUnrepaired));
    assert_eq!(started("repaired_at_buyers_cost"), Some(Remedy::PaidRepair));
    assert_eq!(started("settled_by_agreement"), None);
    assert_eq!(started("rejected"), Some(Remedy::ReturnUnrepaired));
}

#[test]
fn a_settlement_without_a_claim_is_ignored() {
    let closed = |body: Value| reaction("recourse.settlement.closed.v1", &body);
    assert_eq!(closed(json!({"policy": "pol_0123456789ABCDEFGHJKMNPQRS-1.1"})), None);
    assert!(matches!(closed(json!({"claim": CLAIM})), Some(JobCommand::NotePayment(_))));
}

#[test]
fn m3_the_buyers_last_payment_releases_the_device_and_others_do_not() {
    let settlement = "stl_0123456789ABCDEFGHJKMNPQRS-1.1-2";
    let paid = |last: bool| {
        let body = json!({"settlement": settlement, "buyer_owes_nothing": last});
        reaction("recourse.settlement.payment_paid.v1", &body)
    };
    assert!(matches!(paid(true), Some(JobCommand::NoteBuyersPayment(_))));
    assert_eq!(paid(false), None);
    let opened = |outcome: &str, from: &str| {
        let kept_until = (from == "buyer").then_some("2025-06-01T00:00:00Z");
        let body = json!({
            "claim": CLAIM, "outcome": outcome, "payments": [{"from": from}],
            "abandoned_at": kept_until,
        });
        reaction("recourse.settlement.opened.v1", &body)
    };
    let released = opened("returned_unrepaired", "provider");
    assert!(matches!(released, Some(JobCommand::NoteBuyersPayment(_))));
    assert_eq!(opened("returned_unrepaired", "buyer"), None);
    assert_eq!(opened("refunded", "provider"), None);
}

#[test]
fn other_facts_are_ignored_and_malformed_ones_are_errors() {
    assert_eq!(reaction("recourse.claim.explained.v1", &json!({})), None);
    assert!(react(&fact("recourse.claim.accepted.v1", &json!({"claim": CLAIM}))).is_err());
}

#[test]
fn c11_appeals_against_the_verdict_and_contested_chains_are_noted() {
    let noted = |name: &str, more: Value| {
        let mut body = json!({"claim": CLAIM});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        reaction(&format!("recourse.claim.{name}.v1"), &body)
    };
    let appeal = |command: Option<JobCommand>| match command {
        Some(JobCommand::NoteAppeal(NoteAppeal { of, open, .. })) => Some((of, open)),
        _ => None,
    };
    let made = |of: &str| appeal(noted("appealed", json!({"of": of})));
    assert_eq!(made("verdict"), Some((AppealOf::Verdict, true)));
    assert_eq!(made("rejection"), None);
    let contested = appeal(noted("chain_contested", json!({})));
    assert_eq!(contested, Some((AppealOf::Chain, true)));
    let decided =
        |of: &str, upheld: bool| noted("appeal_decided", json!({"of": of, "upheld": upheld}));
    assert_eq!(appeal(decided("verdict", false)), Some((AppealOf::Verdict, false)));
    assert_eq!(appeal(decided("chain", true)), Some((AppealOf::Chain, false)));
    assert!(matches!(decided("verdict", true), Some(JobCommand::NoteOverturned(_))));
}

#[test]
fn t12_whatever_ends_an_offer_ends_its_pause() {
    let ended = |name: &str, body: &Value| {
        let noted = reaction(&format!("recourse.claim.{name}.v1"), body);
        matches!(noted, Some(JobCommand::NoteOffer(NoteOffer { awaited: false, .. })))
    };
    assert!(ended("consented", &json!({"claim": CLAIM, "at": "2025-06-01T00:00:00Z"})));
    let passed = |deadline: &str| json!({"claim": CLAIM, "deadline": deadline, "due": "2025-06-01T00:00:00Z"});
    assert!(ended("deadline_passed", &passed("offer_answer")));
    assert!(!ended("deadline_passed", &passed("remedy_choice")));
}

#[test]
fn m12_only_what_the_buyer_paid_for_the_device_is_unpaid_again() {
    let reversed = |from: &str, kind: &str| {
        let settlement = "stl_0123456789ABCDEFGHJKMNPQRS-1.1-2";
        let kept_until = (kind == "paid_repair").then_some("2025-06-01T00:00:00Z");
        let body = json!({
            "settlement": settlement, "from": from, "kind": kind, "abandoned_at": kept_until,
        });
        match reaction("recourse.settlement.payment_reversed.v1", &body) {
            Some(JobCommand::NoteReversal(reversed)) => Some(reversed.for_the_repair),
            _ => None,
        }
    };
    assert_eq!(reversed("buyer", "paid_repair"), Some(true));
    assert_eq!(reversed("buyer", "postage_to_buyer"), None);
    assert_eq!(reversed("provider", "paid_repair"), None);
}

#[test]
fn m8_only_an_abandoned_device_of_a_claim_concerns_a_shop() {
    let passed = |settlement: &str, deadline: &str| {
        let due = "2026-05-18T00:00:00Z";
        let body =
            json!({"settlement": settlement, "payment": "pay_x", "deadline": deadline, "due": due});
        reaction("recourse.settlement.deadline_passed.v1", &body)
    };
    let settlement = "stl_0123456789ABCDEFGHJKMNPQRS-1.1-2";
    match passed(settlement, "abandoned") {
        Some(JobCommand::NoteAbandonment(noted)) => assert_eq!(noted.claim.to_string(), CLAIM),
        other => panic!("{other:?}"),
    }
    assert_eq!(passed(settlement, "notice"), None);
    assert_eq!(passed("stl_0123456789ABCDEFGHJKMNPQRS-1.1-0", "abandoned"), None);
}

#[test]
fn a_repair_that_the_seller_paid_for_is_noted_and_other_endings_are_not() {
    let noted = |more: Value| {
        let mut body = json!({
            "dispute": "dsp_0123456789ABCDEFGHJKMNPQRS-1.1-1",
            "device": "0123456789ABCDEFGHJKMNPQRS-1.1",
            "at": "2026-05-18T00:00:00Z", "waits": false,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        reaction("recourse.claim.dispute_noted.v1", &body)
    };
    let decided = |ending: &str| noted(json!({"state": "decided", "ending": ending}));
    assert!(matches!(decided("repair_reimbursed"), Some(JobCommand::NoteAgreedRepair(_))));
    assert_eq!(decided("partial_refund"), None);
    assert_eq!(noted(json!({"state": "open"})), None);
}
