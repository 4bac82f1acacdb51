use super::*;
use crate::domain::commands::{HandOver, NoteAbandonment, OfClaim, SendReplacement};
use crate::domain::events::{HandedTo, Likeness};
use recourse_terms::{DeviceKind, Exclusion, Party};

pub(super) fn hand_over(to: HandedTo, shipment: Option<u32>) -> JobCommand {
    let shipment = shipment.map(|number| job().shipment(number));
    JobCommand::HandOver(HandOver {
        job: job(),
        to,
        shipment,
        at: None,
        photos: Vec::new(),
        acknowledged: None,
    })
}

pub(super) fn replace(serial_text: &str, shipment: Option<u32>) -> JobCommand {
    let shipment = shipment.map(|number| job().shipment(number));
    JobCommand::SendReplacement(SendReplacement { shipment, ..another(serial_text) })
}

fn another(serial_text: &str) -> SendReplacement {
    SendReplacement {
        job: job(),
        serial: serial(serial_text),
        kind: None,
        likeness: None,
        shipment: None,
        sent_at: None,
    }
}

fn to_be_returned() -> Story<'static, RepairShops> {
    let verdict = Verdict::NotCovered { exclusion: Exclusion::LiquidOrDirt };
    received().and(&moscow(), day(3), &inspect(job(), verdict)).and(
        &reactions(),
        day(4),
        &remedy(1, Remedy::ReturnUnrepaired),
    )
}

pub(super) fn to_be_replaced() -> Story<'static, RepairShops> {
    found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Replacement))
}

#[test]
fn a_repaired_device_given_to_its_buyer_ends_the_job() {
    let reported = repaired().when(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    reported.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn with_a_carrier_the_job_ends_on_delivery() {
    let story = repaired().and(&moscow(), day(6), &courier_to_buyer());
    let reported = story.when(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)));
    reported.then(|events| assert_eq!(names(events), ["handed_over"]));
    let story = repaired().and(&moscow(), day(6), &courier_to_buyer()).and(
        &moscow(),
        day(6),
        &hand_over(HandedTo::Carrier, Some(1)),
    );
    let reported = story.when(&moscow(), day(8), &JobCommand::DeliverShipment(moved(1)));
    reported.then(|events| assert_eq!(names(events), ["shipment_delivered", "closed"]));
}

#[test]
fn a_hand_over_to_a_carrier_needs_a_return_shipment() {
    let reported = repaired().when(&moscow(), day(6), &hand_over(HandedTo::Carrier, None));
    reported.then_refused("shipment.missing", &[]);
    let there = JobCommand::BookShipment(shipment(Direction::ToShop, "swift"));
    let story = repaired().and(&moscow(), day(6), &there);
    let reported = story.when(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)));
    reported.then_refused("shipment.does_not_fit", &[]);
}

#[test]
fn a_device_is_not_handed_over_before_its_repair() {
    let reported = to_be_repaired().when(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    reported.then_refused("job.not_repaired", &[]);
}

#[test]
fn m3_a_device_is_returned_only_after_the_buyer_has_paid() {
    let reported = to_be_returned().when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    reported.then_refused("job.not_paid", &["M3"]);
    let paid = to_be_returned().and(&reactions(), day(5), &payment(1));
    let reported = paid.when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    reported.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn m3_a_device_does_not_wait_for_what_the_provider_owes() {
    let buyers = JobCommand::NoteBuyersPayment(OfClaim { claim: claim(1), at: day(30) });
    let reported = to_be_returned().and(&reactions(), day(5), &buyers).when(
        &moscow(),
        day(5),
        &hand_over(HandedTo::Buyer, None),
    );
    reported.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
    // M9: a job that ends with cash waits for the full settlement.
    let cash = found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Cash));
    cash.when(&reactions(), day(5), &buyers).then(|events| assert!(events.is_empty()));
}

#[test]
fn m3_a_shipment_booked_later_is_also_paid_before_the_device_is_returned() {
    let debt = || JobCommand::NoteDebt(OfClaim { claim: claim(1), at: day(30) });
    let owing = || {
        to_be_returned()
            .and(&reactions(), day(5), &payment(1))
            .and(&moscow(), day(5), &courier_to_buyer())
            .and(&reactions(), day(5), &debt())
    };
    let reported = owing().when(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)));
    reported.then_refused("job.not_paid", &["M3"]);
    let reported = owing().when(&reactions(), day(6), &debt());
    reported.then(|events| assert!(events.is_empty(), "it is awaited already"));
    let reported = owing().and(&reactions(), day(7), &payment(1)).when(
        &moscow(),
        day(7),
        &hand_over(HandedTo::Carrier, Some(1)),
    );
    reported.then(|events| assert_eq!(names(events), ["handed_over"]));
    // A device that has left is not recalled.
    let gone = to_be_returned().and(&reactions(), day(5), &payment(1)).and(
        &moscow(),
        day(5),
        &hand_over(HandedTo::Buyer, None),
    );
    gone.when(&reactions(), day(6), &debt()).then(|events| assert!(events.is_empty()));
}

