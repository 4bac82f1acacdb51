//! The readers of a service: its commands, its events, and the facts that it reacts to.

use std::sync::LazyLock;

use recourse_kernel::folded::generic_kind_of;
use recourse_kernel::{Decider, Folded, Hash, OrderKeys, Principal, Record, Role, Wire, json};
use recourse_terms::TermsBook;

use super::expectations::{instant, stable, verdict};
use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::fuzz::seeds;

static BOOK: LazyLock<TermsBook> = LazyLock::new(TermsBook::default);

pub(super) fn command<D: Decider<Reference = TermsBook>>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    let read = D::Command::decode(&type_name, body);
    if let Ok(command) = &read {
        stable(command);
        if json::check(body).is_ok() {
            let principal = Principal::new(Role::Operator, "fuzz");
            let key = OrderKeys::development().key_of("market", "1001");
            let context = recourse_kernel::Context {
                now: instant(),
                principal: &principal,
                key: key.as_str(),
                reference: &*BOOK,
            };
            // The state is empty: every command must be answered, with events or with a reason.
            if let Err(rejection) = D::decide(&D::State::default(), command, &context) {
                assert!(!rejection.to_string().is_empty());
            }
        }
    }
    verdict(read)
}

pub(super) fn event<D: Decider>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    if generic_kind_of(&type_name).is_some() {
        return verdict(json::check(body));
    }
    let read = D::Event::decode(&type_name, body);
    if let Ok(event) = &read {
        stable(event);
        let mut fold = Folded::<D::State>::default();
        D::evolve(&mut fold.state, event, instant());
        let _ = fold.wake_at::<D>();
        let stored = serde_json::to_vec(&fold).expect("a state can be stored");
        let _: Folded<D::State> =
            serde_json::from_slice(&stored).expect("a stored state can be read");
    }
    verdict(read)
}

pub(super) fn fact<D: Decider>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    let key = OrderKeys::development().key_of("market", "1001").to_string();
    let record = Record {
        id: format!("x/{key}/1"),
        source: "/recourse/x".to_owned(),
        type_name,
        subject: format!("ord_{key}"),
        time: instant(),
        recorded: instant(),
        stream: format!("x/{key}"),
        key,
        version: 1,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: "x".to_owned(),
        correlation_id: "x".to_owned(),
        principal: Principal::system("fuzz"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: body.to_vec(),
    };
    match D::translate(&record) {
        Ok(Some(command)) => {
            stable(&command);
            Accepted
        }
        Ok(None) => Refused("not relevant".to_owned()),
        Err(error) => Refused(error.to_string()),
    }
}
