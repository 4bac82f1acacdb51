//! What a refusal carries besides its sentence: one row for each rejection, with its code, its
//! rules, the facts they looked at, and what to do instead.

use recourse_kernel::{NextCall, Reason, Rejection};

use super::ClaimRejection;

impl Rejection for ClaimRejection {
    /// Codes are a format.
    #[expect(clippy::too_many_lines, reason = "a table: one row for each rejection")]
    fn reason(&self) -> Reason {
        match self {
            Self::ClaimNotKnown { .. } => {
                Reason::new("claim.not_known", &[]).named("stages").not_known_yet()
            }
            Self::PolicyNotKnown { .. } => Reason::new("policy.not_known", &["S1"]).not_known_yet(),
            Self::TermsNotKnown { .. } => Reason::new("terms.not_known", &["S5"])
                .instead("Try again in a few seconds, under a new Idempotency-Key.")
                .not_known_yet(),
            Self::NotAllowed => Reason::new("claim.not_allowed", &[]).named("A1"),
            Self::AnotherProviders { provider } => Reason::new("claim.provider.not_allowed", &[])
                .named("A1")
                .fact("provider", provider),
            Self::ProviderNotNamed { provider } => {
                Reason::new("claim.unnamed_provider.not_allowed", &[])
                    .named("A1")
                    .fact("provider", provider)
            }
            Self::WrongStage { claim, stage, action, .. } => Reason::new("claim.wrong_stage", &[])
                .named("stages")
                .fact("stage", stage)
                .fact("possible_in", action.possible_in)
                .instead("Look at the claim and its stage.")
                .call(NextCall::get(format!("/v1/claims/{claim}"))),
            Self::OrderNotCompleted { order } => Reason::new("claim.order_not_completed", &["T10"])
                .instead(
                    "Confirm the receipt of the order first, then file the claim under a new \
                     Idempotency-Key.",
                )
                .call(NextCall::post(format!("/v1/orders/{order}/receipt")))
                .not_known_yet(),
            Self::NotDeliveredYet { device } => {
                Reason::new("claim.not_delivered_yet", &["C1", "T2"])
                    .fact("device", device)
                    .instead("Open a dispute with the seller.")
                    .call(NextCall::post(format!("/v1/devices/{device}/disputes")))
                    .not_known_yet()
            }
            Self::BeforeCoverage { device, from, zone, dispute_days } => {
                Reason::new("claim.before_coverage", &["C1", "T2", "T1"])
                    .fact("device", device)
                    .fact("starts", from)
                    .fact("zone", zone)
                    .fact("dispute_to_day", dispute_days)
                    .instead(
                        "Open a dispute with the seller, or file the claim once coverage has \
                         started, under a new Idempotency-Key.",
                    )
                    .call(NextCall::post(format!("/v1/devices/{device}/disputes")))
            }
            Self::Expired { device, ended, zone } => Reason::new("claim.expired", &["C1", "S9"])
                .fact("device", device)
                .fact("ended", ended)
                .fact("zone", zone)
                .fact("exclusion", "expired"),
            Self::CoverageReplaced { device, ended, zone } => {
                Reason::new("claim.coverage_replaced", &["C1", "T7"])
                    .fact("device", device)
                    .fact("ended", ended)
                    .fact("zone", zone)
                    .fact("exclusion", "expired")
            }
            Self::CoverageCancelled { reason } => {
                Reason::new("claim.coverage_cancelled", &["S7", "S8", "T1"]).fact("reason", reason)
            }
            Self::CompensatedBySeller { reason } => {
                Reason::new("claim.compensated_by_seller", &["C1"])
                    .fact("reason", reason)
                    .fact("exclusion", "compensated_by_seller")
            }
            Self::AnotherClaimIsOpen { open } => Reason::new("claim.another_is_open", &["C4"])
                .fact("open", open)
                .instead(
                    "Add the defect to the open claim, or wait for its end and file this one \
                     under a new Idempotency-Key.",
                )
                .call(NextCall::post(format!("/v1/claims/{open}/defects"))),
            Self::DeviceIsTheProviders { by, how } => {
                Reason::new("claim.device_is_the_providers", &["M7", "M9"])
                    .fact("by", by)
                    .fact("how", how.name())
            }
            Self::TooFewPhotos { given, least } => Reason::new("claim.too_few_photos", &["C2"])
                .fact("given", given)
                .fact("at_least", least)
                .instead("Upload more photos for the policy, then send the form again.")
                .call(NextCall::post("/v1/policies/{policy}/photos")),
            Self::TooManyPhotos { given, most } => Reason::new("claim.too_many_photos", &["C2"])
                .fact("given", given)
                .fact("at_most", most),
            Self::PhotoIsNotJpeg => Reason::new("claim.photo_not_jpeg", &["C2"]),
            Self::NotTheRegisteredDevice => Reason::new("claim.serial_not_registered", &["C6"]),
            Self::NotTheReplacement => {
                Reason::new("claim.serial_not_the_replacement", &["T7", "M9"])
            }
            Self::NoRepairUnderExchange => Reason::new("claim.no_repair_under_exchange", &["S2"]),
            Self::CountryNotServed { served, .. } => {
                Reason::new("claim.country_not_served", &["S5", "C7"]).fact("served", served)
            }
            Self::NotAChain { .. } => Reason::new("claim.not_a_chain", &["T6"]),
            Self::AnswerIsAwaited { question, answer_by } => {
                Reason::new("claim.answer_is_awaited", &["C3"])
                    .fact("question", question)
                    .fact("answer_by", answer_by)
                    .instead("Wait for the answer, then try again under a new Idempotency-Key.")
            }
            Self::CallWithoutRecord => Reason::new("claim.call_without_record", &["C3"]),
            Self::AnswerInTheQuestion => Reason::new("claim.answer_in_the_question", &["C3"]),
            Self::QuestionNotKnown { .. } => Reason::new("claim.question.not_known", &["C3"]),
            Self::QuestionNotOpen { .. } => Reason::new("claim.question_not_open", &["C3"]),
            Self::TooLateToAnswer { answer_by } => {
                Reason::new("claim.too_late_to_answer", &["C3"]).fact("answer_by", answer_by)
            }
            Self::DisputeIsOpen { .. } => Reason::new("claim.dispute_is_open", &["C8"])
                .instead("Wait for its decision, then try again under a new Idempotency-Key."),
            Self::SellerCompensated => Reason::new("claim.seller_compensated", &["C8"]),
            Self::NotAsked => Reason::new("claim.not_asked", &["C3"])
                .instead("Ask the buyer for what is missing.")
                .call(NextCall::post("/v1/claims/{claim}/questions")),
            Self::SentWhatWasAskedFor { question } => {
                Reason::new("claim.sent_what_was_asked_for", &["C3"]).fact("question", question)
            }
            Self::DocumentsAreInWriting => Reason::new("claim.documents_are_in_writing", &["C3"]),
            Self::ExclusionNotNamed => {
                Reason::new("claim.exclusion_not_named", &[]).named("exclusions")
            }
            Self::ExclusionWithoutNeed => {
                Reason::new("claim.exclusion_without_need", &[]).named("exclusions")
            }
            Self::EventNotNamed => Reason::new("claim.event_not_named", &[]).named("exclusions"),
            Self::RepairWasAgreedTo => {
                Reason::new("claim.repair_was_agreed_to", &[]).named("exclusions")
            }
            Self::ExpiredIsJudgedAtFiling => {
                Reason::new("claim.expired_is_judged_at_filing", &["C9"])
            }
            Self::NoVerdictYet => Reason::new("claim.no_verdict_yet", &["M8"])
                .instead("Wait for the verdict, then try again under a new Idempotency-Key."),
            Self::RemedyIsChosen { .. } => {
                Reason::new("claim.remedy_is_chosen", &[]).named("stage 4")
            }
            Self::PaidRepairNeedsAnOffer => Reason::new("claim.paid_repair_needs_an_offer", &[])
                .named("stage 4")
                .instead("Make the other party an offer.")
                .call(NextCall::post("/v1/claims/{claim}/offers")),
            Self::CashIsNotOwedOnDemand => Reason::new("claim.cash_not_on_demand", &["M2"]),
            Self::NotBeyondRepair => Reason::new("claim.not_beyond_repair", &["T6", "M2"]),
            Self::NoReplacementOnDemand => {
                Reason::new("claim.no_replacement_on_demand", &["T6", "M2"])
            }
            Self::CoveredIsReimbursed => {
                Reason::new("claim.covered_is_reimbursed", &[]).named("stage 4")
            }
            Self::NothingIsOwed => Reason::new("claim.nothing_is_owed", &[])
                .named("stage 4")
                .instead("Make the other party an offer.")
                .call(NextCall::post("/v1/claims/{claim}/offers")),
            Self::BeyondRepair => Reason::new("claim.beyond_repair", &["T5", "T6"]),
            Self::AnotherReplacementIsDue => {
                Reason::new("claim.another_replacement_is_due", &["T7"])
            }
            Self::RepairWasNotAskedFor => Reason::new("claim.repair_not_asked_for", &["S2"]),
            Self::CashOnlyAfterRepairs { .. } => {
                Reason::new("claim.cash_only_after_repairs", &["M4"])
            }
            Self::CashIsOfNothing => Reason::new("claim.cash_is_of_nothing", &["M1"]),
            Self::LossIsReimbursed => Reason::new("claim.loss_is_reimbursed", &["M8"]),
            Self::ProviderLostIt => Reason::new("claim.provider_lost_it", &["M8"]),
            Self::AlreadyCompensated => Reason::new("claim.already_compensated", &["M7"]),
            Self::NotInTheTerms => Reason::new("claim.remedy_not_in_the_terms", &["M2"]),
            Self::NoPaidRepair => Reason::new("claim.no_paid_repair", &[]).named("stage 4"),
            Self::NotAPrice { .. } => Reason::new("claim.not_a_price", &["M6"]),
            Self::OfferNotKnown { .. } => {
                Reason::new("claim.offer.not_known", &[]).named("stage 4")
            }
            Self::OfferNotOpen { .. } => Reason::new("claim.offer_not_open", &[]).named("stage 4"),
            Self::OfferIsOpen { .. } => Reason::new("claim.offer_is_open", &[]).named("stage 4"),
            Self::OwnOffer => Reason::new("claim.own_offer", &[]).named("stage 4"),
            Self::ReviewNotKnown { .. } => {
                Reason::new("claim.review.not_known", &[]).named("stages")
            }
            Self::ReviewNotOpen { .. } => Reason::new("claim.review_not_open", &[]).named("stages"),
            Self::AppealIsOpen => Reason::new("claim.appeal_is_open", &[]).named("appeal"),
            Self::NoAppeal => Reason::new("claim.no_appeal", &[]).named("appeal"),
            Self::AppealedAlready => {
                Reason::new("claim.appealed_already", &["C11"]).named("appeal")
            }
            Self::GroundsTooShort { least, .. } => Reason::new("claim.grounds_too_short", &["C11"])
                .named("appeal")
                .fact("least", least),
            Self::AppealIsPossible { until } => Reason::new("claim.appeal_is_possible", &["C11"])
                .named("appeal")
                .fact("until", until),
            Self::AppealNotEscalated => {
                Reason::new("claim.appeal_not_escalated", &["C11"]).named("appeal")
            }
            Self::AppealIsEscalated => {
                Reason::new("claim.appeal_escalated", &["C11"]).named("appeal")
            }
            Self::NothingToAppeal => Reason::new("claim.nothing_to_appeal", &[]).named("appeal"),
            Self::TooLateToAppeal { until } => {
                Reason::new("claim.too_late_to_appeal", &[]).named("appeal").fact("until", until)
            }
            Self::NoOpenAppeal => Reason::new("claim.no_open_appeal", &[]).named("appeal"),
            Self::AppealNotNamed { open } => {
                Reason::new("claim.appeal_not_named", &["C11"]).named("appeal").fact("open", open)
            }
            Self::SameReviewer { rules } => Reason::new("claim.same_reviewer", rules),
            Self::VerdictIsRecorded => Reason::new("claim.verdict_is_recorded", &["C12"]),
            Self::SameChain { first } => {
                Reason::new("claim.same_chain", &["C12"]).fact("first_claim", first)
            }
            Self::GoodwillNotKnown { .. } => Reason::new("claim.goodwill.not_known", &["M10"]),
            Self::GoodwillNotOpen { .. } => Reason::new("claim.goodwill_not_open", &["M10"]),
            Self::NoDifference => Reason::new("claim.no_difference", &["M10"]),
            Self::MoreThanTheDifference { amount, found } => {
                Reason::new("claim.more_than_the_difference", &["M10"])
                    .fact("amount", amount)
                    .fact("difference", found)
            }
            Self::MoreThanWasPaid { amount, paid } => {
                Reason::new("claim.more_than_was_paid", &["M12"])
                    .fact("amount", amount)
                    .fact("paid", paid)
            }
            Self::NothingToAdmit => Reason::new("claim.nothing_to_admit", &["M10"]),
            Self::WithdrawnTooOften { withdrawn, most } => {
                Reason::new("claim.withdrawn_too_often", &["C10"])
                    .fact("withdrawn", withdrawn)
                    .fact("at_most", most)
            }
            Self::NothingNew { rejected } => Reason::new("claim.nothing_new", &["C10"])
                .fact("rejected", rejected)
                .instead("Appeal the rejection, or add a new photo, document or defect code.")
                .call(NextCall::post(format!("/v1/claims/{rejected}/appeal"))),
        }
    }
}
