//! The groups of terms that say what is covered, when, and what the buyer gets. Formats, like all of terms.

use serde::{Deserialize, Serialize};

use crate::{Party, PauseReason};

/// From when to when a policy answers, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageTerms {
    /// Whether visible manufacturing defects are covered too.
    pub visible_defects: bool,
    /// The day on which coverage starts, at local midnight (T2); day 0 is that of `starts_counted_from`.
    pub starts_on_day: u16,
    /// What day 0 is (T2): the delivery, at the place of delivery; or the issue, in the country's zone.
    pub starts_counted_from: StartBasis,
    /// How many months the policy runs (S9).
    pub months: u16,
    /// What those months, and the months of the depreciation, count from (S9, M1).
    pub months_counted_from: MonthsBasis,
}

/// What the first day of coverage is counted from (T2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartBasis {
    /// The day on which the buyer received the device.
    Delivery,
    /// The day on which the policy was sold.
    Issue,
}

/// What the months of a policy are counted from (S9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthsBasis {
    /// The day on which the buyer received the device.
    Delivery,
    /// The first day of coverage.
    Start,
    /// The day on which the policy was sold.
    Issue,
}

/// What the buyer has to bring, and how long anyone waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimTerms {
    /// How many photos a claim has at least (C2).
    pub photos_at_least: u8,
    /// How many photos a claim has at most (C2).
    pub photos_at_most: u8,
    /// Whether registration with the provider is demanded; the accepted form is it (C6).
    pub registration: bool,
    /// How many days an answer is awaited before the claim counts as withdrawn (C3).
    pub answer_within_days: u16,
    /// After how many days of waiting the buyer is reminded (C3).
    pub reminder_after_days: u16,
    /// Within how many days of a decision the buyer can appeal; none where there is no appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_within_days: Option<u16>,
}

/// How soon the remedy is due, and what kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyTerms {
    /// The longest it may take, in counted days of 24 hours (T3, T4).
    pub within_days: u16,
    /// The shortest it takes, where the provider names it (T4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_days: Option<u16>,
    /// When the counting starts (T3, T4).
    pub counted_from: RemedyBasis,
    /// What makes the clock stand still (T3, T4, C3).
    pub clock_stops: ClockStops,
    /// How good a replacement may be (S2).
    pub replacement_class: ReplacementClass,
    /// Whether the buyer may ask for a repair under an exchange policy (S2).
    #[serde(default)]
    pub repair_under_exchange: bool,
    /// Whether a paid repair is offered when the buyer is to blame.
    pub paid_repair_offered: bool,
    /// Within how many days of 24 hours of its choice a replacement is on its way, and a device that was mended under
    /// an exchange policy, of its repair (T3, T8); 3 where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_within_days: Option<u16>,
    /// Within how many counted days of its choice a repair under an exchange policy is done (T3, T8); `within_days`
    /// where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_under_exchange_within_days: Option<u16>,
}

/// When the clock of the remedy starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyBasis {
    /// The shop received the device (T4).
    ReceiptAtShop,
    /// The claim was filed (T3).
    Filing,
}

/// What makes a clock stand still.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a switch for each reason, as the document has it"
)]
pub struct ClockStops {
    /// Waiting for spare parts (T4).
    #[serde(default)]
    pub parts: bool,
    /// The device is on its way (T4).
    #[serde(default)]
    pub transit: bool,
    /// An answer of the buyer is awaited (C3).
    #[serde(default)]
    pub answers: bool,
    /// The buyer has not handed the device over yet: stands still at most this many days (T3); none where
    /// the clock goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_at_most_days: Option<u16>,
    /// A dispute with the seller is undecided (C8).
    #[serde(default)]
    pub dispute: bool,
}

/// How good a replacement may be (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplacementClass {
    /// The same model, or one with the same functions.
    SameOrSimilar,
    /// An improved model, or one with the same functions.
    ImprovedOrSimilar,
}

/// When the device is beyond repair, and what then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeyondRepair {
    /// Over this many counted days on the bench the provider owes the declaration (T5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_counted_days: Option<u16>,
    /// At this unsuccessful repair in a row of one defect the device is beyond repair (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_unsuccessful_repairs: Option<u8>,
    /// To the end of which day after the one on which it is owed the provider declares, before silence is a
    /// missed deadline (T5, T8); 3 where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u16>,
    /// What the provider can choose from then (M2).
    pub remedies: Vec<BeyondRepairRemedy>,
    /// Whether the buyer may demand a replacement (T6, M2).
    pub replacement_on_demand: bool,
}

