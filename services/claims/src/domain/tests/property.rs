//! Any commands in any order: stages change only as allowed, at most one claim is open, a closed
//! claim remains closed, a deadline that is woken is handled, every event matches its schema, a
//! refusal changes nothing else, and nothing panics.

use proptest::prelude::*;
use recourse_kernel::decider::Cause;
use recourse_kernel::{Context, Decider, Folded, Input, Record, Wire};
use recourse_terms::{Party, Verdict};

use super::super::commands::{
    AddDefect, CloseReview, CoverageDates, CoverageFact, DeclineOffer, NoteDispute,
};
use super::super::events::{CoverageEnd, DisputeEnding, DisputeState, EarlierRepair};
use super::contract::fits_its_schema;
use super::*;

/// One step: how many hours later, by whom, and what.
type Step = (u16, u8, u8, u8);

fn any_caller(who: u8) -> Principal {
    [buyer(), buyer(), ann(), ann(), bob(), foreign_writer(), shop(), fact()][usize::from(who % 8)]
        .clone()
}

#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn any_command(what: u8, detail: u8, claims: u32, now: Instant) -> ClaimCommand {
    let number = claims.max(1);
    let about = claim(number);
    let found = match detail % 3 {
        0 => Verdict::Covered,
        1 => MISUSE,
        _ => Verdict::NoFaultFound,
    };
    match what % 30 {
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
            channel: Channel::Written,
            said: None,
        }),
        7 => {
            let question = u32::from(detail % 3);
            ClaimCommand::Answer(Answer { claim: about, question, text: sealed("!") })
        }
        8 | 9 => noted(number, Progress::Received, now),
        10 | 11 => verdict(number, found, now),
        12 => choose(number, Remedy::Repair),
        13 => choose(number, Remedy::Replacement),
        14 => choose(number, Remedy::Cash),
        15 => choose(number, Remedy::ReturnUnrepaired),
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
        17 => {
            let offer = u32::from(detail % 4);
            ClaimCommand::AcceptOffer(AcceptOffer { claim: about, offer })
        }
        18 => {
            let offer = u32::from(detail % 4);
            ClaimCommand::DeclineOffer(DeclineOffer { claim: about, offer })
        }
        19 => ClaimCommand::Withdraw(Withdraw { claim: about }),
        20 => ClaimCommand::Appeal(Appeal { claim: about, grounds: sealed("no") }),
        21 => ClaimCommand::DecideAppeal(DecideAppeal {
            claim: about,
            upheld: detail.is_multiple_of(2),
            explanation: None,
        }),
        22 => money(
            number,
            match detail % 8 {
                0 => MoneyProgress::Abandoned,
                1 => MoneyProgress::Notice,
                _ => MoneyProgress::Closed,
            },
            now,
        ),
        23 => match detail % 6 {
            0 => noted(number, Progress::Repaired, now),
            1 => noted(number, Progress::BeyondRepair, now),
            2 => replacement_sent(number, now),
            3 => shipment_booked(Party::Provider, now),
            4 if detail > 127 => noted(number, Progress::SerialMismatch, now),
            4 if detail > 63 => shipment_fact(Progress::ShipmentDamaged, now),
            4 => shipment_fact(Progress::ShipmentLost, now),
            _ => noted(number, Progress::HandedOver, now),
        },
        24 => {
            let state = match detail % 3 {
                0 => DisputeState::Open,
                1 => DisputeState::Decided { ending: DisputeEnding::Nothing, amount: None },
                _ => DisputeState::Decided { ending: DisputeEnding::FullRefund, amount: None },
            };
            let (device, dispute) = (device(), device().dispute(1));
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at: now })
        }
        25 => ClaimCommand::AddDefect(AddDefect { claim: about, text: sealed("and") }),
        26 => ClaimCommand::RecordVerdict(Box::new(RecordVerdict {
            job: job(number),
            verdict: found,
            cause: "the battery".parse().unwrap(),
            by: shop(),
            found_at: now,
            also_found: vec!["the loudspeaker".parse().unwrap()],
        })),
        27 => {
            let review = u32::from(detail % 3);
            ClaimCommand::CloseReview(CloseReview { claim: about, review, note: None })
        }
        28 => {
            let days = days_under(WISETECH_REPAIR);
            let by = TimeDelta::days(i64::from(detail) - 128);
            let (counted_from, starts) = (days.counted_from + by, days.starts + by);
            let days = CoverageDates { counted_from, starts, ends: days.ends + by, ..days };
            note_coverage(CoverageFact::Scheduled { days, corrected: true })
        }
        _ => note_coverage(match detail % 9 {
            0 => CoverageFact::Cancelled(CoverageEnd::RefundedInFull),
            1 => CoverageFact::Ended(CoverageEnd::Expired),
            _ => CoverageFact::Refunded(rubles(10)),
        }),
    }
}

/// Applies events one by one, and checks every claim before and after each.
fn take_in(state: &mut Purchase, events: &[ClaimEvent], now: Instant) {
    for event in events {
        let before = state.clone();
        Claims::evolve(state, event, now);
        for (id, claim) in &before.claims {
            let after = &state.claims[id];
            assert!(
                claim.stage.may_become(&after.stage),
                "{event:?} moved the claim from {:?} to {:?}",
                claim.stage,
                after.stage
            );
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
    // The stream of `K` speaks for no claim of the commands, which are about another purchase; so that
    // a reader accepts the record.
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
    state
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
