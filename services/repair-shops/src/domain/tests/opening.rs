use super::*;
use crate::domain::commands::NoteQuestion;
use crate::domain::state::Device;
use recourse_kernel::Hash;

fn open(city: &str) -> JobCommand {
    JobCommand::Open(Box::new(ClaimAccepted { city: city.to_owned(), ..accepted(claim(1)) }))
}

#[test]
fn c7_a_device_goes_to_the_branch_in_the_buyers_own_city() {
    nothing().when(&reactions(), day(0), &open("kazan")).then(|events| {
        let [JobEvent::Opened(opened)] = events else { panic!("{events:?}") };
        assert_eq!((opened.shop.city.as_str(), opened.shop.main_centre), ("Kazan", false));
        assert!(opened.routed_because.contains("buyer's city"));
    });
}

#[test]
fn c7_without_a_branch_there_it_goes_to_the_main_centre() {
    nothing().when(&reactions(), day(0), &open("Tver")).then(|events| {
        let [JobEvent::Opened(opened)] = events else { panic!("{events:?}") };
        assert_eq!(
            (opened.shop.id.as_str(), opened.shop.main_centre),
            ("wisetech-ru-moscow", true)
        );
        assert_eq!(opened.repair_within_days, Some(20));
        assert_eq!(opened.beyond_repair_after_repairs, Some(3));
    });
}

#[test]
fn without_any_shop_in_the_country_routing_fails() {
    let country = "AQ".parse().unwrap();
    let lost = ClaimAccepted { country, ..accepted(claim(1)) };
    let reported = nothing().when(&reactions(), day(0), &JobCommand::Open(Box::new(lost)));
    reported.then(|events| assert_eq!(names(events), ["routing_failed"]));
}

#[test]
fn a_job_waits_for_terms_that_were_not_read_yet() {
    let mut unread = accepted(claim(1));
    unread.terms.digest = Hash::of_bytes(b"unread");
    let reported = nothing().when(&reactions(), day(0), &JobCommand::Open(Box::new(unread)));
    let rejection = reported.then_refused("terms.not_known", &[]);
    assert!(recourse_kernel::Rejection::reason(&rejection).not_known_yet);
}

#[test]
fn a_job_is_opened_once() {
    opened().when(&reactions(), day(1), &open("Tver")).then(|events| assert!(events.is_empty()));
}

#[test]
fn a_payment_reported_before_the_job_is_remembered() {
    let story = nothing().and(&reactions(), day(0), &payment(1));
    let state = opened_again(story, claim(1), day(0))
        .when(&reactions(), day(1), &payment(1))
        .then(|events| assert!(events.is_empty()))
        .state;
    assert!(state.notes(job()).is_paid);
}

#[test]
fn c3_an_answer_without_its_question_changes_nothing() {
    let answer = NoteQuestion { claim: claim(1), question: 1, at: day(1), lapsed: false };
    let reported = opened().when(&reactions(), day(1), &JobCommand::NoteAnswer(answer));
    reported.then(|events| assert!(events.is_empty()));
}

#[test]
fn a_claim_withdrawn_before_anything_was_sent_closes_the_job() {
    let withdrawal = JobCommand::NoteWithdrawal(OfClaim { claim: claim(1), at: day(30) });
    let reported = opened().when(&reactions(), day(1), &withdrawal);
    reported.then(|events| assert_eq!(names(events), ["remedy_noted", "closed"]));
}

#[test]
fn a_device_that_arrives_after_the_withdrawal_is_returned_without_payment() {
    let withdrawal = JobCommand::NoteWithdrawal(OfClaim { claim: claim(1), at: day(30) });
    let late = opened().and(&reactions(), day(1), &withdrawal);
    let reported = late.when(&moscow(), day(2), &receive(job(), IMEI));
    assert!(matches!(reported.state.jobs[&job()].device, Device::OnBench(_)));
    assert!(!reported.state.jobs[&job()].is_closed);
    assert_eq!(reported.state.notes(job()).remedy, Some((Remedy::ReturnUnrepaired, false)));
}
