//! What every refusal advises, and the sentences that name a limit.

use recourse_kernel::story::advises_in_sentences;
use recourse_kernel::{Hash, every_variant};

use super::super::events::{Likeness, Nature};
use super::super::rejection::JobRejection;
use super::*;

#[expect(clippy::too_many_lines, reason = "a list with one row per refusal")]
fn every_refusal() -> Vec<JobRejection> {
    let shipment = job().shipment(1);
    let dispute = claim(1).policy().device().dispute(1);
    every_variant![JobRejection:
        NotKnown(job()),
        ShipmentNotKnown(shipment),
        TermsNotKnown(Hash::of_bytes(b"terms")),
        NotAllowed,
        NotTheShopOfTheJob,
        PhotoNotKnown,
        AnotherProviders { provider: "tomrepair".parse().unwrap() },
        InTheFuture { reported: day(2), now: day(1) },
        OutOfOrder { reported: day(1), what: "the receipt", at: day(2) },
        Closed,
        IsAbandoned { since: day(1) },
        NoOtherShop { provider: "tomrepair".parse().unwrap(), country: ru(), named: None },
        DamageWithoutCondition,
        DamageIsTheProviders { shipment },
        RepairWasAgreed { dispute },
        ReasonMissing { part: "screen".to_owned(), expected_on: date(1), arrived_on: date(2) },
        ReplacementNotAlike { likeness: Likeness::SameModel },
        ReplacementImproved,
        NoTariff {
            carrier: "swift".to_owned(),
            from: "Moscow".to_owned(),
            to: "Kazan".to_owned(),
            on: date(1),
        },
        PriceMissing,
        NotTheBooker,
        TextOutOfBounds { what: "a note", most: 2, given: 3 },
        NotASha256,
        TooMany { what: "photos", most: 2, given: 3 },
        ShipmentAlready("delivered"),
        ShipmentDoesNotFit { shipment, wanted: Direction::ToShop },
        ShipmentMissing,
        AlreadyReceived,
        NotReceived,
        Quarantined { expected: serial(IMEI), found: serial(IMEI) },
        SerialNotInQuestion,
        AlreadyInspected,
        NotInspected,
        ExpiredIsNotForTheShop,
        NatureIsNotCovered { nature: Nature::Other },
        NatureIsCovered { nature: Nature::Other },
        ExpectedBeforeOrdered { expected_on: date(1), ordered_on: date(2) },
        AnotherShipment { shipment },
        ShipmentPickedUp { shipment },
        AnotherCurrency { given: "USD".parse().unwrap(), wanted: "RUB".parse().unwrap() },
        NoCourier,
        CourierRequested { since: day(1) },
        OnlyTheProviderBooks { until: day(4) },
        NotYoursToState,
        NotPickedUp,
        ReceiptKnown,
        ReceiptMisplaced,
        NothingToApprove,
        WaitsForApproval,
        OrderedBeforeReceipt { ordered_at: day(1), received_at: day(2) },
        NewDateWithoutReason { part: "screen".to_owned(), promised: date(3) },
        PartsNotOverdue { expected_on: Some(date(3)) },
        RepairNotOverdueEnough { free_from: Some(day(40)) },
        PartNotAwaited("screen".to_owned()),
        PartStillAwaited("screen".to_owned()),
        RemedyNotChosen,
        RemedyIsAnother { remedy: Remedy::Cash, needed: "a repair" },
        NotPaid,
        AlreadyRepaired,
        NotRepaired,
        IsBeyondRepair,
        BenchDaysNotOver { counted_days: 20, limit: Some(20) },
        NotThirdRepair { repairs: 1, limit: Some(2) },
        SameDevice,
        AlreadyReplaced,
        AlreadyHandedOver,
        DeviceIsTheProviders,
        AppealIsOpen,
    ]
}

#[test]
fn every_refusal_advises_in_sentences() {
    for refusal in every_refusal() {
        advises_in_sentences(&refusal, &["job", "shipment"]);
    }
}

#[test]
fn a_refusal_names_the_limit_and_the_value() {
    let bench = |limit| JobRejection::BenchDaysNotOver { counted_days: 20, limit }.to_string();
    assert_eq!(
        bench(Some(21)),
        "the device is beyond repair after more than 21 counted days on the bench; so far it was \
         there for 20"
    );
    assert!(bench(None).contains("no time on the bench"));
    let repairs = |limit| JobRejection::NotThirdRepair { repairs: 1, limit }.to_string();
    assert_eq!(
        repairs(Some(2)),
        "the device is beyond repair after 2 earlier repairs of this defect; so far there were 1"
    );
    assert!(repairs(None).contains("no number of repairs"));
}

#[test]
fn a_refusal_for_another_remedy_names_both() {
    let refused = JobRejection::RemedyIsAnother { remedy: Remedy::Replacement, needed: "a repair" };
    assert_eq!(refused.to_string(), "the claim's remedy is a replacement, not a repair");
}
