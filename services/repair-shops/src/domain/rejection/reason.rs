//! The code, rules, facts and advice of each refusal. Codes are a stable format.

use recourse_kernel::{NextCall, Reason, Rejection};

use super::JobRejection;

/// What is to be done before the refused command, which then needs a key of its own: under the same
/// one it would get the same answer.
fn first(what: &str) -> String {
    format!("{what} first, then send this again under a new Idempotency-Key.")
}

impl Rejection for JobRejection {
    #[expect(clippy::too_many_lines, reason = "a table with one row per refusal")]
    fn reason(&self) -> Reason {
        match self {
            Self::NotKnown(_) => Reason::new("job.not_known", &[]).not_known_yet(),
            Self::ShipmentNotKnown(_) => Reason::new("shipment.not_known", &[]).not_known_yet(),
            Self::TermsNotKnown(_) => Reason::new("terms.not_known", &[]).not_known_yet(),
            Self::NotAllowed => Reason::new("job.not_allowed", &[]).named("A1"),
            Self::NotTheShopOfTheJob => Reason::new("job.disclosure.not_allowed", &[]).named("A2"),
            Self::PhotoNotKnown => Reason::new("photo.not_known", &[]),
            Self::AnotherProviders { .. } => {
                Reason::new("job.provider.not_allowed", &[]).named("A1")
            }
            Self::InTheFuture { reported, now } => Reason::new("job.in_the_future", &[])
                .fact("reported", reported)
                .fact("now", now)
                .instead("Report it after it has happened, under a new Idempotency-Key."),
            Self::OutOfOrder { reported, at, .. } => {
                Reason::new("job.out_of_order", &[]).fact("reported", reported).fact("at", at)
            }
            Self::Closed => Reason::new("job.closed", &[]),
            Self::IsAbandoned { since } => {
                Reason::new("job.abandoned", &["M8"]).fact("since", since)
            }
            Self::NoOtherShop { .. } => Reason::new("job.no_other_shop", &["C7"])
                .instead(
                    "Name another shop in the buyer's country from the provider's directory, or \
                     publish one.",
                )
                .call(NextCall::get("/v1/shops")),
            Self::DamageWithoutCondition => Reason::new("job.damage_without_condition", &["M8"]),
            Self::DamageIsTheProviders { shipment } => {
                Reason::new("job.damage_is_the_providers", &["M8"]).fact("shipment", shipment)
            }
            Self::RepairWasAgreed { dispute } => Reason::new("job.repair_was_agreed", &[])
                .named("exclusions")
                .fact("dispute", dispute),
            Self::ReasonMissing { expected_on, arrived_on, .. } => {
                Reason::new("job.reason_missing", &["T9"])
                    .fact("expected_on", expected_on)
                    .fact("arrived_on", arrived_on)
                    .instead("Report the arrival again, with a reason.")
            }
            Self::ReplacementNotAlike { .. } => Reason::new("job.replacement_not_alike", &["S2"])
                .instead(
                    "State its kind, and whether it has the same functions or is an improved \
                     model.",
                ),
            Self::ReplacementImproved => Reason::new("job.replacement_too_good", &["S2"])
                .instead("Send the same model, or one with the same functions."),
            Self::NoTariff { .. } => Reason::new("shipment.no_tariff", &["C5"])
                .instead("Name a carrier that has a tariff, or publish a tariff."),
            Self::PriceMissing => Reason::new("shipment.price_missing", &["M8"]),
            Self::NotTheBooker => Reason::new("shipment.booker_not_allowed", &["M8"]),
            Self::TextOutOfBounds { .. } => Reason::new("job.text_out_of_bounds", &[]),
            Self::NotASha256 => Reason::new("job.not_a_sha256", &[]),
            Self::TooMany { .. } => Reason::new("job.too_many_entries", &[]),
            Self::AnotherShipment { shipment } => Reason::new("job.another_shipment", &["M13"])
                .fact("shipment", shipment)
                .instead(first("Cancel that booking"))
                .call(NextCall::post("/v1/shipments/{shipment}/cancellation")),
            Self::ShipmentPickedUp { shipment } => {
                Reason::new("job.shipment_picked_up", &["M13"]).fact("shipment", shipment)
            }
            Self::AnotherCurrency { given, wanted } => {
                Reason::new("job.another_currency", &["M13"])
                    .fact("given", given)
                    .fact("wanted", wanted)
                    .instead("State the price in the currency of the tariff.")
            }
            Self::NoCourier => Reason::new("job.no_courier", &["M3"])
                .instead("Book a shipment yourself.")
                .call(NextCall::post("/v1/jobs/{job}/shipments")),
            Self::CourierRequested { since } => {
                Reason::new("job.courier_requested_already", &["M3"]).fact("since", since)
            }
            Self::OnlyTheProviderBooks { until } => {
                Reason::new("job.only_the_provider_books", &["M3", "T11"]).fact("until", until)
            }
            Self::NotYoursToState => Reason::new("job.not_yours_to_state", &["M8", "T11"])
                .instead("Send the scans of the carrier as `scans`."),
            Self::ReceiptKnown => Reason::new("shipment.receipt_known", &["M13"]),
            Self::ReceiptMisplaced => Reason::new("shipment.receipt_misplaced", &["M13"]),
            Self::NotPickedUp => Reason::new("shipment.not_picked_up", &["M8"])
                .instead(first("Report the pick-up"))
                .call(NextCall::post("/v1/shipments/{shipment}/picked-up")),
            Self::NothingToApprove => Reason::new("job.nothing_to_approve", &["T11"]),
            Self::WaitsForApproval => Reason::new("job.waits_for_approval", &["T11"]),
            Self::ShipmentAlready(_) => Reason::new("shipment.over", &[]),
            Self::ShipmentDoesNotFit { .. } => Reason::new("shipment.does_not_fit", &[]),
            Self::ShipmentMissing => Reason::new("shipment.missing", &[])
                .instead(first("Book a shipment"))
                .call(NextCall::post("/v1/jobs/{job}/shipments")),
            Self::AlreadyReceived => Reason::new("job.already_received", &[]),
            Self::NotReceived => Reason::new("job.not_received", &[])
                .instead(first("Report the receipt"))
                .call(NextCall::post("/v1/jobs/{job}/received")),
            Self::Quarantined { expected, found } => Reason::new("job.quarantined", &["C6"])
                .fact("expected", expected)
                .fact("found", found)
                .instead(first("Resolve the serial mismatch"))
                .call(NextCall::post("/v1/jobs/{job}/serial-resolved")),
            Self::SerialNotInQuestion => Reason::new("job.serial_not_in_question", &["C6"]),
            Self::AlreadyInspected => Reason::new("job.already_inspected", &[]),
            Self::NotInspected => Reason::new("job.not_inspected", &[])
                .instead(first("Report the verdict"))
                .call(NextCall::post("/v1/jobs/{job}/inspected")),
            Self::ExpiredIsNotForTheShop => Reason::new("job.expiry_is_judged_at_filing", &["C9"]),
            Self::NatureIsNotCovered { nature } => Reason::new("job.nature_is_not_covered", &[])
                .named("exclusions")
                .fact("nature", nature)
                .fact("exclusion", "outside_coverage"),
            Self::NatureIsCovered { nature } => Reason::new("job.nature_is_covered", &[])
                .named("exclusions")
                .fact("nature", nature)
                .fact("exclusion", "outside_coverage"),
            Self::ExpectedBeforeOrdered { expected_on, ordered_on } => {
                Reason::new("job.expected_before_ordered", &["T9"])
                    .fact("expected_on", expected_on)
                    .fact("ordered_on", ordered_on)
            }
            Self::OrderedBeforeReceipt { ordered_at, received_at } => {
                Reason::new("job.ordered_before_receipt", &["T9"])
                    .fact("ordered_at", ordered_at)
                    .fact("received_at", received_at)
                    .instead("Report the order of a part that was needed after the receipt.")
            }
            Self::NewDateWithoutReason { promised, .. } => {
                Reason::new("job.reason_missing", &["T9"])
                    .fact("first_expected_on", promised)
                    .instead("Report the new date again, with a reason.")
            }
            Self::PartsNotOverdue { expected_on } => {
                Reason::new("job.parts_not_overdue", &["T9"]).fact("expected_on", expected_on)
            }
            Self::RepairNotOverdueEnough { free_from } => {
                Reason::new("job.repair_not_overdue_enough", &["M11"]).fact("free_from", free_from)
            }
            Self::PartNotAwaited(_) => Reason::new("job.part_not_awaited", &["T9"]),
            Self::PartStillAwaited(_) => Reason::new("job.part_still_awaited", &["T9"])
                .instead(first("Report its arrival"))
                .call(NextCall::post("/v1/jobs/{job}/parts-arrived")),
            Self::RemedyNotChosen => Reason::new("job.remedy_not_chosen", &[])
                .instead(
                    "Wait for the claim's remedy, which the job's topic reports, then send this \
                     again under a new Idempotency-Key.",
                )
                .not_known_yet(),
            Self::RemedyIsAnother { remedy, .. } => {
                Reason::new("job.remedy_is_another", &["M2"]).fact("remedy", remedy)
            }
            Self::AppealIsOpen => Reason::new("job.appeal_is_open", &["C11", "T12"])
                .instead(
                    "Wait until the appeal is decided, which the job's topic reports, then send \
                     this again under a new Idempotency-Key.",
                )
                .not_known_yet(),
            Self::NotPaid => Reason::new("job.not_paid", &["M3"])
                .instead(
                    "Wait until the settlement is paid, which the job's topic reports, then send \
                     this again under a new Idempotency-Key.",
                )
                .not_known_yet(),
            Self::AlreadyRepaired => Reason::new("job.already_repaired", &[]),
            Self::NotRepaired => Reason::new("job.not_repaired", &[])
                .instead(first("Report the repair"))
                .call(NextCall::post("/v1/jobs/{job}/repaired")),
            Self::IsBeyondRepair => Reason::new("job.beyond_repair", &[]),
            Self::BenchDaysNotOver { counted_days, limit } => {
                Reason::new("job.bench_days_not_over", &["T5"])
                    .fact("counted_days", counted_days)
                    .fact("limit", limit)
            }
            Self::NotThirdRepair { repairs, limit } => Reason::new("job.not_third_repair", &["T6"])
                .fact("repairs", repairs)
                .fact("limit", limit),
            Self::SameDevice => Reason::new("job.same_device", &["S2"]),
            Self::AlreadyReplaced => Reason::new("job.already_replaced", &[]),
            Self::AlreadyHandedOver => Reason::new("job.already_handed_over", &[]),
            Self::DeviceIsTheProviders => Reason::new("job.device_is_the_providers", &["M9"]),
        }
    }
}
