//! Stories about claims under the terms that ship with the project.
//!
//! The device was delivered in Moscow on 1 March 2025, which is day 0; coverage runs from 17 March
//! 2025 to the end of 28 February 2026.
//!
//! Long because all stories share these purchases, people and commands.

mod advice;
mod appeal;
mod book;
mod chain;
mod contract;
mod defects;
mod exclusions;
mod facts;
mod inspection;
mod negotiation;
mod preview;
mod property;
mod questions;
mod refusals;
mod remedy;
mod replacement;
mod review;
mod settlement;
mod submission;
mod verification;

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
use super::appeal::{Appeal, DecideAppeal};
use super::facts::{CoverageDates, CoverageFact, NoteCoverage, NoteOrder, PolicyCoverage};
use super::inspection::{NoteJob, Progress, RecordVerdict, Shipment};
use super::negotiation::{AcceptOffer, MakeOffer, OfferKind};
use super::questions::{Answer, Ask, Channel};
use super::remedy::{ChooseRemedy, Remedy};
use super::settlement::{MoneyProgress, NoteSettlement, Withdraw};
use super::submission::{File, Photo, RequestedRemedy};
use super::verification::{Accept, Ground, Reject};
use super::{Claim, ClaimCommand, ClaimEvent, Claims, Purchase, Stage};

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
            "category": "smartphone", "operating_system": "android", "brand": "Acme", "model": "One",
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

pub(super) fn sold_event(line: &str) -> ClaimCommand {
    note_coverage(CoverageFact::Sold(Box::new(coverage_under(line))))
}

pub(super) fn note_coverage(fact: CoverageFact) -> ClaimCommand {
    ClaimCommand::NoteCoverage(Box::new(NoteCoverage { policy: policy(), fact }))
}

pub(super) fn days_under(line: &str) -> CoverageDates {
    let terms = &BOOK.version(line, 1).unwrap().terms;
    let issued = day(-10);
    let Coverage { counted_from, starts, ends, zone } =
        coverage(terms, issued, &"RU".parse().unwrap(), Some(delivered())).unwrap();
    let delivered = delivered();
    CoverageDates {
        counted_from,
        starts,
        ends,
        zone,
        delivered_at: Some(delivered.at),
        delivery_zone: Some(delivered.zone),
    }
}

pub(super) fn scheduled(line: &str) -> ClaimCommand {
    note_coverage(CoverageFact::Scheduled { days: days_under(line), corrected: false })
}

