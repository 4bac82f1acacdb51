//! The commands of the stories.

use super::*;

pub(super) fn sold_event(line: &str) -> ClaimCommand {
    note_coverage(CoverageFact::Sold(Box::new(coverage_under(line))))
}

pub(super) fn note_coverage(fact: CoverageFact) -> ClaimCommand {
    ClaimCommand::NoteCoverage(Box::new(NoteCoverage { policy: policy(), fact }))
}

pub(super) fn scheduled(line: &str) -> ClaimCommand {
    note_coverage(CoverageFact::Scheduled { days: days_under(line), corrected: false })
}

pub(super) fn completed() -> ClaimCommand {
    ClaimCommand::NoteOrder(NoteOrder { order: order(), completed_at: day(2) })
}

pub(super) fn form() -> File {
    File {
        policy: policy(),
        serial: "490154203237518".parse().unwrap(),
        requested_remedy: RequestedRemedy::Repair,
        country: "RU".parse().unwrap(),
        city: "Moscow".to_owned(),
        defect: sealed("does not start"),
        defect_code: None,
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
    ClaimCommand::Ask(Ask { claim: claim(1), text, asks_for: None, channel, said: None })
}

pub(super) fn answer(question: u32) -> ClaimCommand {
    answer_with(question, Vec::new())
}

pub(super) fn answer_with(question: u32, photos: Vec<Photo>) -> ClaimCommand {
    let text = sealed("since Monday");
    ClaimCommand::Answer(Answer { claim: claim(1), question, text, photos })
}

/// Asks in writing for a document.
pub(super) fn ask_for_a_document() -> ClaimCommand {
    let (text, channel) = (sealed("the receipt, please"), Channel::Written);
    let asks_for = Some(AsksFor::Document);
    ClaimCommand::Ask(Ask { claim: claim(1), text, asks_for, channel, said: None })
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
        now: None,
        receipt: None,
        counts_from: None,
        at,
    }
}

pub(super) fn shipment_booked(booked_by: Party, at: Instant) -> ClaimCommand {
    let fact = ShipmentFact {
        direction: Direction::ToShop,
        means: Means::Courier,
        booked_by,
        counts_as: None,
        carrier: "cse".to_owned(),
        price: rubles(400),
        lost: false,
        never_picked_up: false,
        reimbursement_cap: None,
    };
    a_shipment_booked(1, fact, at)
}

/// The carrier has picked up the shipment with this number.
pub(super) fn picked_up(number: u32, at: Instant) -> ClaimCommand {
    let shipment = Some(Shipment { id: job(1).shipment(number), fact: None });
    let moved = NoteJob { shipment, ..job_fact(1, Progress::ShipmentPickedUp, at) };
    ClaimCommand::NoteJob(Box::new(moved))
}

pub(super) fn a_shipment_booked(number: u32, fact: ShipmentFact, at: Instant) -> ClaimCommand {
    let receipt = (fact.booked_by == Party::Buyer).then_some(fact.price);
    let shipment = Some(Shipment { id: job(1).shipment(number), fact: Some(fact) });
    let booked = NoteJob { shipment, receipt, ..job_fact(1, Progress::ShipmentBooked, at) };
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
        defects: Vec::new(),
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
    ClaimCommand::NoteSettlement(NoteSettlement { claim, settlement, what, outcome: None, at })
}

pub(super) fn withdraw() -> ClaimCommand {
    ClaimCommand::Withdraw(Withdraw { claim: claim(1) })
}

pub(super) fn appeal() -> ClaimCommand {
    let grounds = sealed("it was never dropped");
    ClaimCommand::Appeal(Appeal { claim: claim(1), grounds, characters: 20 })
}

pub(super) fn decide_appeal(upheld: bool) -> ClaimCommand {
    let (claim, of, explanation) = (claim(1), None, None);
    ClaimCommand::DecideAppeal(DecideAppeal { claim, of, upheld, explanation })
}

pub(super) fn consent() -> ClaimCommand {
    ClaimCommand::Consent(Consent { claim: claim(1) })
}
