//! Stories about claims under the terms that ship with the project.
//!
//! The device was delivered in Moscow on 1 March 2025, which is day 0; coverage runs from 17 March
//! 2025 to the end of 28 February 2026.

mod advice;
mod again;
mod appeal;
mod appeals_apart;
mod book;
mod chain;
mod commands;
mod contract;
mod defects;
mod differences;
mod exclusions;
mod extras;
mod facts;
mod inspection;
mod losses;
mod negotiation;
mod preview;
mod property;
mod property_extras;
mod questions;
mod refusals;
mod remedy;
mod replacement;
mod review;
mod settlement;
mod submission;
mod terms_not_known;
mod transitions;
mod verification;
mod waits;

use std::sync::LazyLock;

use chrono::{TimeDelta, TimeZone, Utc};
use recourse_kernel::story::{Reported, Story, given};
use recourse_kernel::{
    ClaimId, DeviceId, Instant, JobId, Money, OrderId, OrderKey, OrderKeys, PolicyId, Principal,
    Role, Sealed,
};
use recourse_terms::{
    Coverage, Direction, LocalTime, Means, Outcome, Party, ShipmentFact, Verdict, coverage,
};

use self::book::BOOK;
use self::commands::*;
use super::commands::{
    Accept, AcceptOffer, Answer, Appeal, Ask, ChooseRemedy, ClaimCommand, Consent, CoverageDates,
    CoverageFact, DecideAppeal, File, MakeOffer, NoteCoverage, NoteJob, NoteOrder, NoteSettlement,
    RecordVerdict, Reject, Withdraw,
};
use super::events::{
    AppealOf, AsksFor, Channel, ClaimEvent, Ground, MoneyProgress, OfferKind, Photo,
    PolicyCoverage, Progress, Remedy, RequestedRemedy, Shipment,
};
use super::state::{Claim, Purchase, Stage};
use crate::Claims;

pub(super) type Tale = Story<'static, Claims>;

pub(super) const WISETECH_REPAIR: &str = "wisetech-repair";
pub(super) const WISETECH_EXCHANGE: &str = "wisetech-exchange";
pub(super) const TOMREPAIR_REPAIR: &str = "tomrepair-repair";
pub(super) const WARRANTY_GROUP: &str = "warranty-group-exchange";

static KEY: LazyLock<OrderKey> =
    LazyLock::new(|| OrderKeys::development().key_of("market", "1001"));

pub(super) fn order() -> OrderId {
    OrderId::new(*KEY)
}

pub(super) fn device() -> DeviceId {
    order().device(1, 1)
}

pub(super) fn policy() -> PolicyId {
    device().policy()
}

pub(super) fn claim(number: u32) -> ClaimId {
    policy().claim(number)
}

pub(super) fn job(number: u32) -> JobId {
    claim(number).job(1)
}

pub(super) fn rubles(amount: i64) -> Money {
    Money::new(amount * 100, "RUB".parse().unwrap())
}

pub(super) fn buyer() -> Principal {
    Principal::new(Role::Buyer, "b-1")
}

pub(super) fn foreign_writer() -> Principal {
    Principal::new(Role::Buyer, "b-2")
}

pub(super) fn ann() -> Principal {
    Principal::new(Role::Adjuster, "a-ann")
}

pub(super) fn bob() -> Principal {
    Principal::new(Role::Adjuster, "a-bob").of_provider("wisetech-service")
}

pub(super) fn shop() -> Principal {
    Principal::new(Role::Shop, "s-moscow")
}

pub(super) fn fact() -> Principal {
    Principal::system("reactions")
}

/// Noon in Moscow on the n-th day after the delivery.
pub(super) fn day(n: i64) -> Instant {
    Utc.with_ymd_and_hms(2025, 3, 1, 9, 0, 0).unwrap() + TimeDelta::days(n)
}

pub(super) fn sealed(text: &str) -> Sealed {
    // Formatted as the edge would write it.
    let sealed = text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    Sealed { person: "buyer:b-1".to_owned(), sealed }
}

fn delivered() -> LocalTime {
    LocalTime { at: day(0), zone: chrono_tz::Europe::Moscow }
}

pub(super) fn coverage_under(line: &str) -> PolicyCoverage {
    let published = BOOK.version(line, 1).unwrap();
    PolicyCoverage {
        order: order(),
        device: device(),
        kind: serde_json::from_value(serde_json::json!({
            "category": "smartphone", "operating_system": "android", "brand": "Acme",
            "model": "One",
        }))
        .unwrap(),
        buyer: "b-1".to_owned(),
        marketplace: Some("market".to_owned()),
        seller: Some("s-7".to_owned()),
        program: published.terms.program,
        provider: published.terms.provider.clone(),
        country: "RU".parse().unwrap(),
        city: Some("Moscow".to_owned()),
        price: rubles(400),
        device_price: rubles(10_000),
        device_price_refunded: None,
        terms: published.reference(),
        delivered_at: None,
        delivery_zone: None,
        counted_from: None,
        starts: None,
        ends: None,
        zone: None,
        ended: None,
    }
}

