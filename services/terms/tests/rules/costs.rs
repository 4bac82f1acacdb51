//! C5: the buyer learns the likely cost before sending the device.

use recourse_terms::{Direction, Means, Party, ShipmentFact, likely_costs};

use crate::{rub, terms};

fn shipments(booked_by: Party) -> [ShipmentFact; 2] {
    [(Direction::ToShop, booked_by, 380), (Direction::ToBuyer, Party::Provider, 390)].map(
        |(direction, booked_by, price)| ShipmentFact {
            direction,
            means: Means::Post,
            booked_by,
            carrier: "post-ru".into(),
            price: rub(price),
            counts_as: None,
            never_picked_up: false,
            lost: false,
            reimbursement_cap: None,
        },
    )
}

#[test]
fn c5_the_cost_is_reported_for_each_verdict() {
    let terms = terms("warranty-group-exchange", 1);
    let costs =
        likely_costs(&terms, "RU".parse().unwrap(), rub(20_000), &shipments(Party::Buyer)).unwrap();
    let reported: Vec<_> =
        costs.iter().map(|cost| (cost.verdict.as_str(), cost.buyer_pays.clone())).collect();
    // Postage to the shop, return shipment and call-out: 380 + 390 + 550.
    assert_eq!(
        reported,
        [
            ("covered", vec![]),
            ("not_covered", vec![rub(1320)]),
            ("no_fault_found", vec![rub(1320)])
        ]
    );
    assert_eq!(costs[0].shipments_paid_by, [Party::Provider, Party::Provider]);
    assert_eq!(costs[1].shipments_paid_by, [Party::Buyer, Party::Buyer]);
    assert_eq!(costs[1].basis_points_of_device_price, Some(660));
}

#[test]
fn c5_shipping_at_the_buyers_own_cost_is_included() {
    let terms = terms("tomrepair-repair", 1);
    let costs =
        likely_costs(&terms, "RU".parse().unwrap(), rub(20_000), &shipments(Party::Buyer)).unwrap();
    let pays: Vec<_> = costs.into_iter().map(|cost| cost.buyer_pays).collect();
    assert_eq!(pays, [vec![rub(380)], vec![rub(770)], vec![rub(980)]]);
}

#[test]
fn c5_m6_a_shared_shipment_is_reported_in_its_parts_and_costs_what_is_settled() {
    use recourse_terms::terms::{Share, Shared};
    use recourse_terms::{Exclusion, Outcome, SettlementFacts, Verdict, payments};

    let mut terms = terms("wisetech-repair", 1);
    let share = Some(Share { percent: 50, remainder_on: Party::Buyer });
    terms.shipments.to_buyer.shared = Some(Shared { not_covered: share, ..Shared::default() });
    let mut shipments = shipments(Party::Buyer);
    shipments[1].price.amount = 39_001;
    let costs = likely_costs(&terms, "RU".parse().unwrap(), rub(20_000), &shipments).unwrap();
    let parts: Vec<_> =
        costs[1].shipments_shared[0].iter().map(|part| part.amount.amount).collect();
    assert_eq!(parts, [19_501, 19_500]);
    assert!(costs[0].shipments_shared.is_empty() && costs[2].shipments_shared.is_empty());
    // The previewed payments are the ones settled later.
    let day = chrono::NaiveDate::default();
    let excluded = Verdict::NotCovered { exclusion: Exclusion::SealBroken };
    let facts = SettlementFacts {
        verdict: Some(excluded),
        shipments: shipments.to_vec(),
        ..SettlementFacts::new(Outcome::ReturnedUnrepaired, rub(20_000), day, day)
    };
    let settled = payments(&terms, &facts).unwrap();
    let settled: Vec<_> =
        settled.into_iter().filter(|payment| payment.to != Party::Carrier).collect();
    assert_eq!(costs[1].payments, settled);
    assert_eq!(costs[1].buyer_pays, [recourse_kernel::Money { amount: 38_000 + 19_501, ..rub(0) }]);
}
