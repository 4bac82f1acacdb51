//! What a refusal carries besides its sentence: one row for each rejection, with its code, its rules,
//! the facts they looked at, and what to do instead.

use recourse_kernel::{NextCall, Rejection};
use serde_json::{Map, Value, json};

use super::ClaimRejection;

/// One row of the table.
struct Parts {
    /// The stable code. Codes are a format.
    code: &'static str,
    /// The rulebook ids of the rules that refuse.
    rules: &'static [&'static str],
    /// The name of the failed rule among the findings.
    rule: &'static str,
    facts: Value,
    instead: Option<(&'static str, NextCall)>,
    not_known_yet: bool,
}

impl Parts {
    /// A refusal by these rules. The first gives the finding its name; without one it is a matter of
    /// stages.
    fn new(code: &'static str, rules: &'static [&'static str]) -> Self {
        let rule = rules.first().copied().unwrap_or("stages");
        Self { code, rules, rule, facts: Value::Null, instead: None, not_known_yet: false }
    }

    /// A rule without an id in the rulebook: the name that decisions use for it.
    fn named(self, rule: &'static str) -> Self {
        Self { rule, ..self }
    }

    fn facts(self, facts: Value) -> Self {
        Self { facts, ..self }
    }

    fn instead(self, advice: &'static str, call: NextCall) -> Self {
        Self { instead: Some((advice, call)), ..self }
    }

    /// Completion, delivery and terms arrive on other topics, which may not be read yet.
    fn not_known_yet(self) -> Self {
        Self { not_known_yet: true, ..self }
    }
}

impl ClaimRejection {
    #[expect(clippy::too_many_lines, reason = "a table: one row for each rejection")]
    fn parts(&self) -> Parts {
        match self {
            Self::ClaimNotKnown { .. } => Parts::new("claim.not_known", &[]).not_known_yet(),
            Self::PolicyNotKnown { .. } => Parts::new("policy.not_known", &["S1"]).not_known_yet(),
            Self::TermsNotKnown { .. } => Parts::new("terms.not_known", &["S5"]).not_known_yet(),
            Self::NotAllowed => Parts::new("claim.not_allowed", &[]).named("A1"),
            Self::AnotherProviders { provider } => Parts::new("claim.provider.not_allowed", &[])
                .named("A1")
                .facts(json!({"provider": provider})),
            Self::ProviderNotNamed { provider } => {
                Parts::new("claim.unnamed_provider.not_allowed", &[])
                    .named("A1")
                    .facts(json!({"provider": provider}))
            }
            Self::WrongStage { claim, stage, action, .. } => Parts::new("claim.wrong_stage", &[])
                .facts(json!({"stage": stage, "possible_in": action.possible_in}))
                .instead(
                    "Look at the claim and its stage.",
                    NextCall::get(format!("/v1/claims/{claim}")),
                ),
            Self::OrderNotCompleted => {
                Parts::new("claim.order_not_completed", &["T10"]).not_known_yet()
            }
            Self::NotDeliveredYet { device } => {
                Parts::new("claim.not_delivered_yet", &["C1", "T2"])
                    .facts(json!({"device": device}))
                    .instead(
                        "Open a dispute with the seller.",
                        NextCall::post(format!("/v1/devices/{device}/disputes")),
                    )
                    .not_known_yet()
            }
            Self::BeforeCoverage { device, from, zone, dispute_days } => Parts::new(
                "claim.before_coverage",
                &["C1", "T2", "T1"],
            )
            .facts(json!({
                "device": device, "starts": from, "zone": zone, "dispute_to_day": dispute_days,
            }))
            .instead(
                "Open a dispute with the seller.",
                NextCall::post(format!("/v1/devices/{device}/disputes")),
            ),
            Self::Expired { device, ended, zone } => Parts::new("claim.expired", &["C1", "S9"])
                .facts(
                    json!({"device": device, "ended": ended, "zone": zone, "exclusion": "expired"}),
                ),
            Self::CoverageReplaced { device, ended, zone } => {
                Parts::new("claim.coverage_replaced", &["C1", "T7"]).facts(
                    json!({"device": device, "ended": ended, "zone": zone, "exclusion": "expired"}),
                )
            }
            Self::CoverageCancelled { reason } => {
                Parts::new("claim.coverage_cancelled", &["S7", "S8", "T1"])
                    .facts(json!({"reason": reason}))
            }
            Self::CompensatedBySeller { reason } => {
                Parts::new("claim.compensated_by_seller", &["C1"])
                    .facts(json!({"reason": reason, "exclusion": "compensated_by_seller"}))
            }
            Self::AnotherClaimIsOpen { open } => {
                Parts::new("claim.another_is_open", &["C4"]).facts(json!({"open": open})).instead(
                    "Add the defect to the open claim, or wait for its end.",
                    NextCall::post(format!("/v1/claims/{open}/defects")),
                )
            }
            Self::DeviceIsTheProviders { by, how } => {
                Parts::new("claim.device_is_the_providers", &["M7", "M9"])
                    .facts(json!({"by": by, "how": how.name()}))
            }
            Self::TooFewPhotos { given, least } => Parts::new("claim.too_few_photos", &["C2"])
                .facts(json!({"given": given, "at_least": least}))
                .instead(
                    "Upload more photos for the policy, then send the form again.",
                    NextCall::post("/v1/policies/{policy}/photos"),
                ),
            Self::TooManyPhotos { given, most } => Parts::new("claim.too_many_photos", &["C2"])
                .facts(json!({"given": given, "at_most": most})),
            Self::PhotoIsNotJpeg => Parts::new("claim.photo_not_jpeg", &["C2"]),
            Self::NotTheRegisteredDevice => Parts::new("claim.serial_not_registered", &["C6"]),
            Self::NotTheReplacement => {
                Parts::new("claim.serial_not_the_replacement", &["T7", "M9"])
            }
            Self::NoRepairUnderExchange => Parts::new("claim.no_repair_under_exchange", &["S2"]),
            Self::CountryNotServed { served, .. } => {
                Parts::new("claim.country_not_served", &["S5", "C7"])
                    .facts(json!({"served": served}))
            }
            Self::NotAChain { .. } => Parts::new("claim.not_a_chain", &["T6"]),
            Self::AnswerIsAwaited { question, answer_by } => {
                Parts::new("claim.answer_is_awaited", &["C3"])
                    .facts(json!({"question": question, "answer_by": answer_by}))
            }
            Self::CallWithoutRecord => Parts::new("claim.call_without_record", &["C3"]),
            Self::AnswerInTheQuestion => Parts::new("claim.answer_in_the_question", &["C3"]),
            Self::NoSuchQuestion { .. } => Parts::new("claim.no_such_question", &["C3"]),
            Self::TooLateToAnswer { answer_by } => Parts::new("claim.too_late_to_answer", &["C3"])
                .facts(json!({"answer_by": answer_by})),
            Self::DisputeIsOpen { .. } => Parts::new("claim.dispute_is_open", &["C8"]),
            Self::SellerCompensated => Parts::new("claim.seller_compensated", &["C8"]),
            Self::ExclusionNotNamed => {
                Parts::new("claim.exclusion_not_named", &[]).named("exclusions")
            }
            Self::ExclusionWithoutNeed => {
                Parts::new("claim.exclusion_without_need", &[]).named("exclusions")
            }
            Self::EventNotNamed => Parts::new("claim.event_not_named", &[]).named("exclusions"),
            Self::RepairWasAgreedTo => {
                Parts::new("claim.repair_was_agreed_to", &[]).named("exclusions")
            }
            Self::ExpiredIsJudgedAtFiling => {
                Parts::new("claim.expired_is_judged_at_filing", &["C9"])
            }
            Self::NoVerdictYet => Parts::new("claim.no_verdict_yet", &["M8"]),
            Self::RemedyIsChosen { .. } => {
                Parts::new("claim.remedy_is_chosen", &[]).named("stage 4")
            }
            Self::PaidRepairNeedsAnOffer => {
                Parts::new("claim.paid_repair_needs_an_offer", &[]).named("stage 4").instead(
                    "Make the other party an offer.",
                    NextCall::post("/v1/claims/{claim}/offers"),
                )
            }
            Self::CashIsNotOwedOnDemand => Parts::new("claim.cash_not_on_demand", &["M2"]),
            Self::NotBeyondRepair => Parts::new("claim.not_beyond_repair", &["T6", "M2"]),
            Self::NoReplacementOnDemand => {
                Parts::new("claim.no_replacement_on_demand", &["T6", "M2"])
            }
            Self::CoveredIsReimbursed => {
                Parts::new("claim.covered_is_reimbursed", &[]).named("stage 4")
            }
            Self::NothingIsOwed => {
                Parts::new("claim.nothing_is_owed", &[]).named("stage 4").instead(
                    "Make the other party an offer.",
                    NextCall::post("/v1/claims/{claim}/offers"),
                )
            }
            Self::BeyondRepair => Parts::new("claim.beyond_repair", &["T5", "T6"]),
            Self::AnotherReplacementIsDue => {
                Parts::new("claim.another_replacement_is_due", &["T7"])
            }
            Self::RepairWasNotAskedFor => Parts::new("claim.repair_not_asked_for", &["S2"]),
            Self::CashOnlyAfterRepairs { .. } => {
                Parts::new("claim.cash_only_after_repairs", &["M4"])
            }
            Self::CashIsOfNothing => Parts::new("claim.cash_is_of_nothing", &["M1"]),
            Self::LossIsReimbursed => Parts::new("claim.loss_is_reimbursed", &["M8"]),
            Self::AlreadyCompensated => Parts::new("claim.already_compensated", &["M7"]),
            Self::NotInTheTerms => Parts::new("claim.remedy_not_in_the_terms", &["M2"]),
            Self::NoPaidRepair => Parts::new("claim.no_paid_repair", &[]).named("stage 4"),
            Self::NotAPrice { .. } => Parts::new("claim.not_a_price", &["M6"]),
            Self::NoSuchOffer { .. } => Parts::new("claim.no_such_offer", &[]).named("stage 4"),
            Self::OwnOffer => Parts::new("claim.own_offer", &[]).named("stage 4"),
            Self::NoSuchReview { .. } => Parts::new("claim.no_such_review", &[]),
            Self::AppealIsOpen => Parts::new("claim.appeal_is_open", &[]).named("appeal"),
            Self::NoAppeal => Parts::new("claim.no_appeal", &[]).named("appeal"),
            Self::AppealedAlready => Parts::new("claim.appealed_already", &[]).named("appeal"),
            Self::NothingToAppeal => Parts::new("claim.nothing_to_appeal", &[]).named("appeal"),
            Self::TooLateToAppeal { until } => Parts::new("claim.too_late_to_appeal", &[])
                .named("appeal")
                .facts(json!({"until": until})),
            Self::NoOpenAppeal => Parts::new("claim.no_open_appeal", &[]).named("appeal"),
            Self::SameReviewer => Parts::new("claim.same_reviewer", &[]).named("appeal"),
        }
    }
}

impl Rejection for ClaimRejection {
    fn code(&self) -> &'static str {
        self.parts().code
    }

    fn rules(&self) -> &'static [&'static str] {
        self.parts().rules
    }

    fn rule(&self) -> &'static str {
        self.parts().rule
    }

    fn instead(&self) -> Option<String> {
        self.parts().instead.map(|(advice, _)| advice.to_owned())
    }

    fn instead_call(&self) -> Option<NextCall> {
        self.parts().instead.map(|(_, call)| call)
    }

    fn facts(&self) -> Map<String, Value> {
        match self.parts().facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        self.parts().not_known_yet
    }
}
