//! Stories of jobs in the form given, when, then.

mod advice;
mod any_history;
mod appeals;
mod bench;
mod cancelling;
mod counted_time;
mod couriers;
mod disclosure;
mod dispatch;
mod duties;
mod endings;
mod moving;
mod opening;
mod refusals;
mod reported_late;
mod reversals;
mod shipments;
mod statements;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use recourse_kernel::story::{Story, given};
use recourse_kernel::{
    ClaimId, Event, Instant, JobId, Money, OrderId, OrderKey, Principal, Role, Sealed, Wire,
};
use recourse_terms::{
    Country, DeviceKind, Direction, Location, Serial, ShopsPublished, Tariff, TariffSheet,
    TariffsPublished, Terms, TermsBook, TermsEvent, TermsPublished, Verdict,
};
use serde::de::DeserializeOwned;

use super::commands::{
    BookShipment, Inspect, JobCommand, MoveShipment, NoteChain, NoteRemedy, OfClaim, Receive,
    Repair,
};
use super::events::{JobEvent, Remedy};
use crate::RepairShops;
use crate::foreign::{ClaimAccepted, ClaimPhoto};

pub(super) const KEY: &str = "0123456789ABCDEFGHJKMNPQRS";
pub(super) const IMEI: &str = "490154203237518";

/// The shipped terms used by the stories.
const TERMS: [&str; 5] = [
    "wisetech-repair-1",
    "wisetech-repair-2",
    "wisetech-exchange-1",
    "tomrepair-repair-1",
    "warranty-group-exchange-1",
];

/// The shipped terms and shops, and the tariffs of a courier and, from day 10, of the post.
pub(super) static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let mut book = TermsBook::default();
    for file in TERMS {
        let terms: Terms = shipped(&format!("terms/{file}.json"));
        let published = TermsPublished::of(terms);
        book.apply(&TermsEvent::TermsPublished(Box::new(published)), 0);
    }
    for file in ["wisetech-service", "tomrepair", "the-warranty-group"] {
        let directory = shipped(&format!("shops/{file}.json"));
        book.apply(&TermsEvent::ShopsPublished(ShopsPublished { directory }), 1);
    }
    let sheet = TariffSheet {
        id: "parcels".parse().unwrap(),
        version: 1,
        valid_from: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        source: None,
        cities: Vec::new(),
        tariffs: vec![Tariff {
            id: "swift-ru".to_owned(),
            carrier: "swift".to_owned(),
            from: Location::anywhere_in(ru()),
            to: Location::anywhere_in(ru()),
            price: rubles(450),
            days: 3,
        }],
    };
    book.apply(&TermsEvent::TariffsPublished(TariffsPublished { sheet }), 2);
    for (version, valid_from, price) in [(1, date(10), 380), (2, date(20), 420)] {
        let post = Tariff {
            id: "post-ru".to_owned(),
            carrier: "post-ru".to_owned(),
            from: Location::anywhere_in(ru()),
            to: Location::anywhere_in(ru()),
            price: rubles(price),
            days: 7,
        };
        let (id, tariffs) = ("post".parse().unwrap(), vec![post]);
        let cities = Vec::new();
        let sheet = TariffSheet { id, version, valid_from, source: None, cities, tariffs };
        book.apply(&TermsEvent::TariffsPublished(TariffsPublished { sheet }), 3);
    }
    book
});

