//! Why a command is refused. The message of each variant is what a person reads; it ends with what
//! to do instead.
//!
//! Long because it lists all refusals, with their codes, rules and facts.

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Currency, DeviceId, Instant, Money, NextCall, PolicyId, Rejection};
use recourse_terms::{Country, Provider};
use serde_json::{Map, Value, json};

use super::Claim;
use super::facts::CoverageEnd;
use super::in_time::written_out;
use super::remedy::Remedy;

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "the message of each variant documents it; the fields are its placeholders"
)]
pub enum ClaimRejection {
    // Who may act, and on what.
    #[error("there is no claim {claim}; check the claim's id")]
    ClaimNotKnown { claim: ClaimId },
    #[error("there is no policy {policy}; check the policy's id")]
    PolicyNotKnown { policy: PolicyId },
    #[error("the policy's terms ({line}) are not available here yet; try again in a few seconds")]
    TermsNotKnown { line: String },
    #[error("only the policy's buyer or the provider's staff can do this; sign in as one of them")]
    NotAllowed,
    #[error("the claim belongs to {provider}; only its own staff can do this")]
    AnotherProviders { provider: Provider },
    #[error(
        "an appeal is decided by the staff of {provider} only, and your token names no provider; \
         get a token whose claim `provider` names it"
    )]
    ProviderNotNamed { provider: Provider },
    #[error(
        "{} only in the {} stage; the claim is {now}",
        action.sentence,
        listed(action.possible_in)
    )]
    WrongStage { claim: ClaimId, stage: &'static str, now: &'static str, action: &'static Action },

    // Submission.
    #[error("the order is not completed; confirm its receipt first, then file the claim")]
    OrderNotCompleted,
    #[error(
        "the device is not delivered yet, so coverage has no start date; until it arrives, \
         contact the seller"
    )]
    NotDeliveredYet { device: DeviceId },
    #[error(
        "coverage starts on {}; file the claim from then on. Until the end of day {dispute_days} \
         after the delivery, open a dispute with the seller instead",
        written_out(*from, *zone)
    )]
    BeforeCoverage { device: DeviceId, from: Instant, zone: Tz, dispute_days: u16 },
    #[error(
        "coverage ended before {}, so the policy no longer covers the device (`expired`); have it \
         repaired at a shop of your choice",
        written_out(*ended, *zone)
    )]
    Expired { device: DeviceId, ended: Instant, zone: Tz },
    #[error(
        "the device was replaced, which ended the policy, and the replacement's own warranty \
         ended before {} (`expired`); have the device repaired at a shop of your choice",
        written_out(*ended, *zone)
    )]
    CoverageReplaced { device: DeviceId, ended: Instant, zone: Tz },
    #[error("the policy was cancelled and its price is refunded; no claim can be filed under it")]
    CoverageCancelled { reason: CoverageEnd },
    #[error(
        "the seller has refunded or exchanged the device, which ended the policy \
         (`compensated_by_seller`); the price of the policy is refunded"
    )]
    CompensatedBySeller { reason: CoverageEnd },
    #[error(
        "claim {open} is still open under this policy; add the defect to it, or file a new claim \
         when it is closed"
    )]
    AnotherClaimIsOpen { open: ClaimId },
    #[error(
        "claim {by} ended with the device {}, and the device now belongs to the provider; no \
         further claim can be filed under this policy",
        how.name()
    )]
    DeviceIsTheProviders { by: ClaimId, how: LeftBy },
    #[error("the form has {given} photos, but the terms require {least}; add photos of the defect")]
    TooFewPhotos { given: usize, least: u8 },
    #[error("the form has {given} photos; send at most {most}, without duplicates")]
    TooManyPhotos { given: usize, most: u8 },
    #[error("a photo is not a JPEG; convert it to JPEG and upload it again")]
    PhotoIsNotJpeg,
    #[error(
        "the serial is not the one registered under this policy; check it in the device's \
         settings or under the battery"
    )]
    NotTheRegisteredDevice,
    #[error(
        "the device was replaced, and the old one belongs to the provider; enter the serial of \
         the device that was sent last"
    )]
    NotTheReplacement,
    #[error("under this policy's terms a device is exchanged, not repaired; ask for a replacement")]
    NoRepairUnderExchange,
    #[error(
        "the provider does not handle claims in {country}; give an address in {}",
        served.join(", ")
    )]
    CountryNotServed { country: Country, served: Vec<String> },
    #[error(
        "a defect can only return after a repair or a replacement under this policy, and {claim} \
         was neither; file a new claim without `continues`"
    )]
    NotAChain { claim: ClaimId },

    // Questions.
    #[error(
        "the answer to question {question} is awaited until {answer_by}; wait for it, or record \
         what the buyer says on the phone"
    )]
    AnswerIsAwaited { question: u32, answer_by: Instant },
    #[error("a phone call must be recorded; add what the buyer said")]
    CallWithoutRecord,
    #[error("a written question cannot contain its answer; send the answer when it arrives")]
    AnswerInTheQuestion,
    #[error("there is no open question {question}; check the claim's open questions")]
    NoSuchQuestion { question: u32 },
    #[error("the answer was due by {answer_by}; without it the claim counts as withdrawn")]
    TooLateToAnswer { answer_by: Instant },

    // Verification.
    #[error(
        "a dispute with the seller is undecided, and verification waits for it; try again when \
         the dispute is decided"
    )]
    DisputeIsOpen { device: DeviceId },
    #[error(
        "the seller has refunded the device in full or exchanged it; \
         reject the claim as `compensated_by_seller`"
    )]
    SellerCompensated,
    #[error("a rejection for an exclusion must name it; add the exclusion")]
    ExclusionNotNamed,
    #[error(
        "the ground is not an exclusion; remove the exclusion, or set the ground to `excluded`"
    )]
    ExclusionWithoutNeed,
    #[error("a rejection for force majeure must name the event; describe it in the explanation")]
    EventNotNamed,
    #[error(
        "the seller agreed to the repair in a dispute, so it does not exclude the claim; judge \
         the claim on its merits"
    )]
    RepairWasAgreedTo,
    #[error(
        "`expired` can only apply when a claim is filed, never later; \
         judge the claim on its merits"
    )]
    ExpiredIsJudgedAtFiling,

    // Remedy.
    #[error("the repair shop has not found anything yet; wait for its verdict")]
    NoVerdictYet,
    #[error(
        "the remedy ({}) is already chosen and in progress; wait until it is finished",
        remedy.name()
    )]
    RemedyIsChosen { remedy: Remedy },
    #[error("both sides must agree on a paid repair; make an offer for it")]
    PaidRepairNeedsAnOffer,
    #[error(
        "cash is the provider's choice and cannot be demanded; you can demand a replacement once \
         the device is beyond repair"
    )]
    CashIsNotOwedOnDemand,
    #[error(
        "the device is not beyond repair and is repaired first; choose another remedy only if the \
         shop declares it beyond repair"
    )]
    NotBeyondRepair,
    #[error("the terms leave the choice to the provider; wait for its decision")]
    NoReplacementOnDemand,
    #[error("the defect is covered; choose repair, replacement or cash")]
    CoveredIsReimbursed,
    #[error("nothing is owed for this verdict; make an offer, or return the device unrepaired")]
    NothingIsOwed,
    #[error("the device is beyond repair; choose a replacement or cash")]
    BeyondRepair,
    #[error("the replacement failed within its own warranty or was lost; send another one")]
    AnotherReplacementIsDue,
    #[error(
        "under an exchange policy only a buyer who asked for a repair gets one; \
         choose a replacement or cash"
    )]
    RepairWasNotAskedFor,
    #[error(
        "the terms pay cash only after {needed} unsuccessful repairs, and there were {done}; \
         choose a replacement or a repair"
    )]
    CashOnlyAfterRepairs { needed: u8, done: u32 },
    /// M8: a device lost on its return shipment is compensated by a replacement or by cash.
    #[error(
        "a device lost on its return shipment is compensated by a replacement or cash; \
         choose one of them"
    )]
    LossIsReimbursed,
    #[error(
        "after the months that the terms name, nothing is left of the device's price, so cash \
         would be zero; choose a replacement"
    )]
    CashIsOfNothing,
    #[error(
        "the seller has refunded the device in full or exchanged it meanwhile, and nothing is \
         paid twice; return the device unrepaired, or close the claim without one if it was lost"
    )]
    AlreadyCompensated,
    #[error("the terms do not offer this remedy; choose one that they offer")]
    NotInTheTerms,

    // Negotiation.
    #[error("the terms offer no paid repair here; offer an agreement, or return the device")]
    NoPaidRepair,
    #[error("{price} cannot be offered; give a valid amount in {currency}")]
    NotAPrice { price: Money, currency: Currency },
    #[error("offer {offer} is not open; check the claim's open offer")]
    NoSuchOffer { offer: u32 },
    #[error("you cannot answer your own offer; wait for the other side, or make another offer")]
    OwnOffer,

    // Review.
    #[error("there is no open review {review}; check the claim's reviews")]
    NoSuchReview { review: u32 },

    // Appeal.
    #[error("an appeal is open; wait for its decision")]
    AppealIsOpen,
    #[error("the terms do not provide for an appeal; write to the provider")]
    NoAppeal,
    #[error(
        "a claim can be appealed only once, and this one was; \
         no further appeal is possible here"
    )]
    AppealedAlready,
    #[error("there is no rejection and no verdict against the buyer; wait for the decision")]
    NothingToAppeal,
    #[error("an appeal was possible until {until}; write to the provider")]
    TooLateToAppeal { until: Instant },
    #[error("no appeal is open; check the claim's stage")]
    NoOpenAppeal,
    #[error("an appeal is decided by another reviewer; ask a colleague to decide it")]
    SameReviewer,
}

