//! M1, M6: what holds for every settlement.

use proptest::prelude::*;
use recourse_kernel::Money;
use recourse_terms::{
    Direction, Means, Outcome, Party, PaymentKind, SettlementFacts, ShipmentFact, Terms, Verdict,
    payments,
};

use crate::settlement::DROPPED;
use crate::{day, rub};

fn any_facts() -> impl Strategy<Value = SettlementFacts> {
    let outcome = prop::sample::select(vec![
        Outcome::Repaired,
        Outcome::Replaced,
        Outcome::Refunded,
        Outcome::RepairedAtBuyersCost,
        Outcome::SettledByAgreement,
        Outcome::ReturnedUnrepaired,
        Outcome::Rejected,
        Outcome::Withdrawn,
    ]);
    let verdict = prop::sample::select(vec![Verdict::Covered, DROPPED, Verdict::NoFaultFound]);
    let shipment = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0_i64..2_000);
    let shipments = prop::collection::vec(shipment, 0..5);
    (outcome, verdict, shipments, 0_i64..5_000_000, 0_u64..365, any::<bool>()).prop_map(
        |(outcome, verdict, shipments, price, after, keeps)| {
            let filed = day("2025-01-31") + chrono::Days::new(after);
            let shipments =
                shipments.into_iter().map(|(there, post, buyer, lost, price)| ShipmentFact {
                    direction: if there { Direction::ToShop } else { Direction::ToBuyer },
                    means: if post { Means::Post } else { Means::Courier },
                    booked_by: if buyer { Party::Buyer } else { Party::Provider },
                    carrier: "carrier".into(),
                    price: rub(price),
                    counts_as: None,
                    never_picked_up: false,
                    lost,
                    reimbursement_cap: None,
                });
            SettlementFacts {
                verdict: Some(verdict),
                shipments: shipments.collect(),
                paid_repair: Some(rub(100)),
                agreed: Some(rub(-100)),
                provider_keeps_device: keeps,
                ..SettlementFacts::new(
                    outcome,
                    Money::new(price, "RUB".parse().unwrap()),
                    day("2025-01-31"),
                    filed,
                )
            }
        },
    )
}

proptest! {
    #[test]
    fn m6_every_payment_moves_something_between_two_parties(facts in any_facts()) {
        for (_, terms) in crate::documents::<Terms>("terms") {
            for payment in payments(&terms, &facts).unwrap() {
                prop_assert!(
                    payment.amount.amount > 0 && payment.from != payment.to,
                    "{:?}",
                    payment
                );
                prop_assert!(!payment.rule.is_empty() && !payment.note.is_empty());
            }
        }
    }

    #[test]
    fn m1_cash_is_never_more_than_the_price(facts in any_facts()) {
        for (_, terms) in crate::documents::<Terms>("terms") {
            let payments = payments(&terms, &facts).unwrap();
            let cash = payments.iter().filter(|payment| payment.kind == PaymentKind::DeviceCash);
            let sum: i64 = cash.map(|payment| payment.amount.amount).sum();
            prop_assert!(sum <= facts.device_price.amount);
        }
    }
}
