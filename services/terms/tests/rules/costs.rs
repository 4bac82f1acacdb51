//! C5: the buyer learns the likely cost before posting the device.

use recourse_terms::{Direction, Means, Party, WayFact, likely_costs};

use crate::{rub, terms};

fn ways(booked_by: Party) -> [WayFact; 2] {
    [(Direction::There, booked_by, 380), (Direction::Back, Party::Provider, 390)].map(
        |(direction, booked_by, price)| WayFact {
            direction,
            means: Means::Post,
            booked_by,
            carrier: "post-ru".into(),
            price: rub(price),
            lost: false,
            made_good_at_most: None,
        },
    )
}

#[test]
fn c5_the_cost_is_told_for_each_verdict() {
    let terms = terms("warranty-group-exchange", 1);
    let costs = likely_costs(&terms, rub(20_000), &ways(Party::Buyer)).unwrap();
    let told: Vec<_> =
        costs.iter().map(|cost| (cost.verdict.as_str(), cost.buyer_bears.clone())).collect();
    // Sending, the way back and the call-out: 380 + 390 + 550.
    assert_eq!(
        told,
        [
            ("covered", vec![]),
            ("not_covered", vec![rub(1320)]),
            ("no_fault_found", vec![rub(1320)])
        ]
    );
    assert_eq!(costs[0].ways_borne_by, [Party::Provider, Party::Provider]);
    assert_eq!(costs[1].ways_borne_by, [Party::Buyer, Party::Buyer]);
    assert_eq!(costs[1].basis_points_of_device_price, Some(660));
}

#[test]
fn c5_sending_at_ones_own_cost_is_counted() {
    let terms = terms("tomrepair-repair", 1);
    let costs = likely_costs(&terms, rub(20_000), &ways(Party::Buyer)).unwrap();
    let bears: Vec<_> = costs.into_iter().map(|cost| cost.buyer_bears).collect();
    assert_eq!(bears, [vec![rub(380)], vec![rub(770)], vec![rub(980)]]);
}

#[test]
fn c5_m6_a_shared_way_is_told_in_its_parts_and_costs_what_is_settled() {
    use recourse_terms::terms::{Share, Shared};
    use recourse_terms::{Exclusion, Outcome, SettlementFacts, Verdict, legs};

    let mut terms = terms("wisetech-repair", 1);
    let share = Some(Share { percent: 50, remainder_on: Party::Buyer });
    terms.ways.back.shared = Some(Shared { not_covered: share, ..Shared::default() });
    let mut ways = ways(Party::Buyer);
    ways[1].price.amount = 39_001;
    let costs = likely_costs(&terms, rub(20_000), &ways).unwrap();
    let parts: Vec<_> = costs[1].ways_shared[0].iter().map(|part| part.amount.amount).collect();
    assert_eq!(parts, [19_501, 19_500]);
    assert!(costs[0].ways_shared.is_empty() && costs[2].ways_shared.is_empty());
    // What was told before is what is settled later.
    let day = chrono::NaiveDate::default();
    let excluded = Verdict::NotCovered { exclusion: Exclusion::SealBroken };
    let facts = SettlementFacts {
        verdict: Some(excluded),
        ways: ways.to_vec(),
        ..SettlementFacts::new(Outcome::ReturnedUnrepaired, rub(20_000), day, day)
    };
    let settled = legs(&terms, &facts).unwrap();
    let settled: Vec<_> = settled.into_iter().filter(|leg| leg.to != Party::Carrier).collect();
    assert_eq!(costs[1].legs, settled);
    assert_eq!(
        costs[1].buyer_bears,
        [recourse_kernel::Money { amount: 38_000 + 19_501, ..rub(0) }]
    );
}