#[test]
fn c6_a_wrong_device_is_returned_when_its_claim_is_rejected() {
    let quarantined = opened().and(&moscow(), day(2), &receive(job(), "SN-12345"));
    let reported = quarantined
        .and(&reactions(), day(20), &remedy(1, Remedy::ReturnUnrepaired))
        .and(&reactions(), day(20), &payment(1))
        .when(&moscow(), day(21), &hand_over(HandedTo::Buyer, None));
    reported.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn s2_a_replacement_is_another_device() {
    let reported = to_be_replaced().when(&moscow(), day(5), &replace(IMEI, None));
    reported.then_refused("job.same_device", &["S2"]);
    let reported = to_be_replaced().when(&moscow(), day(5), &replace("SN-99999", None));
    reported.then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn a_replacement_needs_that_remedy() {
    let reported = to_be_repaired().when(&moscow(), day(5), &replace("SN-99999", None));
    reported.then_refused("job.remedy_is_another", &["M2"]);
}

#[test]
fn m8_a_replacement_lost_in_transit_is_sent_again() {
    let sent = || {
        to_be_replaced().and(&moscow(), day(5), &courier_to_buyer()).and(
            &moscow(),
            day(5),
            &replace("SN-99999", Some(1)),
        )
    };
    let reported = sent().when(&moscow(), day(6), &replace("SN-88888", None));
    reported.then_refused("job.already_replaced", &[]);
    let lost = sent().and(&moscow(), day(7), &JobCommand::LoseShipment(moved(1)));
    let reported = lost.when(&moscow(), day(8), &replace("SN-88888", None));
    reported.then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn m9_after_a_replacement_or_cash_the_device_stays() {
    let reported = to_be_replaced().when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    reported.then_refused("job.device_is_the_providers", &["M9"]);
    let cash = found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Cash));
    let reported = cash.when(&reactions(), day(5), &payment(1));
    reported.then(|events| assert_eq!(names(events), ["payment_noted", "closed"]));
}

fn model(brand: &str, model: &str) -> DeviceKind {
    let ClaimAccepted { kind, .. } = accepted(claim(1));
    DeviceKind { brand: brand.to_owned(), model: model.to_owned(), ..kind }
}

fn like(likeness: Likeness, kind: DeviceKind) -> JobCommand {
    let (kind, likeness) = (Some(kind), Some(likeness));
    JobCommand::SendReplacement(SendReplacement { kind, likeness, ..another("SN-99999") })
}

#[test]
fn s2_a_replacement_is_the_same_model_or_one_with_the_same_functions() {
    for sent in [
        like(Likeness::SameModel, model("LARK", "l 5")),
        like(Likeness::SameFunctions, model("Finch", "F7")),
    ] {
        to_be_replaced().when(&moscow(), day(5), &sent).then(|events| {
            let [JobEvent::ReplacementSent(sent), _] = events else { panic!("{events:?}") };
            assert_eq!(sent.findings[0].rule, "S2");
            assert_eq!(sent.findings[0].facts["class"], "same_or_similar");
        });
    }
    // Reported as the same model but another one; or another one without its kind or its likeness.
    for sent in [
        like(Likeness::SameModel, model("Lark", "L6")),
        JobCommand::SendReplacement(SendReplacement {
            kind: Some(model("Lark", "L6")),
            ..another("SN-99999")
        }),
        JobCommand::SendReplacement(SendReplacement {
            likeness: Some(Likeness::SameFunctions),
            ..another("SN-99999")
        }),
    ] {
        let reported = to_be_replaced().when(&moscow(), day(5), &sent);
        reported.then_refused("job.replacement_not_alike", &["S2"]);
    }
}

#[test]
fn s2_a_replacement_is_never_improved_unless_the_terms_allow_it() {
    let improved = like(Likeness::Improved, model("Lark", "L9 Pro"));
    let reported = to_be_replaced().when(&moscow(), day(5), &improved);
    reported.then_refused("job.replacement_too_good", &["S2"]);
    // The Warranty Group's terms say `improved_or_similar`.
    let terms: Terms = shipped("terms/warranty-group-exchange-1.json");
    let insured = ClaimAccepted {
        provider: terms.provider.clone(),
        program: terms.program,
        terms: terms.reference(),
        ..accepted(claim(1))
    };
    let shop = Principal::new(Role::Shop, "warranty-group-ru");
    let opened = nothing().when(&reactions(), day(0), &JobCommand::Open(Box::new(insured.clone())));
    let shop = opened
        .state
        .jobs
        .get(&job())
        .map_or(shop, |job| Principal::new(Role::Shop, job.opened.shop.id.clone()));
    nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(insured)))
        .and(&shop, day(2), &receive(job(), IMEI))
        .and(&shop, day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(4), &remedy(1, Remedy::Replacement))
        .when(&shop, day(5), &improved)
        .then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn s2_a_smartphone_is_never_replaced_by_a_tablet() {
    let tablet =
        DeviceKind { category: recourse_terms::Category::Tablet, ..model("Lark", "Tab 5") };
    let reported = to_be_replaced().when(&moscow(), day(5), &like(Likeness::SameFunctions, tablet));
    reported.then_refused("job.replacement_not_alike", &["S2"]);
}

