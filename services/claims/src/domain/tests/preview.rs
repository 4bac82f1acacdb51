//! C5: what is shown before the device is posted is what is settled later, for the same terms and facts.

use proptest::prelude::*;
use recourse_terms::{Leg, Program, Verdict, legs, legs_of_way};

use super::super::ClaimEvent;
use super::super::preview::{ComesBack, Preview, preview};
use super::book::SHARED;
use super::*;

const LINES: [(&str, u32); 8] = [
    (WISETECH_REPAIR, 1),
    (WISETECH_REPAIR, 2),
    (WISETECH_EXCHANGE, 1),
    (TOMREPAIR_REPAIR, 1),
    (TOMREPAIR_REPAIR, 2),
    ("tomrepair-exchange", 1),
    (WARRANTY_GROUP, 1),
    (SHARED, 1),
];

/// The preview of claim 1 as things stand, on a day.
#[track_caller]
fn shown(told: &Told<Claims>, on: i64) -> Preview {
    let claim = the_claim(told, 1);
    let terms = BOOK.by_digest(&claim.terms.digest).unwrap();
    let shop = BOOK.shop_for(&claim.provider, &claim.country, &claim.city).unwrap().shop;
    let cover = &told.state.covers[&policy()];
    preview(&BOOK, terms, &claim, cover, shop, day(on)).unwrap()
}

/// A policy under one version of a line, for a device of this price.
fn covered_by(line: &str, version: u32, price: Money) -> Tale {
    let published = BOOK.version(line, version).unwrap();
    let mut cover = cover_under(line);
    (cover.terms, cover.device_price) = (published.reference(), price);
    let sold = note_cover(CoverFact::Sold(Box::new(cover)));
    nothing().and(&fact(), day(-10), &sold).and(&fact(), day(0), &scheduled(line)).and(
        &fact(),
        day(2),
        &completed(),
    )
}

fn filed_by(line: &str, version: u32, price: Money, city: &str) -> Tale {
    let form = |form: &mut File| {
        for_replacement(form);
        city.clone_into(&mut form.city);
    };
    covered_by(line, version, price).and(&buyer(), day(20), &file(form))
}

/// What is paid in the end, carriers left out, when the ways are these and the shop finds so. Those `late` are booked
/// once it was settled already who pays what.
fn settled(
    tale: Tale,
    program: Program,
    ways: &[WayFact],
    late: &[WayFact],
    found: Verdict,
) -> Vec<Leg> {
    let booked = (1..).zip(ways).fold(tale, |tale, (number, way)| {
        tale.and(&fact(), day(22), &a_way_booked(number, way.clone(), day(22)))
    });
    let inspected = booked.and(&fact(), day(23), &noted(1, Progress::Received, day(23))).and(
        &fact(),
        day(24),
        &verdict(1, found, day(24)),
    );
    let repaired = noted(1, Progress::Repaired, day(26));
    let (tale, who, last) = match (found, program) {
        (Verdict::Covered, Program::Repair) => {
            (inspected.and(&ann(), day(25), &choose(1, Remedy::Repair)), fact(), repaired)
        }
        (Verdict::Covered, Program::Exchange) => (inspected, ann(), choose(1, Remedy::Replacement)),
        _ => (inspected, buyer(), choose(1, Remedy::ReturnUnrepaired)),
    };
    let mut owed = Vec::new();
    let mut told = tale.when(&who, day(26), &last).then(|events| {
        let Some(ClaimEvent::SettlementStarted(started)) = events.last() else { panic!() };
        let terms = BOOK.by_digest(&started.terms.digest).unwrap();
        owed.extend(legs(terms, &started.facts).unwrap());
    });
    let first = u32::try_from(ways.len()).unwrap() + 1;
    for (number, way) in (first..).zip(late) {
        let booked = a_way_booked(number, way.clone(), day(27));
        told = told.again(KEY.as_str(), &BOOK).when(&fact(), day(27), &booked).then(|events| {
            for event in events {
                let ClaimEvent::SettlementExtended(extended) = event else { continue };
                let terms = BOOK.by_digest(&extended.terms.digest).unwrap();
                owed.extend(legs_of_way(terms, &extended.facts, &extended.way).unwrap());
            }
        });
    }
    owed.retain(|leg| leg.to != Party::Carrier);
    owed
}

/// The legs in an order of their own, whenever they came to be owed.
fn sorted(mut legs: Vec<Leg>) -> Vec<String> {
    legs.sort_by_key(|leg| format!("{leg:?}"));
    legs.iter().map(|leg| format!("{leg:?}")).collect()
}

