//! M6: costs that buyer and provider share, and shipments that are settled later than the others.

use proptest::prelude::*;
use recourse_kernel::Money;
use recourse_terms::settlement::parts_of_shipment;
use recourse_terms::terms::{Share, Shared};
use recourse_terms::{Outcome, Party, PaymentKind, ShipmentFact, Verdict, payments};

use crate::settlement::{DROPPED, between_them, facts, post_to_buyer, post_to_shop};
use crate::{rub, terms};

#[test]
fn m6_both_parties_pay_for_a_shared_shipment_and_the_named_one_takes_the_remainder() {
    let back = ShipmentFact { price: Money::new(39_001, rub(1).currency), ..post_to_buyer() };
    let found =
        facts(Outcome::ReturnedUnrepaired, Verdict::NoFaultFound, std::slice::from_ref(&back));
    let shared = |percent, remainder_on| {
        let mut terms = terms("wisetech-repair", 1);
        let share = Some(Share { percent, remainder_on });
        terms.shipments.to_buyer.shared =
            Some(Shared { no_fault_found: share, ..Shared::default() });
        terms
    };
    // The buyer pays for the return shipment; here half of it: 195.00 or 195.01 RUB.
    for (remainder_on, buyers) in [(Party::Provider, 19_500), (Party::Buyer, 19_501)] {
        let terms = shared(50, remainder_on);
        let payments = payments(&terms, &found).unwrap();
        let of_buyer: Vec<_> =
            payments.iter().filter(|payment| payment.from == Party::Buyer).collect();
        assert_eq!(of_buyer.len(), 1);
        assert_eq!(of_buyer[0].amount.amount, buyers, "{remainder_on}");
        let parts = parts_of_shipment(&terms, &found, &back).unwrap();
        assert_eq!(parts.iter().map(|part| part.amount.amount).sum::<i64>(), 39_001);
    }
    // Under another verdict the cost is not shared.
    let covered = facts(Outcome::Repaired, Verdict::Covered, std::slice::from_ref(&back));
    let covered = payments(&shared(50, Party::Buyer), &covered).unwrap();
    assert!(covered.iter().all(|payment| payment.from == Party::Provider));
    // The party that booked a lost shipment pays all of it (M8).
    let lost = ShipmentFact { lost: true, ..back };
    let lost = facts(Outcome::ReturnedUnrepaired, Verdict::NoFaultFound, &[lost]);
    let lost = payments(&shared(50, Party::Buyer), &lost).unwrap();
    assert!(lost.iter().all(|payment| payment.from != Party::Buyer), "{lost:?}");
}

#[test]
fn m6_the_buyer_is_reimbursed_the_providers_share_of_a_shared_shipment() {
    let mut terms = terms("wisetech-repair", 1);
    let share = Some(Share { percent: 33, remainder_on: Party::Provider });
    terms.shipments.to_shop.shared = Some(Shared { covered: share, ..Shared::default() });
    let covered = facts(Outcome::Repaired, Verdict::Covered, &[post_to_shop()]);
    // The provider pays 33 % of 380.00: it is the party in `paid_by`, and takes the remainder.
    assert_eq!(
        between_them(&terms, &covered),
        [(PaymentKind::PostageToShop, Party::Provider, 125)]
    );
    let owed = payments(&terms, &covered).unwrap();
    assert_eq!(owed[0].amount.amount, 38_000 - 25_460);
    assert!(owed[0].note.contains("33 % paid by the provider"), "{}", owed[0].note);
}

proptest! {
    /// M6: for any price and shares, the parts sum up to the price, and a shipment settled later
    /// leads to the same payments as one settled with the others (M3 to M5).
    #[test]
    fn m6_shares_are_exact_and_a_late_shipment_costs_what_an_early_one_does(
        price in 0_i64..10_000_000,
        percent in 1_u8..=99,
        on_buyer in any::<bool>(),
        by_buyer in any::<bool>(),
    ) {
        let remainder_on = if on_buyer { Party::Buyer } else { Party::Provider };
        let mut terms = terms("tomrepair-repair", 1);
        let share = Some(Share { percent, remainder_on });
        terms.shipments.to_buyer.shared = Some(Shared { not_covered: share, ..Shared::default() });
        let booked_by = if by_buyer { Party::Buyer } else { Party::Provider };
        let back = ShipmentFact {
            price: Money { amount: price, ..rub(0) },
            booked_by,
            ..post_to_buyer()
        };
        let all = facts(Outcome::ReturnedUnrepaired, DROPPED, &[post_to_shop(), back.clone()]);
        let parts = parts_of_shipment(&terms, &all, &back).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.amount.amount).sum::<i64>(), price);
        let before = facts(Outcome::ReturnedUnrepaired, DROPPED, &[post_to_shop()]);
        let mut later = payments(&terms, &before).unwrap();
        later.extend(recourse_terms::payments_of_shipment(&terms, &all, &back).unwrap());
        prop_assert_eq!(later, payments(&terms, &all).unwrap());
    }
}
