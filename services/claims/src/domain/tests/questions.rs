use recourse_kernel::WaitKind;

use super::super::events::{ClaimEvent, Withdrawal};
use super::super::rejection::ClaimRejection;
use super::*;

fn request(line: &str) -> Tale {
    covered(line).and(&buyer(), day(20), &file(for_replacement)).and(&ann(), day(21), &ask())
}

#[test]
fn c3_the_clock_is_paused_while_an_answer_is_awaited() {
    let due = |tale: Tale| claim_in(tale, 1).clock.unwrap().due();
    let filed = covered(WISETECH_EXCHANGE).and(&buyer(), day(20), &file(for_replacement));
    assert_eq!(due(filed), Some(day(40)));
    assert_eq!(due(request(WISETECH_EXCHANGE)), None);
    let answered = request(WISETECH_EXCHANGE).and(&buyer(), day(25), &answer(1));
    assert_eq!(due(answered), Some(day(44)), "paused for four days");
}

#[test]
fn c3_the_answer_says_how_long_it_was_awaited() {
    request(WISETECH_REPAIR).when(&buyer(), day(25), &answer(1)).then(|events| {
        let [ClaimEvent::QuestionAnswered(answered)] = events else { panic!() };
        assert_eq!(answered.paused_seconds, 4 * 24 * 3600);
        assert_eq!(answered.channel, Channel::Written);
    });
}

#[test]
fn c3_a_reminder_after_seven_days_then_silence_withdraws() {
    let reminded = request(WISETECH_REPAIR).when_the_clock_reaches(day(28)).then(|events| {
        assert_eq!(names(events), ["reminder_sent"]);
    });
    assert_eq!(the_claim(&reminded, 1).questions[0].awaited.remind_at, None);
    let silent = request(WISETECH_REPAIR)
        .and_the_clock_reaches(day(28))
        .when_the_clock_reaches(day(35))
        .then(|events| {
            assert_eq!(names(events), ["deadline_passed", "withdrawn", "closed"]);
            let [ClaimEvent::DeadlinePassed(passed), ClaimEvent::Withdrawn(withdrawn), _] = events
            else {
                panic!()
            };
            assert_eq!((passed.deadline, passed.due), (WaitKind::QuestionAnswer, day(35)));
            assert_eq!(withdrawn.by, Withdrawal::Silence);
        });
    is_closed_as(&silent, Outcome::Withdrawn);
}

#[test]
fn c3_silence_with_the_device_at_the_shop_returns_the_device() {
    accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&ann(), day(24), &ask())
        .and_the_clock_reaches(day(31))
        .when_the_clock_reaches(day(38))
        .then(|events| {
            let [_, _, ClaimEvent::SettlementStarted(started)] = events else {
                panic!("{:?}", names(events))
            };
            assert_eq!(started.facts.outcome, Outcome::Withdrawn);
        });
}

#[test]
fn c3_an_answer_in_time_counts_whenever_it_is_read_and_a_late_one_does_not() {
    let last = day(35) - TimeDelta::seconds(1);
    request(WISETECH_REPAIR).when(&buyer(), last, &answer(1)).then(|_| {});
    let refused = request(WISETECH_REPAIR)
        .when(&buyer(), day(35), &answer(1))
        .then_refused("claim.too_late_to_answer", &["C3"]);
    assert_eq!(refused.why, ClaimRejection::TooLateToAnswer { answer_by: day(35) });
}

#[test]
fn c3_a_phone_call_leaves_a_record() {
    let call = |said: Option<&str>| {
        ClaimCommand::Ask(Ask {
            claim: claim(1),
            text: sealed("since when?"),
            asks_for: None,
            channel: Channel::Phone,
            said: said.map(sealed),
        })
    };
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &call(None))
        .then_refused("claim.call_without_record", &["C3"]);
    let reported = filed(WISETECH_REPAIR).when(&ann(), day(21), &call(Some("since Monday")));
    let reported = reported.then(|events| {
        assert_eq!(names(events), ["question_asked", "question_answered"]);
    });
    assert_eq!(the_claim(&reported, 1).open_questions().count(), 0);
}

#[test]
fn c3_nothing_is_decided_while_an_answer_is_awaited() {
    for command in [accept(1), reject()] {
        request(WISETECH_REPAIR)
            .when(&ann(), day(22), &command)
            .then_refused("claim.answer_is_awaited", &["C3"]);
    }
    request(WISETECH_REPAIR)
        .and(&buyer(), day(22), &answer(1))
        .when(&ann(), day(23), &accept(1))
        .then(|_| {});
}

#[test]
fn only_the_buyer_answers_or_the_staff_who_took_the_call() {
    request(WISETECH_REPAIR)
        .when(&foreign_writer(), day(22), &answer(1))
        .then_refused("claim.not_allowed", &[]);
    request(WISETECH_REPAIR).when(&ann(), day(22), &answer(1)).then(|events| {
        let [ClaimEvent::QuestionAnswered(answered)] = events else { panic!() };
        assert_eq!(answered.channel, Channel::Phone);
    });
    request(WISETECH_REPAIR)
        .when(&buyer(), day(22), &answer(2))
        .then_refused("claim.question.not_known", &["C3"]);
    request(WISETECH_REPAIR)
        .and(&buyer(), day(22), &answer(1))
        .when(&buyer(), day(23), &answer(1))
        .then_refused("claim.question_not_open", &["C3"]);
}

#[test]
fn c3_a_written_question_does_not_contain_its_answer() {
    let command = ClaimCommand::Ask(Ask {
        claim: claim(1),
        text: sealed("since when?"),
        asks_for: None,
        channel: Channel::Written,
        said: Some(sealed("since Monday")),
    });
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &command)
        .then_refused("claim.answer_in_the_question", &["C3"]);
}