#[test]
fn c5_it_says_who_bears_which_way_what_comes_back_and_by_when() {
    let told = covered(WISETECH_EXCHANGE).when(
        &buyer(),
        day(20),
        &file(|form| {
            for_replacement(form);
            "Tver".clone_into(&mut form.city);
        }),
    );
    let preview = shown(&told, 20);
    let [there, back] = &preview.ways[..] else { panic!("{:?}", preview.ways) };
    assert_eq!((there.fact.booked_by, back.fact.booked_by), (Party::Buyer, Party::Provider));
    assert!(there.tariff.as_ref().unwrap().id.contains("moscow"), "{there:?}");
    let [covered, not_covered, no_fault] = &preview.by_verdict[..] else { panic!() };
    assert!(matches!(covered.comes_back, ComesBack::Replacement { .. }));
    assert_eq!(covered.by_when.due, Some(day(40)), "T3");
    assert_eq!(covered.cost.ways_borne_by, [Party::Provider, Party::Provider]);
    assert_eq!(covered.or_cash.as_ref().unwrap()[0].amount, rubles(10_000), "M1: in month 1");
    assert_eq!(not_covered.comes_back, ComesBack::Unrepaired);
    assert!(not_covered.paid_before_dispatch && not_covered.paid_repair_offered);
    assert!(!no_fault.paid_repair_offered && no_fault.or_cash.is_none());
    assert!(!preview.in_person, "there is no branch in Tver");
}

#[test]
fn c5_a_branch_in_the_buyers_city_can_be_reached_without_a_carrier() {
    assert!(
        shown(&covered(WISETECH_REPAIR).when(&buyer(), day(20), &file(as_it_is)), 20).in_person
    );
}

#[test]
fn c5_a_way_that_is_booked_takes_the_place_of_the_usual_one() {
    let told = accepted(WISETECH_REPAIR).when(&fact(), day(22), &way_booked(Party::Buyer, day(22)));
    let preview = shown(&told, 23);
    assert!(preview.ways[0].is_booked && !preview.ways[1].is_booked);
    assert_eq!(preview.ways[0].fact.price, rubles(400));
}

#[test]
fn m4_what_tomrepair_takes_for_a_diagnosis_is_shown_before() {
    let told = covered(TOMREPAIR_REPAIR).when(&buyer(), day(20), &file(as_it_is));
    let preview = shown(&told, 20);
    let fee = |leg: &&Leg| leg.kind == recourse_terms::LegKind::DiagnosisFee;
    let fees = preview.by_verdict.iter().map(|found| found.cost.legs.iter().filter(fee).count());
    assert_eq!(fees.collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(preview.by_verdict[0].or_cash, None, "cash only after the third repair");
}

fn any_way() -> impl Strategy<Value = WayFact> {
    let at_most = prop::option::of(0..200_000_i64);
    (any::<bool>(), any::<bool>(), any::<bool>(), 0..200_000_i64, at_most).prop_map(
        |(there, courier, by_buyer, price, at_most)| WayFact {
            direction: if there { Direction::There } else { Direction::Back },
            means: if courier { Means::Courier } else { Means::Post },
            booked_by: if by_buyer { Party::Buyer } else { Party::Provider },
            carrier: "any".to_owned(),
            price: Money::new(price, "RUB".parse().unwrap()),
            lost: false,
            made_good_at_most: at_most.map(|most| Money::new(most, "RUB".parse().unwrap())),
        },
    )
}

const VERDICTS: [Verdict; 3] = [Verdict::Covered, MISUSE, Verdict::NoFaultFound];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn c5_preview_and_settlement_never_differ_for_the_same_terms_and_facts(
        line in 0..LINES.len(),
        price in 1..500_000_000_i64,
        ways in prop::collection::vec(any_way(), 0..5),
        verdict in 0..3_usize,
        city in prop::sample::select(vec!["Moscow", "Tver", "Kazan", "Омск"]),
    ) {
        let (line, version) = LINES[line];
        let program = BOOK.version(line, version).unwrap().terms.program;
        let price = Money::new(price, "RUB".parse().unwrap());
        let accepted = || filed_by(line, version, price, city).and(&ann(), day(21), &accept(1));

        // As it was usual when the claim was accepted, and it was then booked so.
        let before = shown(&accepted().when(&fact(), day(21), &completed()), 21);
        let usual: Vec<WayFact> = before.ways.iter().map(|way| way.fact.clone()).collect();
        let paid = settled(accepted(), program, &usual, &[], VERDICTS[verdict]);
        prop_assert_eq!(&before.by_verdict[verdict].cost.legs, &paid);

        // As it was booked otherwise, before the shop found anything. A direction that nobody booked is taken
        // to be the usual one, so it has to be booked for the comparison.
        let there = ways.iter().any(|way| way.direction == Direction::There);
        let back = ways.iter().any(|way| way.direction == Direction::Back);
        prop_assume!(there && back);
        let mut ways = ways;
        ways.sort_by_key(|way| way.direction);
        let booked = (1..).zip(&ways).fold(accepted(), |tale, (number, way)| {
            tale.and(&fact(), day(22), &a_way_booked(number, way.clone(), day(22)))
        });
        let shown = shown(&booked.when(&fact(), day(22), &completed()), 22);
        let paid = settled(accepted(), program, &ways, &[], VERDICTS[verdict]);
        prop_assert_eq!(&shown.by_verdict[verdict].cost.legs, &paid);

        // The ways back are booked only when it is settled already: nobody owes more or less for that.
        let (first, late): (Vec<_>, Vec<_>) =
            ways.into_iter().partition(|way| way.direction == Direction::There);
        let later = settled(accepted(), program, &first, &late, VERDICTS[verdict]);
        prop_assert_eq!(sorted(later), sorted(paid));
    }
}