pub(super) fn completed() -> ClaimCommand {
    ClaimCommand::NoteOrder(NoteOrder { order: order(), completed_at: day(2) })
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

pub(super) fn form() -> File {
    File {
        policy: policy(),
        serial: "490154203237518".parse().unwrap(),
        requested_remedy: RequestedRemedy::Repair,
        country: "RU".parse().unwrap(),
        city: "Moscow".to_owned(),
        defect: sealed("does not start"),
        contact: sealed("Maria"),
        photos: vec![photo(1)],
        continues: None,
        earlier_repairs: Vec::new(),
    }
}

pub(super) fn photo(number: u8) -> Photo {
    Photo { sha256: format!("{number:064x}"), size: 1000, media_type: "image/jpeg".to_owned() }
}

pub(super) fn file(change: impl FnOnce(&mut File)) -> ClaimCommand {
    let mut form = form();
    change(&mut form);
    ClaimCommand::File(Box::new(form))
}

pub(super) fn as_it_is(_: &mut File) {}

/// Requests a replacement, as a buyer under an exchange policy does.
pub(super) fn for_replacement(form: &mut File) {
    form.requested_remedy = RequestedRemedy::Replacement;
}

pub(super) fn ask() -> ClaimCommand {
    let (text, channel) = (sealed("since when?"), Channel::Written);
    ClaimCommand::Ask(Ask { claim: claim(1), text, channel, said: None })
}

pub(super) fn answer(question: u32) -> ClaimCommand {
    ClaimCommand::Answer(Answer { claim: claim(1), question, text: sealed("since Monday") })
}

pub(super) fn accept(number: u32) -> ClaimCommand {
    ClaimCommand::Accept(Accept { claim: claim(number) })
}

pub(super) fn reject() -> ClaimCommand {
    let explanation = Some(sealed("cracked in the photo"));
    let exclusion = Some(recourse_terms::Exclusion::MechanicalDamage);
    let code = Ground::Excluded;
    ClaimCommand::Reject(Reject { claim: claim(1), code, exclusion, explanation })
}

pub(super) fn noted(number: u32, what: Progress, at: Instant) -> ClaimCommand {
    ClaimCommand::NoteJob(Box::new(job_fact(number, what, at)))
}

pub(super) fn job_fact(number: u32, what: Progress, at: Instant) -> NoteJob {
    NoteJob {
        job: job(number),
        what,
        shipment: None,
        shop: None,
        serial: None,
        serials: Vec::new(),
        at,
    }
}

pub(super) fn shipment_booked(booked_by: Party, at: Instant) -> ClaimCommand {
    let fact = ShipmentFact {
        direction: Direction::ToShop,
        means: Means::Courier,
        booked_by,
        carrier: "cse".to_owned(),
        price: rubles(400),
        lost: false,
        reimbursement_cap: None,
    };
    a_shipment_booked(1, fact, at)
}

pub(super) fn a_shipment_booked(number: u32, fact: ShipmentFact, at: Instant) -> ClaimCommand {
    let shipment = Some(Shipment { id: job(1).shipment(number), fact: Some(fact) });
    let booked = NoteJob { shipment, ..job_fact(1, Progress::ShipmentBooked, at) };
    ClaimCommand::NoteJob(Box::new(booked))
}

pub(super) fn shipment_fact(what: Progress, at: Instant) -> ClaimCommand {
    let shipment = Some(Shipment { id: job(1).shipment(1), fact: None });
    ClaimCommand::NoteJob(Box::new(NoteJob { shipment, ..job_fact(1, what, at) }))
}

pub(super) fn replacement_sent(number: u32, at: Instant) -> ClaimCommand {
    let serial = Some(format!("SN-NEW-{number}").parse().unwrap());
    let sent = NoteJob { serial, ..job_fact(number, Progress::ReplacementSent, at) };
    ClaimCommand::NoteJob(Box::new(sent))
}

pub(super) fn verdict(number: u32, verdict: Verdict, at: Instant) -> ClaimCommand {
    ClaimCommand::RecordVerdict(Box::new(RecordVerdict {
        job: job(number),
        verdict,
        cause: "the battery".parse().unwrap(),
        by: shop(),
        found_at: at,
        also_found: Vec::new(),
    }))
}

pub(super) fn choose(number: u32, remedy: Remedy) -> ClaimCommand {
    ClaimCommand::ChooseRemedy(ChooseRemedy { claim: claim(number), remedy })
}

pub(super) fn offer(kind: OfferKind, price: Money) -> ClaimCommand {
    let repair = false;
    ClaimCommand::MakeOffer(MakeOffer {
        claim: claim(1),
        kind,
        price,
        repair,
        valid_until: None,
        text: None,
    })
}

pub(super) fn accept_offer(offer: u32) -> ClaimCommand {
    ClaimCommand::AcceptOffer(AcceptOffer { claim: claim(1), offer })
}

pub(super) fn money(number: u32, what: MoneyProgress, at: Instant) -> ClaimCommand {
    let claim = claim(number);
    let settlement = claim.settlement();
    ClaimCommand::NoteSettlement(NoteSettlement { claim, settlement, what, at })
}

pub(super) fn withdraw() -> ClaimCommand {
    ClaimCommand::Withdraw(Withdraw { claim: claim(1) })
}

pub(super) fn appeal() -> ClaimCommand {
    ClaimCommand::Appeal(Appeal { claim: claim(1), grounds: sealed("it was never dropped") })
}

pub(super) fn decide_appeal(upheld: bool) -> ClaimCommand {
    ClaimCommand::DecideAppeal(DecideAppeal { claim: claim(1), upheld, explanation: None })
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
