//! Any commands in any order: stages change only as allowed, at most one claim is open, a closed
//! claim remains closed, a deadline that is woken is handled, every event matches its schema, a
//! refusal changes nothing else, and nothing panics.

use proptest::prelude::*;
use recourse_kernel::decider::Cause;
use recourse_kernel::{Context, Decider, Folded, Input, Record, Wire};
use recourse_terms::{Party, Verdict};

use super::super::commands::{
    AddDefect, CloseReview, CoverageDates, CoverageFact, DeclineOffer, NoteDispute, ResultKind,
};
use super::super::events::{CoverageEnd, DisputeEnding, DisputeState, EarlierRepair};
use super::contract::fits_its_schema;
use super::property_extras::any_extra;
use super::*;

/// One step: how many hours later, by whom, and what.
type Step = (u16, u8, u8, u8);

fn any_caller(who: u8) -> Principal {
    [buyer(), buyer(), ann(), ann(), bob(), foreign_writer(), shop(), fact()][usize::from(who % 8)]
        .clone()
}

/// What a command is about, drawn at random.
#[derive(Clone, Copy)]
struct Drawn {
    detail: u8,
    number: u32,
    now: Instant,
}

impl Drawn {
    fn claim(self) -> ClaimId {
        claim(self.number)
    }

    fn found(self) -> Verdict {
        match self.detail % 3 {
            0 => Verdict::Covered,
            1 => MISUSE,
            _ => Verdict::NoFaultFound,
        }
    }
}

fn any_command(what: u8, detail: u8, claims: u32, now: Instant) -> ClaimCommand {
    let drawn = Drawn { detail, number: claims.max(1), now };
    match what % 36 {
        30.. => any_extra(detail, drawn.number, now),
        what @ 0..=7 => of_the_documents(what, drawn),
        what @ 8..=15 => of_the_remedy(what, drawn),
        what @ 16..=21 => of_the_negotiation(what, drawn),
        22 => payments(drawn),
        23 => progress(drawn),
        24 => dispute(drawn),
        25 => ClaimCommand::AddDefect(AddDefect { claim: drawn.claim(), text: sealed("and") }),
        26 => ClaimCommand::RecordVerdict(Box::new(RecordVerdict {
            job: job(drawn.number),
            verdict: drawn.found(),
            cause: "the battery".parse().unwrap(),
            by: shop(),
            found_at: now,
            also_found: vec!["the loudspeaker".parse().unwrap()],
            defects: Vec::new(),
        })),
        27 => {
            let review = u32::from(detail % 3);
            ClaimCommand::CloseReview(CloseReview {
                claim: drawn.claim(),
                review,
                result: ResultKind::default(),
                amount: None,
                as_of: None,
                note: None,
            })
        }
        28 => corrected(detail),
        _ => note_coverage(match detail % 9 {
            0 => CoverageFact::Cancelled(CoverageEnd::RefundedInFull),
            1 => CoverageFact::Ended(CoverageEnd::Expired),
            _ => CoverageFact::Refunded(rubles(10)),
        }),
    }
}

fn of_the_documents(what: u8, drawn: Drawn) -> ClaimCommand {
    let Drawn { detail, number, now } = drawn;
    let about = drawn.claim();
    match what {
        0 => file(as_it_is),
        1 => file(for_replacement),
        2 => file(|form| {
            form.continues = Some(claim(u32::from(detail % 4)));
            let evidence = detail.is_multiple_of(2).then(|| photo(2));
            let (on, shop) = (now.date_naive(), "elsewhere".to_owned());
            form.earlier_repairs = vec![EarlierRepair { on, shop, evidence }];
        }),
        3 | 4 => accept(number),
        5 => ClaimCommand::Reject(Reject {
            claim: about,
            code: Ground::DocumentsIncomplete,
            exclusion: None,
            explanation: None,
        }),
        6 => ClaimCommand::Ask(Ask {
            claim: about,
            text: sealed("?"),
            asks_for: detail.is_multiple_of(2).then_some(AsksFor::Document),
            channel: Channel::Written,
            said: None,
        }),
        _ => {
            let question = u32::from(detail % 3);
            ClaimCommand::Answer(Answer {
                claim: about,
                question,
                text: sealed("!"),
                photos: Vec::new(),
            })
        }
    }
}

fn of_the_remedy(what: u8, drawn: Drawn) -> ClaimCommand {
    let Drawn { number, now, .. } = drawn;
    match what {
        8 | 9 => noted(number, Progress::Received, now),
        10 | 11 => verdict(number, drawn.found(), now),
        12 => choose(number, Remedy::Repair),
        13 => choose(number, Remedy::Replacement),
        14 => choose(number, Remedy::Cash),
        _ => choose(number, Remedy::ReturnUnrepaired),
    }
}

