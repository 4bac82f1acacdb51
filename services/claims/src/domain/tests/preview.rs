//! C5: the costs shown before the device is posted are those settled later, for the same terms and
//! facts.

use proptest::prelude::*;
use recourse_terms::{Payment, PaymentKind, Program, Verdict, payments};

use super::super::events::ClaimEvent;
use super::super::rules::preview::{ComesBack, Preview, preview};
use super::book::EVERY_TERMS;
use super::*;

/// The preview of claim 1 in its current state, on a day.
#[track_caller]
fn shown(reported: &Reported<Claims>, on: i64) -> Preview {
    let claim = the_claim(reported, 1);
    let book = &EVERY_TERMS.0;
    let terms = book.by_digest(&claim.terms.digest).unwrap();
    let shop = book.shop_for(&claim.provider, &claim.country, &claim.city).unwrap().shop;
    let coverage = &reported.state.coverages[&policy()];
    preview(book, terms, &claim, coverage, shop, day(on)).unwrap()
}

/// A policy under one version of a line of terms, for a device of this price.
fn covered_by(line: &str, version: u32, price: Money) -> Tale {
    let published = EVERY_TERMS.0.version(line, version).unwrap();
    let (terms, provider) = (published.reference(), published.terms.provider.clone());
    let program = published.terms.program;
    let sold = PolicyCoverage {
        terms,
        provider,
        program,
        device_price: price,
        ..coverage_under(WISETECH_REPAIR)
    };
    let sold = note_coverage(CoverageFact::Sold(Box::new(sold)));
    given(KEY.as_str(), &EVERY_TERMS.0, [])
        .and(&fact(), day(-10), &sold)
        .and(&fact(), day(0), &scheduled(WISETECH_REPAIR))
        .and(&fact(), day(2), &completed())
}

fn filed_by(line: &str, version: u32, price: Money, city: &str) -> Tale {
    let form = |form: &mut File| {
        for_replacement(form);
        city.clone_into(&mut form.city);
    };
    covered_by(line, version, price).and(&buyer(), day(20), &file(form))
}

/// The same, with these shipments booked on day 22.
fn with_shipments(tale: Tale, shipments: &[ShipmentFact]) -> Tale {
    (1..).zip(shipments).fold(tale, |tale, (number, shipment)| {
        let tale =
            tale.and(&fact(), day(22), &a_shipment_booked(number, shipment.clone(), day(22)));
        match shipment.direction {
            Direction::ToShop => tale.and(&fact(), day(22), &picked_up(number, day(22))),
            Direction::ToBuyer => tale,
        }
    })
}

/// How a claim ends, in a comparison.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// As the shop finds.
    Found(Verdict),
    /// Not covered, and the buyer pays for the repair.
    PaidRepair(Money),
    /// Not covered, and both sides agree on an amount.
    Agreement(Money),
    /// The buyer withdraws while the carrier has the device; it arrives all the same.
    WithdrawnInTransit,
    /// The buyer withdraws when the device is at the shop.
    WithdrawnAtTheShop,
    /// The buyer withdraws after a verdict (M13).
    WithdrawnAfter(Verdict),
}

