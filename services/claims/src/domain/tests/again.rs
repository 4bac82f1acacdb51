//! C10, C12: filing again, and chains that the adjuster makes or undoes.

use recourse_kernel::Rejection as _;
use recourse_terms::Verdict;

use super::super::commands::{ChangeChain, ContestChain};
use super::super::events::{ClaimEvent, DefectCode};
use super::*;

fn change_chain(number: u32, continues: Option<u32>) -> ClaimCommand {
    ClaimCommand::ChangeChain(ChangeChain {
        claim: claim(number),
        continues: continues.map(claim),
        reason: sealed("the same defect"),
    })
}

fn contest(number: u32) -> ClaimCommand {
    let grounds = sealed("another defect");
    ClaimCommand::ContestChain(ContestChain { claim: claim(number), grounds, characters: 20 })
}

fn appeal_of(number: u32, upheld: bool) -> ClaimCommand {
    let claim = claim(number);
    ClaimCommand::DecideAppeal(DecideAppeal { claim, of: None, upheld, explanation: None })
}

fn withdraw_claim(number: u32) -> ClaimCommand {
    ClaimCommand::Withdraw(Withdraw { claim: claim(number) })
}

/// Two claims: the first repaired on day 24, the second filed on day 190 without naming it.
fn left_out() -> Tale {
    repaired(covered(WISETECH_REPAIR), 1, 20).and(&buyer(), day(190), &file(as_it_is))
}

#[test]
fn c10_after_a_withdrawal_the_buyer_files_again_three_times_each_with_its_own_date() {
    let tale = (1..=4_u32).fold(covered(WISETECH_REPAIR), |tale, number| {
        let on = day(20 + i64::from(number) * 10);
        tale.and(&buyer(), on, &file(as_it_is)).and(&buyer(), on, &withdraw_claim(number))
    });
    let refused = tale
        .when(&buyer(), day(100), &file(as_it_is))
        .then_refused("claim.withdrawn_too_often", &["C10"]);
    assert!(refused.to_string().contains("4 times"), "{refused}");
    covered(WISETECH_REPAIR)
        .and(&buyer(), day(20), &file(as_it_is))
        .and(&buyer(), day(21), &withdraw_claim(1))
        .when(&buyer(), day(190), &file(as_it_is))
        .then(|events| {
            let [ClaimEvent::Filed(filed)] = events else { panic!() };
            assert_eq!((filed.chain.first, filed.chain.first_filed_at), (claim(2), day(190)));
        });
}

#[test]
fn c10_after_a_rejection_a_claim_needs_something_new() {
    let closed = || {
        let rejected = covered(WISETECH_REPAIR).and(&buyer(), day(20), &file(as_it_is)).and(
            &ann(),
            day(21),
            &reject(),
        );
        rejected.and_the_clock_reaches(day(60))
    };
    let refused = closed()
        .when(&buyer(), day(61), &file(as_it_is))
        .then_refused("claim.nothing_new", &["C10"]);
    let call = refused.reason().call.unwrap();
    assert!(format!("{call:?}").contains("/appeal"), "{call:?}");
    closed().when(&buyer(), day(61), &file(|form| form.photos = vec![photo(2)])).then(|_| {});
    closed()
        .when(&buyer(), day(61), &file(|form| form.defect_code = Some(DefectCode::Battery)))
        .then(|_| {});
}

