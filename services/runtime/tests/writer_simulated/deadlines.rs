//! A deadline fires at its own time, and never before an answer that was given in time.

use recourse_simulated::Fault;

use crate::marketplace::{ANNA, TestMarketplace, five_are_stored, neighbour, run};
use crate::toy::{Ask, Nothing, noon, put};

#[test]
fn an_answer_given_in_time_beats_its_deadline_after_an_outage() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    drop(writer);
    // The service is down. The answer is in time, but is read long after the deadline.
    market.ask_at(ANNA, "c2", noon(0), &Ask::Answer(Nothing {}));
    market.clock.move_to(noon(9));
    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1", "answered.v1"]);
}

#[test]
fn a_deadline_that_passes_is_an_event_at_its_own_time() {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    market.clock.move_to(noon(9));
    run(&mut writer);
    let last = market.records(ANNA).pop().unwrap();
    assert_eq!(last.type_name, "recourse.claim.deadline_passed.v1");
    assert_eq!((last.time, last.recorded), (noon(1), noon(9)));
    assert_eq!(market.replayed(ANNA).state.late, 1);
}

#[test]
fn deadlines_survive_a_restart() {
    let market = five_are_stored();
    market.clock.move_to(noon(30));
    let mut writer = market.writer();
    run(&mut writer);
    assert_eq!(market.replayed(ANNA).state.late, 1);
}

#[test]
fn a_deadline_whose_event_kafka_rejects_sleeps_alone_until_the_next_input() {
    let market = TestMarketplace::new();
    let bert = neighbour(ANNA);
    market.insure(ANNA);
    market.insure(&bert);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    market.clock.move_to(noon(9));
    market.cluster.fail_next([Fault::Unacceptable; 4]);
    run(&mut writer);
    assert_eq!(market.story(ANNA), ["policy_noted.v1", "put_in.v1"], "it cannot be written");

    market.ask_at(&bert, "c2", noon(9), &put(5));
    market.clock.move_to(noon(11));
    run(&mut writer);
    let reported = ["policy_noted.v1", "put_in.v1", "deadline_passed.v1"];
    assert_eq!(market.story(&bert), reported, "the deadlines of others pass");
    assert_eq!(market.story(ANNA).len(), 2, "it sleeps");

    market.ask_at(ANNA, "c3", noon(11), &put(-1));
    run(&mut writer);
    let woken = ["command_refused.v1", "deadline_passed.v1"];
    assert_eq!(market.story(ANNA)[2..], woken, "the next input wakes it");
    assert!(market.cluster.dead_letter().is_empty());
}
