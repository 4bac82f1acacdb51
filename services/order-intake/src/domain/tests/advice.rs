//! What every refusal advises.

use recourse_kernel::story::advises_in_sentences;
use recourse_kernel::{NextCall, Rejection as _, every_variant};

use super::super::OrderRejection;
use super::super::events::Offer;
use super::super::events::{DisputeEnding, OfferKind, PrivacyOutcome};
use super::*;

fn every_refusal() -> Vec<OrderRejection> {
    let (device, dispute) = (unit(1, 1), unit(1, 1).dispute(1));
    let request = order().privacy_request(1);
    every_variant![OrderRejection:
        OrderNotKnown(order()),
        OtherPurchase(order()),
        NotTheMarketplace(market()),
        ReceiptNotAllowed(seller()),
        AccessNotAllowed(seller()),
        PrivacyNotAllowed(seller()),
        PrivacyRequestNotKnown(request),
        PrivacyAlreadyResolved { request, outcome: PrivacyOutcome::Erased },
        NothingToErase(request),
        ReceiptMissing,
        NoSuchOffer { offered: None },
        AlreadyPlaced(order()),
        NothingBought,
        LinesMisnumbered,
        TooManyUnits { units: 1_001, limit: 1_000 },
        CurrenciesDiffer { expected: "RUB".to_owned() },
        ImpossibleAmount { amount: rub(-1), most: rub(1) },
        WarrantyWithoutDevice { line: 1 },
        Cancelled { at: day(0) },
        AlreadyPaid { amount: rub(1) },
        AlreadyDelivered { device, at: day(0) },
        CancelTooLate { device },
        BeforePlaced { placed_at: day(0) },
        UnitNotKnown("unit 9".to_owned()),
        NotThatMany { line: "L-1".to_owned(), wanted: 3, found: 2 },
        ZoneNotKnown("Moscow".to_owned()),
        ReturnBeforeDelivery { device, delivered_at: day(0) },
        RefundExceedsPrice { device, amount: rub(2), remaining: rub(1) },
        TooManyKept(200),
        DisputeNotKnown(dispute),
        DisputeNotAllowed { who: seller(), what: "open a dispute" },
        DisputeBeforeDelivery(device),
        DisputeTooLate { device, day: 16, last: 15 },
        DisputeAlreadyOpen(dispute),
        DeviceGone(device),
        DisputeIsOver { dispute, ending: Some(DisputeEnding::FullRefund) },
        DisputeNotDecided(dispute),
        NothingToPerform(dispute),
        PerformanceContested(dispute),
        NothingStated(dispute),
        PerformanceMisdated { decided_at: day(1), now: day(2) },
        SellerWasSilent(dispute),
        MarketplaceDecides(dispute),
        NotYourSale(device),
        PhotoRequired,
        ReceiptRequired,
        ReceiptMisplaced,
        OfferMisplaced,
        DeliveryNotAllowed(seller()),
        ReceiptNotConfirmed(order()),
        DeliveryAfterReceipt { latest: day(0) },
        AmountMisplaced { ending: DisputeEnding::Exchange },
        AmountOutOfBounds { amount: rub(2), remaining: rub(1) },
    ]
}

#[test]
fn every_refusal_advises_in_sentences() {
    for refusal in every_refusal() {
        advises_in_sentences(&refusal, &[]);
    }
}

#[test]
fn a_dispute_that_comes_too_late_leads_to_a_claim_and_an_open_one_to_itself() {
    let device = unit(1, 1);
    let late = OrderRejection::DisputeTooLate { device, day: 16, last: 15 };
    let claims = format!("/v1/policies/{}/claims", device.policy());
    assert_eq!(late.reason().call, Some(NextCall::post(claims)));
    let open = OrderRejection::DisputeAlreadyOpen(device.dispute(1));
    let dispute = format!("/v1/disputes/{}", device.dispute(1));
    assert_eq!(open.reason().call, Some(NextCall::get(dispute)));
}

#[test]
fn a_dispute_that_is_over_says_how_it_ended() {
    let dispute = unit(1, 1).dispute(1);
    let said = |ending| OrderRejection::DisputeIsOver { dispute, ending }.to_string();
    let part = said(Some(DisputeEnding::PartialRefund));
    assert_eq!(part, format!("dispute {dispute} is over: it ended with a partial refund"));
    assert_eq!(said(None), format!("dispute {dispute} is over: the buyer withdrew it"));
}

#[test]
fn an_offer_that_is_not_open_says_what_is_offered() {
    let said = |offered| OrderRejection::NoSuchOffer { offered }.to_string();
    assert_eq!(said(None), "no such offer: the seller offers nothing");
    let parts = Offer { kind: OfferKind::FreeParts, amount: None };
    assert_eq!(said(Some(parts)), "no such offer: the seller offers free parts");
}