fn shipped<T: DeserializeOwned>(file: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

pub(super) fn ru() -> Country {
    "RU".parse().unwrap()
}

pub(super) fn rubles(rubles: i64) -> Money {
    Money::new(rubles * 100, "RUB".parse().unwrap())
}

pub(super) fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

/// Noon in Moscow on a day, counted from the acceptance of the claim on day 0.
pub(super) fn day(day: i64) -> Instant {
    Utc.with_ymd_and_hms(2025, 3, 1, 9, 0, 0).unwrap() + TimeDelta::days(day)
}

/// The date of such a day in Moscow.
pub(super) fn date(number: i64) -> NaiveDate {
    day(number).date_naive()
}

pub(super) fn claim(number: u32) -> ClaimId {
    let key: OrderKey = KEY.parse().unwrap();
    OrderId::new(key).device(1, 1).policy().claim(number)
}

pub(super) fn job() -> JobId {
    claim(1).job(1)
}

pub(super) fn buyer() -> Principal {
    Principal::new(Role::Buyer, "b-81")
}

pub(super) fn adjuster() -> Principal {
    Principal::new(Role::Adjuster, "a-17")
}

pub(super) fn moscow() -> Principal {
    Principal::new(Role::Shop, "wisetech-ru-moscow")
}

pub(super) fn reactions() -> Principal {
    Principal::system("reactions")
}

/// A text of the buyer, as if it were sealed.
pub(super) fn sealed(text: &str) -> Sealed {
    Sealed { person: "buyer:b-81".to_owned(), sealed: text.to_owned() }
}

/// The photo of the claim form.
pub(super) fn photo() -> ClaimPhoto {
    ClaimPhoto { sha256: "a1".repeat(32), size: 600, media_type: "image/jpeg".to_owned() }
}

/// The acceptance of a claim by a buyer in Tver, under version 1 of Wisetech's repair terms.
pub(super) fn accepted(claim: ClaimId) -> ClaimAccepted {
    accepted_under("wisetech-repair-1", claim)
}

/// The same, under other terms.
pub(super) fn accepted_under(terms: &str, claim: ClaimId) -> ClaimAccepted {
    let terms: Terms = shipped(&format!("terms/{terms}.json"));
    ClaimAccepted {
        claim,
        policy: claim.policy(),
        order: claim.policy().device().order(),
        device: claim.policy().device(),
        provider: terms.provider.clone(),
        program: terms.program,
        country: ru(),
        city: "Tver".to_owned(),
        buyer: "b-81".to_owned(),
        defect: sealed("defect"),
        contact: sealed("contact"),
        photos: vec![photo()],
        serial: serial(IMEI),
        kind: DeviceKind {
            category: recourse_terms::Category::Smartphone,
            operating_system: recourse_terms::OperatingSystem::Android,
            brand: "Lark".to_owned(),
            model: "L5".to_owned(),
        },
        job: claim.job(1),
        terms: terms.reference(),
        marketplace: Some("market".to_owned()),
        seller: Some("s-7".to_owned()),
    }
}

pub(super) fn nothing() -> Story<'static, RepairShops> {
    given::<RepairShops>(KEY, &BOOK, [])
}

/// The job of claim 1 was opened on day 0, at the main centre.
pub(super) fn opened() -> Story<'static, RepairShops> {
    opened_again(nothing(), claim(1), day(0))
}

pub(super) fn opened_again(
    story: Story<'static, RepairShops>,
    claim: ClaimId,
    at: Instant,
) -> Story<'static, RepairShops> {
    story.and(&reactions(), at, &JobCommand::Open(Box::new(accepted(claim))))
}

/// … and the right device was received on day 2.
pub(super) fn received() -> Story<'static, RepairShops> {
    opened().and(&moscow(), day(2), &receive(job(), IMEI))
}

/// … and inspected with the verdict `covered` on day 3.
pub(super) fn found_covered() -> Story<'static, RepairShops> {
    received().and(&moscow(), day(3), &inspect(job(), Verdict::Covered))
}

/// … and is to be repaired.
pub(super) fn to_be_repaired() -> Story<'static, RepairShops> {
    found_covered().and(&reactions(), day(3), &remedy(1, Remedy::Repair))
}

/// … and was repaired on day 5.
pub(super) fn repaired() -> Story<'static, RepairShops> {
    to_be_repaired().and(&moscow(), day(5), &repair(job()))
}