#[test]
fn c12_a_repair_that_was_left_out_counts_once_the_adjuster_adds_it() {
    left_out().when(&ann(), day(191), &change_chain(2, Some(1))).then(|events| {
        let [ClaimEvent::ChainChanged(changed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((changed.chain.first, changed.chain.position), (claim(1), 2));
        assert_eq!(changed.chain.unsuccessful_repairs, 1, "T6");
        assert_eq!(changed.chain.first_filed_at, day(20), "M1");
        assert_eq!(changed.contest_by, Some(day(205)));
    });
    left_out()
        .when(&ann(), day(191), &change_chain(2, None))
        .then_refused("claim.same_chain", &["C12"]);
    left_out()
        .when(&ann(), day(191), &change_chain(2, Some(2)))
        .then_refused("claim.not_a_chain", &["T6"]);
    left_out()
        .when(&buyer(), day(191), &change_chain(2, Some(1)))
        .then_refused("claim.not_allowed", &[]);
}

#[test]
fn c12_an_old_claim_that_was_named_for_another_fault_does_not_fix_the_date() {
    let named = || {
        repaired(covered(WISETECH_REPAIR), 1, 20).and(
            &buyer(),
            day(190),
            &file(|form| form.continues = Some(claim(1))),
        )
    };
    let reported = named().when(&ann(), day(191), &change_chain(2, None));
    let chain = the_claim(&reported, 2).chain;
    assert_eq!((chain.first, chain.first_filed_at), (claim(2), day(190)));
    assert_eq!((chain.position, chain.unsuccessful_repairs), (1, 0));
}

#[test]
fn c12_after_the_verdict_the_chain_stays_as_it_is() {
    left_out()
        .and(&ann(), day(191), &accept(2))
        .and(&fact(), day(192), &noted(2, Progress::Received, day(192)))
        .and(&fact(), day(193), &verdict(2, Verdict::Covered, day(193)))
        .when(&ann(), day(194), &change_chain(2, Some(1)))
        .then_refused("claim.verdict_is_recorded", &["C12"]);
}

#[test]
fn c12_the_buyer_contests_the_chain_and_another_person_decides() {
    let contested = || {
        left_out().and(&ann(), day(191), &change_chain(2, Some(1))).and(
            &buyer(),
            day(192),
            &contest(2),
        )
    };
    let ann = Principal::new(Role::Adjuster, "a-ann").of_provider("wisetech-service");
    contested()
        .when(&ann, day(193), &appeal_of(2, true))
        .then_refused("claim.same_reviewer", &["C11"]);
    let reported = contested().when(&bob(), day(193), &appeal_of(2, true)).then(|events| {
        assert_eq!(names(events), ["appeal_decided", "chain_changed"]);
    });
    assert_eq!(the_claim(&reported, 2).chain.first, claim(2));
    let reported = contested().when(&bob(), day(193), &appeal_of(2, false)).then(|events| {
        assert_eq!(names(events), ["appeal_decided"]);
    });
    assert_eq!(the_claim(&reported, 2).chain.first, claim(1));
    contested()
        .when(&buyer(), day(193), &contest(2))
        .then_refused("claim.appealed_already", &["C11"]);
}

#[test]
fn c12_a_chain_that_is_not_contested_in_time_is_final() {
    let changed = || left_out().and(&ann(), day(191), &change_chain(2, Some(1)));
    changed().when_the_clock_reaches(day(205)).then(|events| {
        assert!(names(events).contains(&"deadline_passed"), "{:?}", names(events));
    });
    changed().when(&buyer(), day(205), &contest(2)).then_refused("claim.too_late_to_appeal", &[]);
}

#[test]
fn c12_m1_a_restored_chain_settles_the_difference() {
    let chained = repaired(covered(WISETECH_EXCHANGE), 1, 20)
        .and(&buyer(), day(190), &file(for_replacement))
        .and(&ann(), day(191), &change_chain(2, Some(1)))
        .and(&ann(), day(191), &accept(2))
        .and(&fact(), day(192), &noted(2, Progress::Received, day(192)))
        .and(&fact(), day(193), &verdict(2, Verdict::Covered, day(193)))
        .and(&ann(), day(194), &choose(2, Remedy::Cash))
        .and(&buyer(), day(195), &contest(2));
    chained.when(&bob(), day(196), &appeal_of(2, true)).then(|events| {
        let [_, _, ClaimEvent::SettlementExtended(extended)] = events else {
            panic!("{:?}", names(events))
        };
        assert_ne!(extended.facts.first_filed, days_under(WISETECH_EXCHANGE).counted_from);
        assert!(extended.concerns_the_buyer && extended.shipment.is_none());
    });
}
