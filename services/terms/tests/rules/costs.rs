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