pub(super) fn days_under(line: &str) -> CoverageDates {
    days_after(line, delivered())
}

/// The coverage dates of a policy under a line of terms after this delivery.
pub(super) fn days_after(line: &str, delivered: LocalTime) -> CoverageDates {
    let terms = &BOOK.version(line, 1).unwrap().terms;
    let issued = day(-10);
    let Coverage { counted_from, starts, ends, zone } =
        coverage(terms, issued, &"RU".parse().unwrap(), Some(delivered)).unwrap();
    CoverageDates {
        counted_from,
        starts,
        ends,
        zone,
        delivered_at: Some(delivered.at),
        delivery_zone: Some(delivered.zone),
    }
}

/// A purchase without any events.
pub(super) fn nothing() -> Tale {
    given(KEY.as_str(), &*BOOK, [])
}

/// A policy was sold, the device delivered and the order completed.
pub(super) fn covered(line: &str) -> Tale {
    nothing().and(&fact(), day(-10), &sold_event(line)).and(&fact(), day(0), &scheduled(line)).and(
        &fact(),
        day(2),
        &completed(),
    )
}

pub(super) const MISUSE: Verdict =
    Verdict::NotCovered { exclusion: recourse_terms::Exclusion::Misuse };

/// A claim was filed on day 20.
pub(super) fn filed(line: &str) -> Tale {
    covered(line).and(&buyer(), day(20), &file(as_it_is))
}

/// The claim was accepted on day 21.
pub(super) fn accepted(line: &str) -> Tale {
    filed(line).and(&ann(), day(21), &accept(1))
}

/// The shop received the device on day 23 and recorded this verdict on day 24.
pub(super) fn inspected(line: &str, found: Verdict) -> Tale {
    accepted(line).and(&fact(), day(23), &noted(1, Progress::Received, day(23))).and(
        &fact(),
        day(24),
        &verdict(1, found, day(24)),
    )
}

/// A whole claim, from the form to the handover of the repaired device, starting on this day.
pub(super) fn repaired(tale: Tale, number: u32, from: i64) -> Tale {
    let continues = (number > 1).then(|| claim(number - 1));
    tale.and(&buyer(), day(from), &file(|form| form.continues = continues))
        .and(&ann(), day(from + 1), &accept(number))
        .and(&fact(), day(from + 2), &noted(number, Progress::Received, day(from + 2)))
        .and(&fact(), day(from + 3), &verdict(number, Verdict::Covered, day(from + 3)))
        .and(&ann(), day(from + 3), &choose(number, Remedy::Repair))
        .and(&fact(), day(from + 4), &noted(number, Progress::Repaired, day(from + 4)))
        .and(&fact(), day(from + 5), &money(number, MoneyProgress::Closed, day(from + 5)))
        .and(&fact(), day(from + 5), &noted(number, Progress::HandedOver, day(from + 5)))
}

/// The claim with this number, after the story so far.
pub(super) fn the_claim(reported: &Reported<Claims>, number: u32) -> Claim {
    reported.state.claims.get(&claim(number)).unwrap().clone()
}

/// The claim with this number at the end of a story, after a step that changes nothing.
#[track_caller]
pub(super) fn claim_in(tale: Tale, number: u32) -> Claim {
    the_claim(&tale.when(&fact(), day(0), &completed()), number)
}

#[track_caller]
pub(super) fn is_closed_as(reported: &Reported<Claims>, outcome: Outcome) {
    assert_eq!(
        the_claim(reported, 1).outcome(),
        Some(outcome),
        "{:?}",
        the_claim(reported, 1).stage
    );
}

/// The short names of events, in order: `["filed"]`.
pub(super) fn names(events: &[ClaimEvent]) -> Vec<&'static str> {
    use recourse_kernel::Wire as _;
    let short =
        |name: &'static str| name.trim_start_matches("recourse.claim.").trim_end_matches(".v1");
    events.iter().map(|event| short(event.type_name())).collect()
}

pub(super) fn stage_of(reported: &Reported<Claims>) -> &'static str {
    the_claim(reported, 1).stage.name()
}

pub(super) fn open_claims(purchase: &Purchase) -> usize {
    purchase.claims.values().filter(|claim| !matches!(claim.stage, Stage::Closed { .. })).count()
}