fn abandonment() -> JobCommand {
    JobCommand::NoteAbandonment(NoteAbandonment { claim: claim(1), at: day(64) })
}

#[test]
fn m8_an_unpaid_device_counts_as_abandoned_and_stays_with_the_provider() {
    let reported = to_be_returned().when(&reactions(), day(65), &abandonment());
    let reported = reported.then(|events| {
        assert_eq!(names(events), ["abandoned", "closed"]);
        let JobEvent::Abandoned(abandoned) = &events[0] else { panic!("{events:?}") };
        assert_eq!((abandoned.at, abandoned.findings[0].rule.as_str()), (day(64), "M8"));
    });
    assert_eq!(reported.state.jobs[&job()].abandoned, Some(day(64)));
    // Reported again it changes nothing, and a late payment does not get the device back.
    let late = || {
        to_be_returned().and(&reactions(), day(65), &abandonment()).and(
            &reactions(),
            day(70),
            &payment(1),
        )
    };
    late().when(&reactions(), day(71), &abandonment()).then(|events| assert!(events.is_empty()));
    let reported = late().when(&moscow(), day(71), &hand_over(HandedTo::Buyer, None));
    reported.then_refused("job.abandoned", &["M8"]);
    let reported = late().when(&moscow(), day(71), &courier_to_buyer());
    reported.then_refused("job.abandoned", &["M8"]);
}

#[test]
fn m8_a_device_that_was_paid_for_or_has_left_is_not_abandoned() {
    let paid = to_be_returned().and(&reactions(), day(5), &payment(1));
    paid.when(&reactions(), day(65), &abandonment()).then(|events| assert!(events.is_empty()));
    let gone = repaired().and(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    gone.when(&reactions(), day(65), &abandonment()).then(|events| assert!(events.is_empty()));
    let awaited = opened().when(&reactions(), day(65), &abandonment());
    awaited.then(|events| assert!(events.is_empty()));
}

#[test]
fn m3_m8_a_device_waits_until_everything_is_paid() {
    // The settlement closes with its last payment; until then nothing is reported here, and the
    // device stays.
    let reported = to_be_returned().when(&moscow(), day(40), &hand_over(HandedTo::Buyer, None));
    reported.then_refused("job.not_paid", &["M3"]);
}

#[test]
fn m9_the_old_device_is_returned_in_addition_to_cash_if_the_terms_allow_it() {
    let mut terms: Terms = shipped("terms/tomrepair-repair-1.json");
    terms.replacement.old_device_belongs_to = Party::Buyer;
    terms.line = "tomrepair-repair-buyer-keeps".parse().unwrap();
    let mut book = BOOK.clone();
    let published = TermsPublished::of(terms.clone());
    book.apply(&TermsEvent::TermsPublished(Box::new(published)), 9);
    let accepted = ClaimAccepted {
        provider: terms.provider.clone(),
        terms: terms.reference(),
        ..accepted(claim(1))
    };
    let shop = Principal::new(Role::Shop, "tomrepair-ru-moscow");
    given::<RepairShops>(KEY, &book, [])
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(accepted)))
        .and(&shop, day(2), &receive(job(), IMEI))
        .and(&shop, day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(4), &remedy(1, Remedy::Cash))
        .and(&reactions(), day(5), &payment(1))
        .when(&shop, day(6), &hand_over(HandedTo::Buyer, None))
        .then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn m8_a_loss_in_transit_compensated_with_cash_ends_the_job() {
    let lost = repaired()
        .and(&moscow(), day(6), &courier_to_buyer())
        .and(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)))
        .and(&moscow(), day(9), &JobCommand::LoseShipment(moved(1)));
    let reported = lost.when(&reactions(), day(10), &remedy(1, Remedy::Cash));
    reported.then(|events| assert_eq!(names(events), ["remedy_noted", "closed"]));
}