fn of_the_negotiation(what: u8, drawn: Drawn) -> ClaimCommand {
    let Drawn { detail, .. } = drawn;
    let about = drawn.claim();
    let offer = u32::from(detail % 4);
    match what {
        16 => {
            let (kind, price) = if detail.is_multiple_of(2) {
                (OfferKind::PaidRepair, rubles(100))
            } else {
                (OfferKind::Agreement, rubles(i64::from(detail) - 100))
            };
            let repair = detail.is_multiple_of(3);
            ClaimCommand::MakeOffer(MakeOffer {
                claim: about,
                kind,
                price,
                repair,
                valid_until: None,
                text: None,
            })
        }
        17 => ClaimCommand::AcceptOffer(AcceptOffer { claim: about, offer }),
        18 => ClaimCommand::DeclineOffer(DeclineOffer { claim: about, offer }),
        19 => ClaimCommand::Withdraw(Withdraw { claim: about }),
        20 if detail > 200 => ClaimCommand::Consent(Consent { claim: about }),
        20 => {
            let characters = u32::from(detail);
            ClaimCommand::Appeal(Appeal { claim: about, grounds: sealed("no"), characters })
        }
        _ => ClaimCommand::DecideAppeal(DecideAppeal {
            claim: about,
            of: [None, Some(AppealOf::Chain), Some(AppealOf::Verdict)][usize::from(detail % 3)],
            upheld: detail.is_multiple_of(2),
            explanation: None,
        }),
    }
}

fn payments(drawn: Drawn) -> ClaimCommand {
    let what = match drawn.detail % 8 {
        0 => MoneyProgress::Abandoned,
        1 => MoneyProgress::Notice,
        _ => MoneyProgress::Closed,
    };
    money(drawn.number, what, drawn.now)
}

fn progress(drawn: Drawn) -> ClaimCommand {
    let Drawn { detail, number, now } = drawn;
    match detail % 9 {
        6 => noted(number, Progress::NotHandedOver, now),
        7 => noted(number, Progress::PartsOverdue, now),
        8 => noted(number, Progress::RepairCancelled, now),
        0 => noted(number, Progress::Repaired, now),
        1 => noted(number, Progress::BeyondRepair, now),
        2 => replacement_sent(number, now),
        3 => shipment_booked(Party::Provider, now),
        4 if detail > 127 => noted(number, Progress::SerialMismatch, now),
        4 if detail > 63 => shipment_fact(Progress::ShipmentDamaged, now),
        4 => shipment_fact(Progress::ShipmentLost, now),
        _ => noted(number, Progress::HandedOver, now),
    }
}

fn dispute(drawn: Drawn) -> ClaimCommand {
    let state = match drawn.detail % 6 {
        0 => DisputeState::Open,
        2 => DisputeState::Overdue,
        3 => DisputeState::Withdrawn,
        4 => DisputeState::Performed { ending: DisputeEnding::FullRefund, amount: None },
        1 => DisputeState::Decided { ending: DisputeEnding::Nothing, amount: None },
        _ => DisputeState::Decided { ending: DisputeEnding::FullRefund, amount: None },
    };
    let (device, dispute) = (device(), device().dispute(1));
    ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at: drawn.now })
}

/// The coverage dates, corrected by up to 128 days.
fn corrected(detail: u8) -> ClaimCommand {
    let days = days_under(WISETECH_REPAIR);
    let by = TimeDelta::days(i64::from(detail) - 128);
    let (counted_from, starts) = (days.counted_from + by, days.starts + by);
    let days = CoverageDates { counted_from, starts, ends: days.ends + by, ..days };
    note_coverage(CoverageFact::Scheduled { days, corrected: true })
}

/// Applies events one by one, and checks every claim before and after each.
fn take_in(state: &mut Purchase, events: &[ClaimEvent], now: Instant) {
    for event in events {
        let before = state.clone();
        Claims::apply_decided(state, event, now).unwrap();
        for (id, claim) in &before.claims {
            let after = &state.claims[id];
            if !claim.is_open() {
                assert_eq!(claim.stage, after.stage, "a closed claim remains closed");
            }
        }
        assert!(open_claims(state) <= 1, "C4: one open claim per policy, after {event:?}");
        fits_its_schema(event);
        let body = event.encode().unwrap();
        assert_eq!(ClaimEvent::decode(event.type_name(), &body).as_ref(), Ok(event));
    }
}