/// An action that is possible only in some stages of a claim.
#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    /// The action as the start of a sentence: `an offer can be made`.
    pub sentence: &'static str,
    /// The names of the stages in which it is possible.
    pub possible_in: &'static [&'static str],
}

/// How a device came to belong to the provider, without a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBy {
    /// The buyer was paid cash for it (M9).
    Cash,
    /// The buyer never paid what was owed for it (M8).
    Abandoned,
}

impl LeftBy {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cash => "paid in cash",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Names as people list them: `verification, inspection or remedy`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl ClaimRejection {
    /// The refusal of an action that is possible only in other stages than the claim's.
    pub(super) fn wrong_stage(claim: &Claim, action: &'static Action) -> Self {
        let (stage, now) = (claim.stage.name(), claim.stage.described());
        Self::WrongStage { claim: claim.id, stage, now, action }
    }

    /// The stable code, and the rules that refuse. Codes are a format.
    fn code_and_rules(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::ClaimNotKnown { .. } => ("claim.not_known", &[]),
            Self::PolicyNotKnown { .. } => ("policy.not_known", &["S1"]),
            Self::TermsNotKnown { .. } => ("terms.not_known", &["S5"]),
            Self::NotAllowed => ("claim.not_allowed", &[]),
            Self::AnotherProviders { .. } => ("claim.provider.not_allowed", &[]),
            Self::ProviderNotNamed { .. } => ("claim.unnamed_provider.not_allowed", &[]),
            Self::WrongStage { .. } => ("claim.wrong_stage", &[]),
            Self::OrderNotCompleted => ("claim.order_not_completed", &["T10"]),
            Self::NotDeliveredYet { .. } => ("claim.not_delivered_yet", &["C1", "T2"]),
            Self::BeforeCoverage { .. } => ("claim.before_coverage", &["C1", "T2", "T1"]),
            Self::Expired { .. } => ("claim.expired", &["C1", "S9"]),
            Self::CoverageReplaced { .. } => ("claim.coverage_replaced", &["C1", "T7"]),
            Self::CoverageCancelled { .. } => ("claim.coverage_cancelled", &["S7", "S8", "T1"]),
            Self::CompensatedBySeller { .. } => ("claim.compensated_by_seller", &["C1"]),
            Self::AnotherClaimIsOpen { .. } => ("claim.another_is_open", &["C4"]),
            Self::DeviceIsTheProviders { .. } => ("claim.device_is_the_providers", &["M7", "M9"]),
            Self::TooFewPhotos { .. } => ("claim.too_few_photos", &["C2"]),
            Self::TooManyPhotos { .. } => ("claim.too_many_photos", &["C2"]),
            Self::PhotoIsNotJpeg => ("claim.photo_not_jpeg", &["C2"]),
            Self::NotTheRegisteredDevice => ("claim.serial_not_registered", &["C6"]),
            Self::NotTheReplacement => ("claim.serial_not_the_replacement", &["T7", "M9"]),
            Self::NoRepairUnderExchange => ("claim.no_repair_under_exchange", &["S2"]),
            Self::CountryNotServed { .. } => ("claim.country_not_served", &["S5", "C7"]),
            Self::NotAChain { .. } => ("claim.not_a_chain", &["T6"]),
            Self::AnswerIsAwaited { .. } => ("claim.answer_is_awaited", &["C3"]),
            Self::CallWithoutRecord => ("claim.call_without_record", &["C3"]),
            Self::AnswerInTheQuestion => ("claim.answer_in_the_question", &["C3"]),
            Self::NoSuchQuestion { .. } => ("claim.no_such_question", &["C3"]),
            Self::TooLateToAnswer { .. } => ("claim.too_late_to_answer", &["C3"]),
            Self::DisputeIsOpen { .. } => ("claim.dispute_is_open", &["C8"]),
            Self::SellerCompensated => ("claim.seller_compensated", &["C8"]),
            Self::ExclusionNotNamed => ("claim.exclusion_not_named", &[]),
            Self::ExclusionWithoutNeed => ("claim.exclusion_without_need", &[]),
            Self::EventNotNamed => ("claim.event_not_named", &[]),
            Self::RepairWasAgreedTo => ("claim.repair_was_agreed_to", &[]),
            Self::ExpiredIsJudgedAtFiling => ("claim.expired_is_judged_at_filing", &["C9"]),
            Self::NoVerdictYet => ("claim.no_verdict_yet", &["M8"]),
            Self::RemedyIsChosen { .. } => ("claim.remedy_is_chosen", &[]),
            Self::PaidRepairNeedsAnOffer => ("claim.paid_repair_needs_an_offer", &[]),
            Self::CashIsNotOwedOnDemand => ("claim.cash_not_on_demand", &["M2"]),
            Self::NotBeyondRepair => ("claim.not_beyond_repair", &["T6", "M2"]),
            Self::NoReplacementOnDemand => ("claim.no_replacement_on_demand", &["T6", "M2"]),
            Self::CoveredIsReimbursed => ("claim.covered_is_reimbursed", &[]),
            Self::NothingIsOwed => ("claim.nothing_is_owed", &[]),
            Self::BeyondRepair => ("claim.beyond_repair", &["T5", "T6"]),
            Self::AnotherReplacementIsDue => ("claim.another_replacement_is_due", &["T7"]),
            Self::RepairWasNotAskedFor => ("claim.repair_not_asked_for", &["S2"]),
            Self::CashOnlyAfterRepairs { .. } => ("claim.cash_only_after_repairs", &["M4"]),
            Self::CashIsOfNothing => ("claim.cash_is_of_nothing", &["M1"]),
            Self::LossIsReimbursed => ("claim.loss_is_reimbursed", &["M8"]),
            Self::AlreadyCompensated => ("claim.already_compensated", &["M7"]),
            Self::NotInTheTerms => ("claim.remedy_not_in_the_terms", &["M2"]),
            Self::NoPaidRepair => ("claim.no_paid_repair", &[]),
            Self::NotAPrice { .. } => ("claim.not_a_price", &["M6"]),
            Self::NoSuchOffer { .. } => ("claim.no_such_offer", &[]),
            Self::OwnOffer => ("claim.own_offer", &[]),
            Self::NoSuchReview { .. } => ("claim.no_such_review", &[]),
            Self::AppealIsOpen => ("claim.appeal_is_open", &[]),
            Self::NoAppeal => ("claim.no_appeal", &[]),
            Self::AppealedAlready => ("claim.appealed_already", &[]),
            Self::NothingToAppeal => ("claim.nothing_to_appeal", &[]),
            Self::TooLateToAppeal { .. } => ("claim.too_late_to_appeal", &[]),
            Self::NoOpenAppeal => ("claim.no_open_appeal", &[]),
            Self::SameReviewer => ("claim.same_reviewer", &[]),
        }
    }
}

