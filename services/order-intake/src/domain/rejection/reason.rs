//! The code, rules, facts and advice of each refusal. Codes are a stable format.

use recourse_kernel::{NextCall, Reason, Rejection};

use super::OrderRejection;

impl Rejection for OrderRejection {
    #[expect(clippy::too_many_lines, reason = "a table with one row per refusal")]
    fn reason(&self) -> Reason {
        match self {
            Self::OrderNotKnown(_) => Reason::new("order.not_known", &[]).not_known_yet(),
            Self::OtherPurchase(_) => Reason::new("order.other_purchase", &[]),
            Self::NotTheMarketplace(_) => Reason::new("order.not_allowed", &[]).named("A1"),
            Self::ReceiptNotAllowed(_) => Reason::new("order.receipt.not_allowed", &[]).named("A1"),
            Self::AccessNotAllowed(_) => Reason::new("order.access.not_allowed", &[]).named("A1"),
            Self::PrivacyNotAllowed(_) => {
                Reason::new("privacy_request.not_allowed", &[]).named("A1")
            }
            Self::PrivacyRequestNotKnown(_) => {
                Reason::new("privacy_request.not_known", &[]).not_known_yet()
            }
            Self::PrivacyAlreadyResolved { outcome, .. } => {
                Reason::new("privacy_request.already_resolved", &[]).fact("outcome", outcome.name())
            }
            Self::NothingToErase(_) => Reason::new("privacy_request.nothing_to_erase", &[])
                .instead(
                    "Answer the person and resolve it as `answered`, or resolve it as `declined`.",
                ),
            Self::AlreadyPlaced(_) => Reason::new("order.already_placed", &[]),
            Self::NothingBought => Reason::new("order.nothing_bought", &[]),
            Self::LinesMisnumbered => Reason::new("order.lines_misnumbered", &[]),
            Self::TooManyUnits { .. } => Reason::new("order.too_many_units", &[]),
            Self::CurrenciesDiffer { .. } => Reason::new("order.currencies_differ", &["M6"]),
            Self::ImpossibleAmount { .. } => Reason::new("order.impossible_amount", &["M6"]),
            Self::WarrantyWithoutDevice { .. } => {
                Reason::new("order.warranty_without_device", &["S1"])
            }
            Self::Cancelled { at } => Reason::new("order.cancelled", &[]).fact("cancelled_at", at),
            Self::AlreadyPaid { amount } => {
                Reason::new("order.already_paid", &[]).fact("paid", amount)
            }
            Self::AlreadyDelivered { device, at } => Reason::new("order.already_delivered", &[])
                .fact("device", device)
                .fact("delivered_at", at)
                .instead(
                    "Look at the delivery in the order; if it is wrong, report a corrected \
                     delivery.",
                )
                .call(NextCall::get(format!("/v1/orders/{}", device.order()))),
            Self::CancelTooLate { .. } => Reason::new("order.cancel_too_late", &["S8"])
                .instead("Return the device to the shop by day 7 after its delivery."),
            Self::BeforePlaced { .. } => Reason::new("order.before_placed", &[]),
            Self::UnitNotKnown(_) => Reason::new("order.unit.not_known", &[]),
            Self::NotThatMany { line, wanted, found } => {
                Reason::new("order.not_that_many_units", &[])
                    .fact("line", line)
                    .fact("wanted", wanted)
                    .fact("found", found)
            }
            Self::ZoneNotKnown(_) => Reason::new("order.zone_not_known", &[])
                .instead("Send the fact again with the place's time zone."),
            Self::ReturnBeforeDelivery { .. } => Reason::new("order.return_before_delivery", &[]),
            Self::RefundExceedsPrice { device, amount, remaining } => {
                Reason::new("order.refund_exceeds_price", &["M7"])
                    .fact("device", device)
                    .fact("amount", amount)
                    .fact("remaining", remaining)
            }
            Self::TooManyKept(_) => Reason::new("order.too_many_kept", &[]),
            Self::DisputeNotKnown(_) => Reason::new("dispute.not_known", &[]).not_known_yet(),
            Self::DisputeNotAllowed { .. } => Reason::new("dispute.not_allowed", &[]).named("A1"),
            Self::DisputeBeforeDelivery(_) => Reason::new("dispute.before_delivery", &["T1"])
                .instead("Open it once the device has arrived, under a new Idempotency-Key."),
            Self::DisputeTooLate { device, day, last } => Reason::new("dispute.too_late", &["T1"])
                .fact("device", device)
                .fact("day", day)
                .fact("last_day", last)
                .instead("File a claim under the device's warranty, if it has one.")
                .call(NextCall::post(format!("/v1/policies/{}/claims", device.policy()))),
            Self::DisputeAlreadyOpen(dispute) => Reason::new("dispute.already_open", &[])
                .fact("dispute", dispute)
                .instead(
                    "Look at the open dispute, and wait for the seller's answer or the decision.",
                )
                .call(NextCall::get(format!("/v1/disputes/{dispute}"))),
            Self::DeviceGone(_) => Reason::new("dispute.device_gone", &[]),
            Self::DisputeIsOver { dispute, .. } => Reason::new("dispute.is_over", &["D1"])
                .instead("Look at the dispute and how it ended.")
                .call(NextCall::get(format!("/v1/disputes/{dispute}"))),
            Self::DisputeNotDecided(_) => Reason::new("dispute.not_decided", &["D2"]).instead(
                "Wait until it is decided, then confirm what was carried out, under a new \
                 Idempotency-Key.",
            ),
            Self::NothingToPerform(_) => Reason::new("dispute.nothing_to_perform", &["D2"]),
            Self::PerformanceContested(_) => Reason::new("dispute.performance_contested", &["D2"])
                .instead("Have the marketplace or the buyer confirm it."),
            Self::NothingStated(_) => Reason::new("dispute.nothing_stated", &["D2"]),
            Self::PerformanceMisdated { decided_at, now } => {
                Reason::new("dispute.performance_misdated", &["D2"])
                    .fact("decided_at", decided_at)
                    .fact("now", now)
                    .instead("Send the time at which it was carried out, or none for now.")
            }
            Self::MarketplaceDecides(dispute) => {
                Reason::new("dispute.marketplace_decides", &["D1"])
                    .instead("Agree, make a counter-offer or decline.")
                    .call(NextCall::post(format!("/v1/disputes/{dispute}/answer")))
            }
            Self::NotYourSale(device) => {
                Reason::new("dispute.not_your_sale", &["D1"]).named("A1").fact("device", device)
            }
            Self::PhotoRequired => Reason::new("dispute.photo_required", &["D1"])
                .instead("Upload a photo of the defect, and name it under `photos`."),
            Self::ReceiptRequired => Reason::new("dispute.receipt_required", &["D1"])
                .instead("Upload a scan of the receipt, and send it with its amount as `receipt`."),
            Self::ReceiptMisplaced => Reason::new("dispute.receipt_misplaced", &["D1"])
                .instead("Request `repair`, or leave out `receipt`."),
            Self::DeliveryNotAllowed(_) => {
                Reason::new("order.delivery.not_allowed", &[]).named("A1")
            }
            Self::ReceiptNotConfirmed(order) => {
                Reason::new("order.receipt_not_confirmed", &["T10"])
                    .instead("Confirm the receipt of the order.")
                    .call(NextCall::post(format!("/v1/orders/{order}/receipt")))
            }
            Self::DeliveryAfterReceipt { latest } => {
                Reason::new("order.delivery_after_receipt", &["T10"])
                    .fact("latest", latest)
                    .instead("Send the day of the delivery, which is not after the receipt.")
            }
            Self::SellerWasSilent(_) => Reason::new("dispute.seller_was_silent", &["T8"])
                .instead("Contact the marketplace, which decides the dispute."),
            Self::NoSuchOffer { .. } => Reason::new("dispute.no_such_offer", &[]),
            Self::OfferMisplaced => Reason::new("dispute.offer_misplaced", &[]).instead(
                "Send what is offered with the answer `counter`, and with no other answer.",
            ),
            Self::ReceiptMissing => Reason::new("dispute.receipt_missing", &[])
                .instead("Send the amount on the receipt as `receipt`."),
            Self::AmountMisplaced { .. } => Reason::new("dispute.amount_misplaced", &[])
                .instead("Send an amount only where the ending needs one."),
            Self::AmountOutOfBounds { amount, remaining } => {
                Reason::new("dispute.amount_out_of_bounds", &["M7"])
                    .fact("amount", amount)
                    .fact("remaining", remaining)
            }
        }
    }
}