/// A refused command leaves the record of its refusal, and nothing else.
fn refused_changes_nothing_else(
    state: &Purchase,
    command: ClaimCommand,
    cx: &Context<'_, recourse_terms::TermsBook>,
) {
    let mut stream = Folded { state: state.clone(), ..Folded::default() };
    let input = Input {
        cause: Cause::Command {
            id: "c-1".to_owned(),
            mac: "m".to_owned(),
            causation_id: "c-1".to_owned(),
        },
        at: cx.now,
        principal: cx.principal.clone(),
        position: "recourse.claims.commands.v1/0/0".to_owned(),
        traceparent: None,
        command: Some(command),
    };
    let mut records = Vec::new();
    stream.answer::<Claims>(&input, cx, cx.now, None, true, &mut records).unwrap();
    let [record] = &records[..] else { panic!("{} records", records.len()) };
    assert_eq!(record.type_name, "recourse.claim.command_refused.v1");
    // The stream of `K` speaks for no claim of the commands, which are about another purchase; so
    // that a reader accepts the record.
    assert_eq!(record.claim, None);
    let read = Record::read(record.key.as_bytes(), &record.headers(), &record.body).unwrap();
    assert_eq!(read, *record);
    // A filing refused for its date is kept for a review; it changes no claim.
    let refused = stream.state.refused.clone();
    assert_eq!(stream.state, Purchase { refused, ..state.clone() });
    assert!(stream.answered["c-1"].refusal.is_some());
}

/// Starts at any point in a claim's life, so that late stages are tested as often as early ones.
fn any_point(line: &str, start: u8) -> Tale {
    let filed = covered(line).and(&buyer(), day(20), &file(for_replacement));
    let accepted = || {
        let filed = covered(line).and(&buyer(), day(20), &file(for_replacement));
        filed.and(&ann(), day(21), &accept(1))
    };
    let found = |what| {
        accepted().and(&fact(), day(22), &noted(1, Progress::Received, day(22))).and(
            &fact(),
            day(23),
            &verdict(1, what, day(23)),
        )
    };
    match start {
        0 => covered(line),
        1 => filed,
        2 => accepted(),
        3 => found(Verdict::Covered),
        4 => found(MISUSE),
        _ => found(Verdict::NoFaultFound).and(
            &buyer(),
            day(24),
            &choose(1, Remedy::ReturnUnrepaired),
        ),
    }
}

fn play(tale: Tale, steps: &[Step]) -> Purchase {
    let mut state = tale.when(&fact(), day(24), &completed()).state;
    let mut now = day(24);
    for &(hours, who, what, detail) in steps {
        now += TimeDelta::hours(i64::from(hours % 120));
        let clock = Principal::system("clock");
        let cx = Context { now, principal: &clock, key: "K", reference: &*BOOK };
        if Claims::wake_at(&state).is_some_and(|due| due <= now) {
            let events = Claims::wake(&state, &cx);
            take_in(&mut state, &events, now);
        }
        assert!(
            Claims::wake_at(&state).is_none_or(|due| due > now),
            "a deadline was woken but is still due"
        );
        let requester = any_caller(who);
        let cx = Context { principal: &requester, ..cx };
        let claims = u32::try_from(state.claims.len()).unwrap();
        let command = any_command(what, detail, claims, now);
        let body = command.encode().unwrap();
        assert_eq!(ClaimCommand::decode(command.type_name(), &body).as_ref(), Ok(&command));
        match Claims::decide(&state, &command, &cx) {
            Ok(events) => take_in(&mut state, &events, now),
            Err(_) => refused_changes_nothing_else(&state, command, &cx),
        }
    }
    everything_waits(&state);
    state
}

/// T11: whatever is open waits for an owner who has a date, whose clock is paused for a reason, or
/// who is late. When only time passes, everything closes, or names who is late; a claim that waits
/// for the end of a dispute has order-intake's deadlines.
fn everything_waits(state: &Purchase) {
    let waits = Claims::waits(state);
    for matter in Claims::open(state) {
        assert!(waits.iter().any(|wait| wait.matter == matter), "{matter} waits for nothing");
    }
    for wait in &waits {
        assert!(wait.until.is_some() || wait.paused.is_some(), "{wait:?} has no date");
    }
    let clock = Principal::system("clock");
    let mut state = state.clone();
    let mut rounds = 0;
    while let Some(now) = Claims::wake_at(&state) {
        let cx = Context { now, principal: &clock, key: "K", reference: &*BOOK };
        let events = Claims::wake(&state, &cx);
        take_in(&mut state, &events, now);
        rounds += 1;
        assert!(rounds < 200, "time never ends: {:?}", Claims::waits(&state));
    }
    for wait in Claims::waits(&state) {
        let in_dispute = state.disputes.values().any(|known| known.state == DisputeState::Open);
        assert!(wait.is_late || in_dispute || wait.paused.is_some(), "{wait:?} sleeps");
    }
    for matter in Claims::open(&state) {
        let waits = Claims::waits(&state);
        let mut own = waits.iter().filter(|wait| wait.matter == matter);
        assert!(own.any(|wait| wait.is_late || wait.paused.is_some()), "{matter} sleeps");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn claims_move_only_along_the_allowed_transitions(
        line in 0..4_usize,
        start in 0..6_u8,
        steps in prop::collection::vec(any::<Step>(), 1..120),
    ) {
        let lines = [WISETECH_REPAIR, WISETECH_EXCHANGE, TOMREPAIR_REPAIR, WARRANTY_GROUP];
        let state = play(any_point(lines[line], start), &steps);
        let stored = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<Purchase>(&stored).unwrap(), state);
    }
}