impl Rejection for ClaimRejection {
    fn code(&self) -> &'static str {
        self.code_and_rules().0
    }

    fn rules(&self) -> &'static [&'static str] {
        self.code_and_rules().1
    }

    /// The rule that refuses; without an id in the rulebook, the name that decisions use for it.
    fn rule(&self) -> &'static str {
        match self {
            Self::NotAllowed | Self::AnotherProviders { .. } | Self::ProviderNotNamed { .. } => {
                "A1"
            }
            Self::ExclusionNotNamed
            | Self::ExclusionWithoutNeed
            | Self::EventNotNamed
            | Self::RepairWasAgreedTo => "exclusions",
            Self::AppealIsOpen
            | Self::NoAppeal
            | Self::AppealedAlready
            | Self::NothingToAppeal
            | Self::TooLateToAppeal { .. }
            | Self::NoOpenAppeal
            | Self::SameReviewer => "appeal",
            Self::RemedyIsChosen { .. }
            | Self::PaidRepairNeedsAnOffer
            | Self::CoveredIsReimbursed
            | Self::NothingIsOwed
            | Self::NoPaidRepair
            | Self::NoSuchOffer { .. }
            | Self::OwnOffer => "stage 4",
            other => other.rules().first().copied().unwrap_or("stages"),
        }
    }

    fn instead(&self) -> Option<String> {
        let advice = match self {
            Self::BeforeCoverage { .. } | Self::NotDeliveredYet { .. } => {
                "Open a dispute with the seller."
            }
            Self::AnotherClaimIsOpen { .. } => {
                "Add the defect to the open claim, or wait for its end."
            }
            Self::WrongStage { .. } => "Look at the claim and its stage.",
            Self::TooFewPhotos { .. } => {
                "Upload more photos for the policy, then send the form again."
            }
            Self::PaidRepairNeedsAnOffer | Self::NothingIsOwed => "Make the other party an offer.",
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn instead_call(&self) -> Option<NextCall> {
        match self {
            Self::BeforeCoverage { device, .. } | Self::NotDeliveredYet { device } => {
                Some(NextCall::post(format!("/v1/devices/{device}/disputes")))
            }
            Self::AnotherClaimIsOpen { open } => {
                Some(NextCall::post(format!("/v1/claims/{open}/defects")))
            }
            Self::WrongStage { claim, .. } => Some(NextCall::get(format!("/v1/claims/{claim}"))),
            Self::TooFewPhotos { .. } => Some(NextCall::post("/v1/policies/{policy}/photos")),
            Self::PaidRepairNeedsAnOffer | Self::NothingIsOwed => {
                Some(NextCall::post("/v1/claims/{claim}/offers"))
            }
            _ => None,
        }
    }

    fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::NotDeliveredYet { device } => json!({"device": device}),
            Self::BeforeCoverage { device, from, zone, dispute_days } => {
                json!({"device": device, "starts": from, "zone": zone, "dispute_to_day": dispute_days})
            }
            Self::Expired { device, ended, zone }
            | Self::CoverageReplaced { device, ended, zone } => {
                json!({"device": device, "ended": ended, "zone": zone, "exclusion": "expired"})
            }
            Self::CompensatedBySeller { reason } => {
                json!({"reason": reason, "exclusion": "compensated_by_seller"})
            }
            Self::CoverageCancelled { reason } => json!({"reason": reason}),
            Self::AnotherClaimIsOpen { open } => json!({"open": open}),
            Self::DeviceIsTheProviders { by, how } => json!({"by": by, "how": how.name()}),
            Self::TooFewPhotos { given, least } => json!({"given": given, "at_least": least}),
            Self::TooManyPhotos { given, most } => json!({"given": given, "at_most": most}),
            Self::CountryNotServed { served, .. } => json!({"served": served}),
            Self::AnswerIsAwaited { question, answer_by } => {
                json!({"question": question, "answer_by": answer_by})
            }
            Self::TooLateToAnswer { answer_by } => json!({"answer_by": answer_by}),
            Self::TooLateToAppeal { until } => json!({"until": until}),
            Self::WrongStage { stage, action, .. } => {
                json!({"stage": stage, "possible_in": action.possible_in})
            }
            Self::AnotherProviders { provider } | Self::ProviderNotNamed { provider } => {
                json!({"provider": provider})
            }
            _ => Value::Null,
        };
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        // Completion, delivery and terms arrive on other topics, which may not be read yet.
        matches!(
            self,
            Self::ClaimNotKnown { .. }
                | Self::PolicyNotKnown { .. }
                | Self::TermsNotKnown { .. }
                | Self::OrderNotCompleted
                | Self::NotDeliveredYet { .. }
        )
    }
}
