//! What every refusal advises, and the sentences that name what is needed.

use recourse_kernel::every_variant;
use recourse_kernel::story::advises_in_sentences;

use super::super::events::{CoverageEnd, Remedy};
use super::super::rejection::{Action, ClaimRejection, LeftBy};
use super::*;

const OFFERING: Action = Action { sentence: "an offer can be made", possible_in: &["remedy"] };

const ASKING: Action = Action {
    sentence: "a question can be asked",
    possible_in: &["verification", "inspection", "remedy"],
};

#[expect(clippy::too_many_lines, reason = "a list")]
fn every_refusal() -> Vec<ClaimRejection> {
    let zone = chrono_tz::Europe::Moscow;
    every_variant![ClaimRejection:
        ClaimNotKnown { claim: claim(1) },
        PolicyNotKnown { policy: policy() },
        TermsNotKnown { line: "wisetech-repair".parse().unwrap() },
        NotAllowed,
        AnotherProviders { provider: "tomrepair".parse().unwrap() },
        ProviderNotNamed { provider: "tomrepair".parse().unwrap() },
        WrongStage {
            claim: claim(1),
            stage: "inspection",
            now: "in the inspection stage",
            action: &OFFERING,
        },
        OrderNotCompleted { order: device().order() },
        NotDeliveredYet { device: device() },
        BeforeCoverage { device: device(), from: day(16), zone, dispute_days: 15 },
        Expired { device: device(), ended: day(365), zone },
        CoverageReplaced { device: device(), ended: day(365), zone },
        CoverageCancelled { reason: CoverageEnd::Returned },
        CompensatedBySeller { reason: CoverageEnd::RefundedInFull },
        AnotherClaimIsOpen { open: claim(1) },
        DeviceIsTheProviders { by: claim(1), how: LeftBy::Cash },
        TooFewPhotos { given: 0, least: 1 },
        TooManyPhotos { given: 21, most: 20 },
        PhotoIsNotJpeg, NotTheRegisteredDevice, NotTheReplacement, NoRepairUnderExchange,
        CountryNotServed { country: "RU".parse().unwrap(), served: vec!["KZ".to_owned()] },
        NotAChain { claim: claim(1) },
        AnswerIsAwaited { question: 1, answer_by: day(30) },
        CallWithoutRecord, AnswerInTheQuestion,
        QuestionNotKnown { question: 1 },
        QuestionNotOpen { question: 1 },
        TooLateToAnswer { answer_by: day(30) },
        DisputeIsOpen { device: device() },
        NotAsked, SentWhatWasAskedFor { question: 1 }, DocumentsAreInWriting,
        SellerCompensated, ExclusionNotNamed, ExclusionWithoutNeed, EventNotNamed,
        RepairWasAgreedTo, ExpiredIsJudgedAtFiling, NoVerdictYet,
        RemedyIsChosen { remedy: Remedy::Repair },
        PaidRepairNeedsAnOffer, CashIsNotOwedOnDemand, NotBeyondRepair, NoReplacementOnDemand,
        CoveredIsReimbursed, NothingIsOwed, BeyondRepair, AnotherReplacementIsDue,
        RepairWasNotAskedFor,
        CashOnlyAfterRepairs { needed: 3, done: 1 },
        LossIsReimbursed, CashIsOfNothing, AlreadyCompensated, NotInTheTerms, NoPaidRepair,
        NotAPrice { price: rubles(-1), currency: "RUB".parse().unwrap() },
        OfferNotKnown { offer: 1 },
        OfferNotOpen { offer: 1 },
        OfferIsOpen { offer: 1 },
        OwnOffer,
        ReviewNotKnown { review: 1 },
        ReviewNotOpen { review: 1 },
        AppealNotNamed { open: [AppealOf::Chain, AppealOf::Verdict] },
        AppealIsOpen, NoAppeal, AppealedAlready, NothingToAppeal,
        TooLateToAppeal { until: day(30) },
        GroundsTooShort { given: 3, least: 10 },
        AppealIsPossible { until: day(30) },
        AppealNotEscalated, AppealIsEscalated, NoOpenAppeal,
        SameReviewer { rules: &["C11"] },
        WithdrawnTooOften { withdrawn: 4, most: 3 },
        NothingNew { rejected: claim(1) },
        VerdictIsRecorded,
        SameChain { first: claim(1) },
        GoodwillNotKnown { goodwill: 1 },
        GoodwillNotOpen { goodwill: 1 },
        NoDifference,
        MoreThanWasPaid { amount: rubles(2), paid: rubles(1) },
        NothingToAdmit,
        ProviderLostIt,
        MoreThanTheDifference { amount: rubles(2), found: rubles(1) },
    ]
}

#[test]
fn every_refusal_advises_in_sentences() {
    for refusal in every_refusal() {
        advises_in_sentences(&refusal, &["claim", "policy"]);
    }
}

#[test]
fn a_refusal_in_the_wrong_stage_names_the_stages_that_are_needed() {
    let refused =
        |stage, now, action| ClaimRejection::WrongStage { claim: claim(1), stage, now, action };
    assert_eq!(
        refused("inspection", "in the inspection stage", &OFFERING).to_string(),
        "an offer can be made only in the remedy stage; the claim is in the inspection stage"
    );
    assert_eq!(
        refused("closed", "closed", &ASKING).to_string(),
        "a question can be asked only in the verification, inspection or remedy stage; \
         the claim is closed"
    );
}