/// What is paid in the end, except to carriers, with these shipments. The `late` ones are booked
/// after the settlement started.
fn settled(
    tale: impl Fn() -> Tale,
    program: Program,
    shipments: &[ShipmentFact],
    late: &[ShipmentFact],
    ending: Ending,
) -> Vec<Payment> {
    let booked = || with_shipments(tale(), shipments);
    let comes = noted(1, Progress::Received, day(23));
    let came = || booked().and(&fact(), day(23), &comes);
    let inspected = |found: Verdict| {
        let found = verdict(1, found, day(24));
        came().and(&fact(), day(24), &found)
    };
    let offered = |kind, price| inspected(MISUSE).and(&ann(), day(25), &offer(kind, price));
    let (tale, who, last) = match ending {
        Ending::Found(Verdict::Covered) if program == Program::Repair => {
            let chosen =
                inspected(Verdict::Covered).and(&ann(), day(25), &choose(1, Remedy::Repair));
            (chosen, fact(), noted(1, Progress::Repaired, day(26)))
        }
        Ending::Found(Verdict::Covered) => {
            (inspected(Verdict::Covered), ann(), choose(1, Remedy::Replacement))
        }
        Ending::Found(found) => (inspected(found), buyer(), choose(1, Remedy::ReturnUnrepaired)),
        Ending::PaidRepair(price) => {
            (offered(OfferKind::PaidRepair, price), buyer(), accept_offer(1))
        }
        Ending::Agreement(price) => {
            (offered(OfferKind::Agreement, price), buyer(), accept_offer(1))
        }
        Ending::WithdrawnInTransit => {
            // The carrier has it, so it is settled at once.
            (booked(), buyer(), withdraw())
        }
        Ending::WithdrawnAtTheShop => (came(), buyer(), withdraw()),
        Ending::WithdrawnAfter(found) => (inspected(found), buyer(), withdraw()),
    };
    let mut owed = Vec::new();
    let mut reported = tale.when(&who, day(26), &last).then(|events| {
        let started = events.iter().find_map(|event| match event {
            ClaimEvent::SettlementStarted(started) => Some(started),
            _ => None,
        });
        let started = started.expect("a settlement");
        let terms = EVERY_TERMS.0.by_digest(&started.terms.digest).unwrap();
        owed.extend(payments(terms, &started.facts).unwrap());
    });
    let first = u32::try_from(shipments.len()).unwrap() + 1;
    for (number, shipment) in (first..).zip(late) {
        let booked = a_shipment_booked(number, shipment.clone(), day(27));
        reported = reported
            .again(KEY.as_str(), &EVERY_TERMS.0)
            .when(&fact(), day(27), &booked)
            .then(|events| {
                for event in events {
                    let ClaimEvent::SettlementExtended(extended) = event else { continue };
                    let terms = EVERY_TERMS.0.by_digest(&extended.terms.digest).unwrap();
                    owed = payments(terms, &extended.facts).unwrap();
                }
            });
    }
    owed.retain(|payment| payment.to != Party::Carrier);
    owed
}

/// The payments in a fixed order, regardless of when they became due.
fn sorted(mut payments: Vec<Payment>) -> Vec<String> {
    payments.sort_by_key(|payment| format!("{payment:?}"));
    payments.iter().map(|payment| format!("{payment:?}")).collect()
}

#[test]
fn c5_the_preview_shows_who_pays_for_which_shipment_what_comes_back_and_by_when() {
    let reported = covered(WISETECH_EXCHANGE).when(
        &buyer(),
        day(20),
        &file(|form| {
            for_replacement(form);
            "Tver".clone_into(&mut form.city);
        }),
    );
    let preview = shown(&reported, 20);
    let [there, back] = &preview.shipments[..] else { panic!("{:?}", preview.shipments) };
    assert_eq!((there.fact.booked_by, back.fact.booked_by), (Party::Buyer, Party::Provider));
    assert!(there.tariff.as_ref().unwrap().id.contains("moscow"), "{there:?}");
    let [covered, not_covered, no_fault] = &preview.by_verdict[..] else { panic!() };
    assert!(matches!(covered.comes_back, ComesBack::Replacement { .. }));
    assert_eq!(covered.by_when.due, Some(day(40)), "T3");
    assert_eq!(covered.cost.shipments_paid_by, [Party::Provider, Party::Provider]);
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
fn c5_a_device_brought_in_person_is_shown_no_shipment_to_the_shop() {
    let brought = || accepted(WISETECH_REPAIR).and(&fact(), day(22), &completed());
    let preview = shown(&brought().when(&fact(), day(22), &completed()), 22);
    let not_covered = &preview.by_verdict[1];
    assert!(!not_covered.cost.buyer_pays.is_empty(), "sending it by post costs something");
    assert!(not_covered.if_brought.as_ref().unwrap().buyer_pays.is_empty());
    let received = noted(1, Progress::Received, day(23));
    let preview = shown(&brought().when(&fact(), day(23), &received), 23);
    assert!(preview.shipments.iter().all(|shipment| shipment.fact.direction == Direction::ToBuyer));
}

#[test]
fn c5_a_booked_shipment_replaces_the_usual_one() {
    let reported =
        accepted(WISETECH_REPAIR).when(&fact(), day(22), &shipment_booked(Party::Buyer, day(22)));
    let preview = shown(&reported, 23);
    assert!(preview.shipments[0].is_booked && !preview.shipments[1].is_booked);
    assert_eq!(preview.shipments[0].fact.price, rubles(400));
}

#[test]
fn m4_tomrepairs_diagnosis_fee_is_shown_in_advance() {
    let reported = covered(TOMREPAIR_REPAIR).when(&buyer(), day(20), &file(as_it_is));
    let preview = shown(&reported, 20);
    let fee = |payment: &&Payment| payment.kind == recourse_terms::PaymentKind::DiagnosisFee;
    let fees =
        preview.by_verdict.iter().map(|found| found.cost.payments.iter().filter(fee).count());
    assert_eq!(fees.collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(preview.by_verdict[0].or_cash, None, "cash only after the third repair");
}

fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, currency.parse().unwrap())
}

