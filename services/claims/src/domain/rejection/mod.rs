//! Why a command is refused. The message of each variant is what a person reads; it ends with what
//! to do instead. Codes, rules and facts are in `reason`.

mod reason;

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Currency, DeviceId, Instant, Money, OrderId, PolicyId};
use recourse_terms::coverage::local_day;
use recourse_terms::{Country, Provider, TermsLine};

use super::events::{AppealOf, CoverageEnd, Remedy};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClaimRejection {
    // Who may act, and on what.
    #[error("there is no claim {claim}; check the claim's id")]
    ClaimNotKnown { claim: ClaimId },
    #[error("there is no policy {policy}; check the policy's id")]
    PolicyNotKnown { policy: PolicyId },
    #[error("the policy's terms ({line}) are not available here yet; try again in a few seconds")]
    TermsNotKnown { line: TermsLine },
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
    OrderNotCompleted { order: OrderId },
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
    #[error(
        "claims under this policy were withdrawn {withdrawn} times, and only {most} of them may be \
         filed again; write to the provider"
    )]
    WithdrawnTooOften { withdrawn: usize, most: u8 },
    #[error(
        "claim {rejected} was rejected, and this form shows nothing new; add a photo, a document \
         or another defect, or appeal the rejection"
    )]
    NothingNew { rejected: ClaimId },
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
    #[error("the claim has no question {question}; check its questions")]
    QuestionNotKnown { question: u32 },
    #[error("question {question} is not open; check the claim's open questions")]
    QuestionNotOpen { question: u32 },
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
    #[error(
        "the buyer was not asked in writing for the missing document; ask for it first, with \
         `asks_for` document"
    )]
    NotAsked,
    #[error(
        "the buyer sent photos in answer to the question; say in `explanation` why they are not \
         sufficient"
    )]
    SentWhatWasAskedFor { question: u32 },
    #[error(
        "a document is asked for in writing, and the buyer answers; ask without a call, and let \
         the buyer answer"
    )]
    DocumentsAreInWriting,
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
    #[error(
        "the verdict is recorded, so the chain can no longer be changed; open no chain for this \
         claim, and grant goodwill if the buyer should not bear it"
    )]
    VerdictIsRecorded,
    #[error("the claim is in the chain of {first} already; name another claim, or none")]
    SameChain { first: ClaimId },

    /// M8: a device that the provider lost is compensated by a replacement or by cash.
    #[error(
        "a device that the provider lost is compensated by a replacement or cash; choose one of \
         them"
    )]
    LossIsReimbursed,
    /// M8: nothing else can follow for a device that the provider lost.
    #[error(
        "the provider lost the device and owes its compensation, which ends the claim; wait for \
         it, or demand the replacement once it is overdue"
    )]
    ProviderLostIt,
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
    #[error("the claim has no offer {offer}; check its offers")]
    OfferNotKnown { offer: u32 },
    #[error("offer {offer} is not open; check the claim's open offer")]
    OfferNotOpen { offer: u32 },
    #[error("offer {offer} is still open; wait for its answer, or answer it")]
    OfferIsOpen { offer: u32 },
    #[error("you cannot answer your own offer; wait for the other side, or make another offer")]
    OwnOffer,

    // Goodwill.
    #[error("the claim has no goodwill payment {goodwill}; check its payments")]
    GoodwillNotKnown { goodwill: u32 },
    #[error("goodwill payment {goodwill} waits for no approval; check the claim's payments")]
    GoodwillNotOpen { goodwill: u32 },

    // Review.
    #[error(
        "by the facts known now there is no such difference; close the review as `nothing`, or \
         grant goodwill"
    )]
    NoDifference,
    #[error(
        "{amount} is more than the difference ({found}); a review comes to at most that, and what \
         is paid beyond it is goodwill"
    )]
    MoreThanTheDifference { amount: Money, found: Money },
    #[error("{amount} is more than was paid ({paid}); claim back at most that")]
    MoreThanWasPaid { amount: Money, paid: Money },
    #[error(
        "this review admits nothing: it is not about the date of the filing, or the date is later \
         than the filing; close it with another result"
    )]
    NothingToAdmit,
    #[error("there is no review {review}; check the list of reviews")]
    ReviewNotKnown { review: u32 },
    #[error("review {review} is not open; check the list of reviews")]
    ReviewNotOpen { review: u32 },

    // Appeal.
    #[error("an appeal is open; wait for its decision")]
    AppealIsOpen,
    #[error("the terms do not provide for an appeal; write to the provider")]
    NoAppeal,
    #[error(
        "this decision was appealed already, and each can be appealed only once; \
         no further appeal is possible here"
    )]
    AppealedAlready,
    #[error("the grounds have {given} characters, at least {least} are needed; say what is wrong")]
    GroundsTooShort { given: u32, least: u32 },
    #[error(
        "the buyer can appeal until {until}; wait until then, or for the buyer's consent, or \
         make an offer"
    )]
    AppealIsPossible { until: Instant },
    #[error("the provider still has time to decide the appeal; wait until it is escalated")]
    AppealNotEscalated,
    #[error("the appeal was not decided in time; the marketplace decides it now")]
    AppealIsEscalated,
    #[error("there is no rejection and no verdict against the buyer; wait for the decision")]
    NothingToAppeal,
    #[error("an appeal was possible until {until}; write to the provider")]
    TooLateToAppeal { until: Instant },
    #[error("no appeal is open; check the claim's stage")]
    NoOpenAppeal,
    #[error("two appeals are open; say which one is decided: add `of`")]
    AppealNotNamed { open: [AppealOf; 2] },
    #[error("another person decides this; ask a colleague to decide it")]
    SameReviewer { rules: &'static [&'static str] },
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

/// A date written out, in its own time zone: `Monday 17 March 2025 (Europe/Moscow)`.
fn written_out(at: Instant, zone: Tz) -> String {
    format!("{} ({zone})", local_day(at, zone).format("%A %-d %B %Y"))
}