/// What there is for a device beyond repair (M2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondRepairRemedy {
    /// Another device.
    Replacement,
    /// Cash by the depreciation of the terms.
    Cash,
}

/// How much cash there is for a device that cannot be repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cash {
    /// The rule of the rulebook that these values belong to, for the settlement's legs.
    pub rule: String,
    /// What is paid in which month of the warranty, in rising months (M1).
    pub steps: Vec<CashStep>,
    /// Which day decides the month (M1).
    pub day_that_counts: DayThatCounts,
    /// Cash is only paid after this many unsuccessful repairs (M4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_unsuccessful_repairs: Option<u8>,
    /// Whether the cost of forwarding is withheld, each item named (M4).
    #[serde(default)]
    pub less_forwarding: bool,
    /// Whether it is withheld even where the provider keeps the device (M4).
    #[serde(default)]
    pub less_forwarding_when_kept: bool,
}

/// One bracket of the depreciation (M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashStep {
    /// The last month, counted from 1, in which this is paid.
    pub through_month: u16,
    /// What is paid, in percent of the price paid for the device.
    pub percent: u8,
}

/// Which day decides the month of the depreciation (M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayThatCounts {
    /// That of the first claim in the chain, so that the provider's own repairs do not eat the buyer's money.
    FirstFiling,
    /// That of this claim.
    ThisFiling,
    /// That of the verdict.
    Verdict,
    /// That on which the settlement starts, and the cash is paid.
    Payout,
}

/// What comes after a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacementTerms {
    /// The replacement's own warranty, in calendar days from its delivery (T7); 0 where it has none.
    pub warranty_days: u16,
    /// What becomes of the original cover.
    pub original_coverage: OriginalCoverage,
    /// Whose the old device is after a replacement or cash (M9).
    pub old_device_belongs_to: Party,
}

/// What becomes of the original cover after a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalCoverage {
    /// It goes on to its end.
    Continues,
    /// It ends with the replacement.
    Ends,
}

/// How long a device is held for a buyer who does not pay (M8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDevice {
    /// After how many days the buyer gets a notice.
    pub notice_after_days: u16,
    /// After how many days the device counts as abandoned.
    pub abandoned_after_days: u16,
}

/// The days before coverage, when the seller answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketplaceTerms {
    /// To the end of this day the device can simply go back to the shop (T1).
    pub return_days: u16,
    /// Whether that needs a defect (T1).
    pub return_needs_defect: bool,
    /// To the end of this day the buyer's way is a dispute with the seller (T1).
    pub dispute_days: u16,
    /// Whether a claim waits for the end of those days even where coverage started before (T2).
    pub claims_wait_for_dispute_days: bool,
    /// Within how many days of 24 hours the seller answers a dispute, before the marketplace decides it alone;
    /// 5 where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_answers_within_days: Option<u16>,
}

impl RemedyTerms {
    /// T3, T8: within how many days of its choice a replacement is on its way.
    pub fn days_to_send(&self) -> u16 {
        self.send_within_days.unwrap_or(3)
    }

    /// T3, T8: within how many counted days of its choice a repair under an exchange policy is done.
    pub fn days_to_repair_under_exchange(&self) -> u16 {
        self.repair_under_exchange_within_days.unwrap_or(self.within_days)
    }
}

impl BeyondRepair {
    /// T5, T8: to the end of which day after the one on which it is owed the declaration can be made in time.
    pub fn days_to_declare(&self) -> u16 {
        self.declare_within_days.unwrap_or(3)
    }
}

impl MarketplaceTerms {
    /// T8: within how many days the seller answers a dispute; then the marketplace decides.
    pub fn days_for_the_seller(&self) -> u16 {
        self.seller_answers_within_days.unwrap_or(5)
    }
}

impl ClockStops {
    /// Whether a clock stands still for this reason.
    pub fn stops_for(&self, reason: PauseReason) -> bool {
        match reason {
            PauseReason::Parts => self.parts,
            PauseReason::Transit => self.transit,
            PauseReason::Answer => self.answers,
            PauseReason::HandOver => self.hand_over_at_most_days.is_some(),
            PauseReason::Dispute => self.dispute,
        }
    }
}