const CURRENCIES: [&str; 4] = ["RUB", "EUR", "JPY", "KWD"];

/// A shipment in any currency, sometimes damaged or lost (M8).
fn any_shipment() -> impl Strategy<Value = ShipmentFact> {
    let yes = any::<bool>;
    let at_most = prop::option::of(0..200_000_i64);
    let currency = prop::sample::select(&CURRENCIES[..]);
    (yes(), yes(), yes(), 0..200_000_i64, currency, 0..4_u8, at_most).prop_map(
        |(there, courier, by_buyer, price, currency, lost, at_most)| ShipmentFact {
            direction: if there { Direction::ToShop } else { Direction::ToBuyer },
            means: if courier { Means::Courier } else { Means::Post },
            booked_by: if by_buyer { Party::Buyer } else { Party::Provider },
            carrier: "any".to_owned(),
            price: money(price, currency),
            lost: lost == 0,
            counts_as: None,
            never_picked_up: false,
            reimbursement_cap: at_most.map(|most| money(most, currency)),
        },
    )
}

/// What was shown for an ending: the payments of the verdict; for a paid repair and an agreement,
/// those of a defect that is not covered, plus what both sides agreed on.
fn shown_for(shown: &Preview, ending: Ending) -> Vec<Payment> {
    let of = |verdict: usize| shown.by_verdict[verdict].cost.payments.clone();
    match ending {
        Ending::Found(Verdict::Covered) => of(0),
        Ending::Found(Verdict::NotCovered { .. }) | Ending::PaidRepair(_) => of(1),
        Ending::Found(Verdict::NoFaultFound) => of(2),
        Ending::Agreement(_) => of(1).into_iter().filter(|payment| !is_fee(payment)).collect(),
        Ending::WithdrawnInTransit | Ending::WithdrawnAtTheShop => {
            shown.if_withdrawn.payments.clone()
        }
        Ending::WithdrawnAfter(Verdict::NoFaultFound) => {
            shown.if_withdrawn_after[1].payments.clone()
        }
        Ending::WithdrawnAfter(_) => shown.if_withdrawn_after[0].payments.clone(),
    }
}

fn is_fee(payment: &Payment) -> bool {
    matches!(payment.kind, PaymentKind::DiagnosisFee | PaymentKind::CallOutFee)
}