pub(super) fn a_receipt(job: JobId, serial: Serial) -> Receive {
    Receive {
        job,
        serial,
        second_serial: None,
        condition: None,
        damaged_on: None,
        received_at: None,
        photos: Vec::new(),
        acknowledged: None,
    }
}

pub(super) fn receive(job: JobId, text: &str) -> JobCommand {
    let serial = serial(text);
    JobCommand::Receive(a_receipt(job, serial))
}

pub(super) fn inspect(job: JobId, verdict: Verdict) -> JobCommand {
    let cause = "charging controller".parse().unwrap();
    JobCommand::Inspect(Inspect {
        job,
        verdict,
        cause,
        defects: Vec::new(),
        nature: None,
        also_found: Vec::new(),
        notes: None,
        inspected_at: None,
    })
}

pub(super) fn repair(job: JobId) -> JobCommand {
    JobCommand::Repair(Repair { job, repaired_at: None, work: None })
}

pub(super) fn remedy(number: u32, remedy: Remedy) -> JobCommand {
    JobCommand::NoteRemedy(NoteRemedy { claim: claim(number), remedy, at: None })
}

pub(super) fn payment(number: u32) -> JobCommand {
    JobCommand::NotePayment(OfClaim { claim: claim(number), at: day(30) })
}

pub(super) fn chain(number: u32) -> JobCommand {
    let (claim, first, position) = (claim(number), claim(1), number);
    JobCommand::NoteChain(NoteChain { claim, first, position, repairs: None })
}

pub(super) fn shipment(direction: Direction, carrier: &str) -> BookShipment {
    BookShipment {
        job: job(),
        direction,
        booked_by: None,
        means: None,
        carrier: carrier.to_owned(),
        price: None,
        from: None,
        to: None,
        booked_at: None,
        receipt: None,
        tracking_number: None,
    }
}

pub(super) fn courier_to_buyer() -> JobCommand {
    JobCommand::BookShipment(shipment(Direction::ToBuyer, "swift"))
}

pub(super) fn moved(number: u32) -> MoveShipment {
    MoveShipment { shipment: job().shipment(number), at: None, scans: Vec::new() }
}

/// The names of events, without prefix and version.
pub(super) fn names(events: &[JobEvent]) -> Vec<&'static str> {
    let name = |event: &JobEvent| {
        event.type_name().trim_start_matches("recourse.job.").trim_end_matches(".v1")
    };
    events.iter().map(name).collect()
}

#[test]
fn every_event_reads_back_as_it_was_written() {
    let story = repaired().and(&moscow(), day(6), &courier_to_buyer());
    let reported = story.when(&moscow(), day(6), &JobCommand::PickUpShipment(moved(1)));
    reported.then(|events| {
        for event in events {
            let body = event.encode().unwrap();
            assert_eq!(JobEvent::decode(event.type_name(), &body).as_ref(), Ok(event));
            assert!(!event.subject().is_empty());
        }
    });
}

#[test]
fn every_released_example_of_events_and_commands_is_decoded() {
    let read = |topic: &str, read: fn(&str, &[u8]) -> Result<(), String>| {
        let topic = recourse_schemas::topic(topic).unwrap();
        for type_name in topic.types {
            let examples = recourse_schemas::examples(type_name);
            assert!(!examples.is_empty(), "{type_name} has no example");
            for example in examples {
                if let Err(error) = read(type_name, example.body.as_bytes()) {
                    panic!("{type_name}, {}: {error}", example.name);
                }
            }
        }
        topic.types
    };
    let events = read("recourse.jobs.events.v1", |name, body| {
        JobEvent::decode(name, body).map(drop).map_err(|error| error.to_string())
    });
    assert_eq!(events, JobEvent::type_names());
    let commands = read("recourse.jobs.commands.v1", |name, body| {
        JobCommand::decode(name, body).map(drop).map_err(|error| error.to_string())
    });
    assert!(commands.iter().all(|name| JobCommand::type_names().contains(name)));
}
