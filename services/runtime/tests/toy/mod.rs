//! A small decider to test the runtime with: a piggy bank that needs a policy and has a deadline
//! for an answer.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; each uses only a part")]

use chrono::{DateTime, TimeDelta};
use recourse_kernel::record::Header;
use recourse_kernel::{
    CommandRecord, Context, Decider, Event, Instant, Principal, Reason, Record, Rejection, Role,
    Wire, WireError,
};
use recourse_terms::TermsBook;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    pub amount: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nothing {}

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum Ask {
        "recourse.claim.put.v1" => Put(Amount),
        "recourse.claim.answer.v1" => Answer(Nothing),
        "recourse.claim.panic.v1" => Panic(Nothing),
        "recourse.claim.note_policy.v1" => NotePolicy(Nothing),
    }
}

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum Happened {
        "recourse.claim.put_in.v1" => PutIn(Amount),
        "recourse.claim.answered.v1" => Answered(Nothing),
        "recourse.claim.policy_noted.v1" => PolicyNoted(Nothing),
        "recourse.claim.deadline_passed.v1" => DeadlinePassed(Nothing),
    }
}

impl Event for Happened {
    fn subject(&self) -> String {
        "piggy bank".to_owned()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bank {
    pub insured: bool,
    pub sum: i64,
    pub answer_by: Option<Instant>,
    pub late: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum No {
    #[error("there is no policy")]
    NotInsured,
    #[error("an amount must be positive")]
    NotPositive,
}

impl Rejection for No {
    fn reason(&self) -> Reason {
        match self {
            Self::NotInsured => Reason::new("bank.not_insured", &[]).not_known_yet(),
            Self::NotPositive => Reason::new("bank.not_positive", &[]),
        }
    }
}

/// An answer is due one day after each amount.
pub type PiggyBank = PiggyBankOf<1>;

/// The same, as a release with this fold version.
pub struct PiggyBankOf<const FOLD: u32>;

impl<const FOLD: u32> Decider for PiggyBankOf<FOLD> {
    const CONTEXT: &'static str = "claims";
    const TYPE_PREFIX: &'static str = "recourse.claim";
    const FOLD_VERSION: u32 = FOLD;
    const FOREIGN: &'static [&'static str] = &["policies"];
    type State = Bank;
    type Command = Ask;
    type Event = Happened;
    type Rejection = No;
    type Reference = TermsBook;

    fn decide(bank: &Bank, ask: &Ask, _: &Context<'_, TermsBook>) -> Result<Vec<Happened>, No> {
        match ask {
            Ask::NotePolicy(_) => Ok(vec![Happened::PolicyNoted(Nothing {})]),
            Ask::Panic(_) => panic!("an injected defect"),
            _ if !bank.insured => Err(No::NotInsured),
            Ask::Put(Amount { amount }) if *amount <= 0 => Err(No::NotPositive),
            Ask::Put(amount) => Ok(vec![Happened::PutIn(amount.clone())]),
            Ask::Answer(_) => Ok(vec![Happened::Answered(Nothing {})]),
        }
    }

    fn evolve(bank: &mut Bank, event: &Happened, at: Instant) {
        match event {
            Happened::PolicyNoted(_) => bank.insured = true,
            Happened::PutIn(Amount { amount }) => {
                bank.sum += amount;
                bank.answer_by = Some(at + TimeDelta::days(1));
            }
            Happened::Answered(_) => bank.answer_by = None,
            Happened::DeadlinePassed(_) => {
                bank.late += 1;
                bank.answer_by = None;
            }
        }
    }

    fn translate(record: &Record) -> Result<Option<Ask>, WireError> {
        match record.type_name.as_str() {
            "recourse.policy.sold.v1" => Ok(Some(Ask::NotePolicy(Nothing {}))),
            "recourse.policy.broken.v1" => Err(WireError::malformed(&record.type_name, "injected")),
            _ => Ok(None),
        }
    }

    fn wake_at(bank: &Bank) -> Option<Instant> {
        bank.answer_by
    }

    fn wake(_: &Bank, _: &Context<'_, TermsBook>) -> Vec<Happened> {
        vec![Happened::DeadlinePassed(Nothing {})]
    }
}

/// Noon of the n-th day.
pub fn noon(day: i64) -> Instant {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day) + TimeDelta::hours(12)
}

/// A buyer's command, as the edge would send it. The MAC is the body itself.
pub fn command(key: &str, id: &str, at: Instant, ask: &Ask) -> CommandRecord {
    let body = ask.encode().unwrap();
    CommandRecord {
        id: id.to_owned(),
        source: "/recourse/edge".to_owned(),
        type_name: ask.type_name().to_owned(),
        time: at,
        key: key.to_owned(),
        mac: String::from_utf8(body.clone()).unwrap(),
        principal: Principal::new(Role::Buyer, "b-1"),
        causation_id: id.to_owned(),
        reply_to: Some(0),
        traceparent: None,
        body,
    }
}

pub fn put(amount: i64) -> Ask {
    Ask::Put(Amount { amount })
}

pub fn policy_event(key: &str, version: u64, type_name: &str) -> (Vec<Header>, Vec<u8>) {
    event_of("policies", key, version, type_name)
}

/// An event of any service, with an empty body and a valid hash.
pub fn event_of(context: &str, key: &str, version: u64, type_name: &str) -> (Vec<Header>, Vec<u8>) {
    let mut record = Record {
        id: format!("{context}/{key}/{version}"),
        source: format!("/recourse/{context}"),
        type_name: type_name.to_owned(),
        subject: format!("pol_{key}"),
        time: noon(0),
        recorded: noon(0),
        key: key.to_owned(),
        stream: format!("{context}/{key}"),
        version,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: "test".to_owned(),
        correlation_id: format!("ord_{key}"),
        principal: Principal::system("test"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: recourse_kernel::Hash::default(),
        hash: recourse_kernel::Hash::default(),
        traceparent: None,
        body: b"{}".to_vec(),
    };
    record.hash = record.computed_hash();
    (record.headers(), record.body)
}
