//! M6: costs that buyer and provider share, and ways that are settled later than the others.

use proptest::prelude::*;
use recourse_kernel::Money;
use recourse_terms::settlement::parts_of_shipment;
use recourse_terms::terms::{Share, Shared};
use recourse_terms::{Outcome, Party, PaymentKind, ShipmentFact, Verdict, payments};

use crate::settlement::{DROPPED, between_them, facts, post_to_buyer, post_to_shop};
use crate::{rub, terms};

#[test]
fn m6_a_shipment_that_is_shared_is_paid_by_both_and_the_named_one_takes_what_does_not_divide() {
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
    // The buyer bears the way back; here half of it: 195.00 or 195.01 RUB.
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
    // Another verdict is not shared.
    let covered = facts(Outcome::Repaired, Verdict::Covered, std::slice::from_ref(&back));
    let covered = payments(&shared(50, Party::Buyer), &covered).unwrap();
    assert!(covered.iter().all(|payment| payment.from == Party::Provider));
    // What was lost falls on whoever booked it, whole (M8).
    let lost = ShipmentFact { lost: true, ..back };
    let lost = facts(Outcome::ReturnedUnrepaired, Verdict::NoFaultFound, &[lost]);
    let lost = payments(&shared(50, Party::Buyer), &lost).unwrap();
    assert!(lost.iter().all(|payment| payment.from != Party::Buyer), "{lost:?}");
}

#[test]
fn m6_a_shipment_that_the_buyer_paid_is_reimbursed_in_its_share() {
    let mut terms = terms("wisetech-repair", 1);
    let share = Some(Share { percent: 33, remainder_on: Party::Provider });
    terms.shipments.to_shop.shared = Some(Shared { covered: share, ..Shared::default() });
    let covered = facts(Outcome::Repaired, Verdict::Covered, &[post_to_shop()]);
    // 33 % of 380.00 is the provider's: it bears the way, and takes the remainder.
    assert_eq!(
        between_them(&terms, &covered),
        [(PaymentKind::PostageToShop, Party::Provider, 125)]
    );
    let owed = payments(&terms, &covered).unwrap();
    assert_eq!(owed[0].amount.amount, 38_000 - 25_460);
    assert!(owed[0].note.contains("33 % borne by the provider"), "{}", owed[0].note);
}

proptest! {
    /// M6: whatever the price and the shares, the parts sum up to it, and a way that is settled later moves what it
    /// would have moved at first (M3 to M5).
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
        let back = ShipmentFact { price: Money { amount: price, ..rub(0) }, booked_by, ..post_to_buyer() };
        let all = facts(Outcome::ReturnedUnrepaired, DROPPED, &[post_to_shop(), back.clone()]);
        let parts = parts_of_shipment(&terms, &all, &back).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.amount.amount).sum::<i64>(), price);
        let before = facts(Outcome::ReturnedUnrepaired, DROPPED, &[post_to_shop()]);
        let mut later = payments(&terms, &before).unwrap();
        later.extend(recourse_terms::payments_of_shipment(&terms, &all, &back).unwrap());
        prop_assert_eq!(later, payments(&terms, &all).unwrap());
    }
}