/// What was paid, without what both sides agreed on.
fn paid_for_sending(paid: Vec<Payment>, ending: Ending) -> Vec<Payment> {
    let (price, kind) = match ending {
        Ending::PaidRepair(price) => (price, PaymentKind::PaidRepair),
        Ending::Agreement(price) => (price, PaymentKind::Agreement),
        _ => return paid,
    };
    let (agreed, sending): (Vec<Payment>, Vec<Payment>) =
        paid.into_iter().partition(|payment| payment.kind == kind);
    let amounts: Vec<i64> = agreed.iter().map(|payment| payment.amount.amount).collect();
    assert_eq!(amounts, [price.amount.abs()], "the agreed amount is paid, once");
    sending
}

/// Every ending, with an amount to agree on.
fn endings(agreed: Money, offers_repair: bool) -> Vec<Ending> {
    let found = [Verdict::Covered, MISUSE, Verdict::NoFaultFound].map(Ending::Found);
    let paid_repair = offers_repair.then_some(Ending::PaidRepair(agreed));
    let given = Money { amount: -agreed.amount, ..agreed };
    found
        .into_iter()
        .chain(paid_repair)
        .chain([Ending::Agreement(agreed), Ending::Agreement(given)])
        .chain([Ending::WithdrawnInTransit, Ending::WithdrawnAtTheShop])
        .chain([MISUSE, Verdict::NoFaultFound].map(Ending::WithdrawnAfter))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn c5_preview_and_settlement_never_differ_for_the_same_terms_and_facts(
        line in 0..EVERY_TERMS.1.len(),
        price in 1..500_000_000_i64,
        currency in prop::sample::select(&CURRENCIES[..]),
        agreed in 1..50_000_000_i64,
        shipments in prop::collection::vec(any_shipment(), 2..6),
        city in prop::sample::select(vec!["Moscow", "Tver", "Kazan", "Омск"]),
    ) {
        let (line, version) = &EVERY_TERMS.1[line];
        let terms = &EVERY_TERMS.0.version(line, *version).unwrap().terms;
        let program = terms.program;
        let price = money(price, currency);
        let accepted = || filed_by(line, *version, price, city).and(&ann(), day(21), &accept(1));
        let as_it_is = |tale: Tale| shown(&tale.when(&fact(), day(22), &completed()), 22);
        let before = as_it_is(accepted());
        let usual = before.shipments.iter().map(|shipment| shipment.fact.clone());
        let usual: Vec<ShipmentFact> = usual.collect();
        // A direction without a booking counts as the usual shipment, so each is booked for the
        // comparison.
        let mut shipments = shipments;
        (shipments[0].direction, shipments[1].direction) = (Direction::ToShop, Direction::ToBuyer);
        shipments.sort_by_key(|shipment| shipment.direction);
        let booked = as_it_is(with_shipments(accepted(), &shipments));
        let (first, late): (Vec<_>, Vec<_>) =
            shipments.iter().cloned().partition(|shipment| shipment.direction == Direction::ToShop);
        for ending in endings(money(agreed, currency), terms.remedy.paid_repair_offered) {
            // Booked as it was usual when the claim was accepted.
            let paid = settled(accepted, program, &usual, &[], ending);
            prop_assert_eq!(
                shown_for(&before, ending), paid_for_sending(paid, ending), "usual, {:?}", ending
            );
            // Booked differently, before the shop found anything.
            let paid = settled(accepted, program, &shipments, &[], ending);
            prop_assert_eq!(
                shown_for(&booked, ending), paid_for_sending(paid.clone(), ending), "{:?}", ending
            );
            // The return shipments are booked after the settlement started, which changes no
            // total.
            let later = settled(accepted, program, &first, &late, ending);
            prop_assert_eq!(sorted(later), sorted(paid), "later, {:?}", ending);
        }
        // Dropped off at the branch and collected there, without a carrier.
        for (index, found) in [Verdict::Covered, MISUSE, Verdict::NoFaultFound].iter().enumerate() {
            let Some(brought) = &before.by_verdict[index].if_brought else { continue };
            let paid = settled(accepted, program, &[], &[], Ending::Found(*found));
            prop_assert_eq!(&brought.payments, &paid, "brought, {:?}", found);
        }
        prop_assert_eq!(before.in_person, before.by_verdict[0].if_brought.is_some());
    }
}
