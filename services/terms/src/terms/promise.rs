//! The groups of terms that say what is covered, when, and what the buyer gets. Stable formats,
//! like all of terms.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Country, Party, PauseReason};

/// The coverage period of a policy, and what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageTerms {
    /// Whether visible manufacturing defects are covered as well.
    pub visible_defects: bool,
    /// The day on which coverage starts, at local midnight (T2); `starts_counted_from` is day 0.
    pub starts_on_day: u16,
    /// What day 0 is (T2): the delivery, in the time zone of the delivery; or the issue, in the
    /// time zone of the buyer's country.
    pub starts_counted_from: StartBasis,
    /// The duration of the policy in months (S9).
    pub months: u16,
    /// The day from which those months and the months of the depreciation are counted (S9, M1).
    pub months_counted_from: MonthsBasis,
    /// Countries in which a policy can also be cancelled after its coverage started, with a dated
    /// receipt; the unused part of its price is refunded (S7).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pro_rata_in: BTreeSet<Country>,
}

/// The day from which the first day of coverage is counted (T2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartBasis {
    /// The day on which the buyer received the device.
    Delivery,
    /// The day on which the policy was sold.
    Issue,
}

/// The day from which the months of a policy are counted (S9).
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

/// What a claim must contain, and the time limits that apply to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimTerms {
    /// The minimum number of photos of a claim (C2).
    pub photos_at_least: u8,
    /// The maximum number of photos of a claim (C2).
    pub photos_at_most: u8,
    /// Whether the provider requires registration; an accepted claim form counts as registration
    /// (C6).
    pub registration: bool,
    /// After how many days without an answer from the buyer the claim counts as withdrawn (C3).
    pub answer_within_days: u16,
    /// After how many days without an answer the buyer is reminded (C3).
    pub reminder_after_days: u16,
    /// How often the buyer may file again under a policy after a withdrawal (C10); 3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filings_after_withdrawal: Option<u8>,
    /// Within how many days of a decision the buyer can appeal; none if there is no appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_within_days: Option<u16>,
}

/// How soon the remedy is due, and what kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyTerms {
    /// The maximum time for the remedy, in counted days of 24 hours (T3, T4).
    pub within_days: u16,
    /// The minimum time that the provider states, if any, in days (T4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_days: Option<u16>,
    /// The event that starts the clock (T3, T4).
    pub counted_from: RemedyBasis,
    /// What pauses the clock (T3, T4, C3).
    pub clock_stops: ClockStops,
    /// The class of replacement that the buyer gets (S2).
    pub replacement_class: ReplacementClass,
    /// Whether the buyer may ask for a repair under an exchange policy (S2).
    #[serde(default)]
    pub repair_under_exchange: bool,
    /// Whether a paid repair is offered if the buyer caused the defect.
    pub paid_repair_offered: bool,
    /// Within how many days of 24 hours a replacement must be sent after it is chosen, and a device
    /// that was repaired under an exchange policy after its repair (T3, T8); 3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_within_days: Option<u16>,
    /// Within how many counted days a repair under an exchange policy must be done after it is
    /// chosen (T3, T8); `within_days` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_under_exchange_within_days: Option<u16>,
}

/// The event that starts the remedy clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyBasis {
    /// The shop received the device (T4).
    ReceiptAtShop,
    /// The claim was filed (T3).
    Filing,
}

/// Which reasons pause a clock: one switch for each [`PauseReason`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one switch for each reason, as in the document")]
pub struct ClockStops {
    /// Waiting for spare parts (T4).
    #[serde(default)]
    pub parts: bool,
    /// The device is in transit (T4).
    #[serde(default)]
    pub transit: bool,
    /// Waiting for the buyer's answer (C3).
    #[serde(default)]
    pub answers: bool,
    /// The buyer has not handed the device over yet (T3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_over: bool,
    /// A dispute with the seller is open (C8).
    #[serde(default)]
    pub dispute: bool,
}

/// The class of replacement that the buyer gets (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplacementClass {
    /// The same model, or one with the same functions.
    SameOrSimilar,
    /// An improved model, or one with the same functions.
    ImprovedOrSimilar,
}

/// When a device counts as beyond repair, and the remedies that follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeyondRepair {
    /// After more than this many counted days on the bench the provider must declare whether the
    /// device is beyond repair (T5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_counted_days: Option<u16>,
    /// After this many consecutive unsuccessful repairs of one defect the device is beyond repair
    /// (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_unsuccessful_repairs: Option<u8>,
    /// The deadline for that declaration: the end of the n-th day after the day on which it became
    /// due (T5, T8); 3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u16>,
    /// The remedies that the provider can then choose from (M2).
    pub remedies: Vec<BeyondRepairRemedy>,
    /// Whether the buyer may demand a replacement (T6, M2).
    pub replacement_on_demand: bool,
    /// Whether the buyer may demand cash instead (M2), as one source says and another denies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cash_on_demand: bool,
    /// Whether a visit that only diagnosed counts like an unsuccessful repair (T6): "three calls"
    /// instead of "three repairs".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub visits_count: bool,
}

/// A remedy for a device beyond repair (M2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondRepairRemedy {
    /// Another device, of the class in `remedy.replacement_class` (S2).
    Replacement,
    /// Cash, according to the depreciation in the terms.
    Cash,
}

/// The cash for a device that cannot be repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cash {
    /// The rulebook rule for these values, named in the settlement's payments.
    pub rule: String,
    /// What is paid in each month of the warranty, in ascending order of months (M1).
    pub steps: Vec<CashStep>,
    /// The day that decides the month (M1).
    pub day_that_counts: DayThatCounts,
    /// Cash is paid only after this many unsuccessful repairs (M4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_unsuccessful_repairs: Option<u8>,
    /// Whether the cost of forwarding is withheld from the cash, itemised (M4).
    #[serde(default)]
    pub less_forwarding: bool,
    /// Whether it is withheld even if the provider keeps the device (M4).
    #[serde(default)]
    pub less_forwarding_when_kept: bool,
}

/// One bracket of the depreciation (M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashStep {
    /// The last month of the bracket, counted from 1.
    pub through_month: u16,
    /// The cash, in percent of the price paid for the device.
    pub percent: u8,
}

/// The day that decides the month of the depreciation (M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayThatCounts {
    /// The filing of the first claim in the chain, so that time spent on unsuccessful repairs does
    /// not reduce the buyer's cash.
    FirstFiling,
    /// The filing of this claim, even if it is a later one of its chain.
    ThisFiling,
    /// The verdict; without one, as for a lost device, the filing of this claim.
    Verdict,
    /// The start of the settlement, when the cash is paid.
    Payout,
}

/// What applies after a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacementTerms {
    /// The replacement's own warranty, in calendar days from its delivery (T7); 0 if it has none.
    pub warranty_days: u16,
    /// Whether the policy continues after a replacement.
    pub original_coverage: OriginalCoverage,
    /// Who owns the old device after a replacement or cash (M9).
    pub old_device_belongs_to: Party,
}

/// What happens to the original coverage after a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalCoverage {
    /// The policy continues to its original end date.
    Continues,
    /// The policy ends without a refund; the replacement has only its own warranty (T7).
    Ends,
}

/// How long a device is kept for a buyer who does not pay (M8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDevice {
    /// After how many days the buyer gets a notice: days of 24 hours from the opening of the
    /// settlement.
    pub notice_after_days: u16,
    /// After how many days, also from the opening, the device counts as abandoned.
    pub abandoned_after_days: u16,
}

/// The period before coverage, in which the seller is responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketplaceTerms {
    /// The device can simply be returned to the seller until the end of this day (T1).
    pub return_days: u16,
    /// Whether a return requires a defect (T1).
    pub return_needs_defect: bool,
    /// A buyer can open a dispute with the seller until the end of this day (T1).
    pub dispute_days: u16,
    /// Whether claims must wait until those days are over even if coverage started earlier (T2).
    pub claims_wait_for_dispute_days: bool,
    /// Within how many days of 24 hours the seller must answer a dispute before the marketplace
    /// decides it alone; 5 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_answers_within_days: Option<u16>,
}

impl ClaimTerms {
    /// C10: how often the buyer may file again under a policy after a withdrawal.
    pub fn filings_after_withdrawal(&self) -> u8 {
        self.filings_after_withdrawal.unwrap_or(3)
    }
}

impl RemedyTerms {
    /// T3, T8: within how many days a replacement must be sent after it is chosen.
    pub fn days_to_send(&self) -> u16 {
        self.send_within_days.unwrap_or(3)
    }

    /// T3, T8: within how many counted days a repair under an exchange policy must be done after it
    /// is chosen.
    pub fn days_to_repair_under_exchange(&self) -> u16 {
        self.repair_under_exchange_within_days.unwrap_or(self.within_days)
    }
}

impl BeyondRepair {
    /// T5, T8: how many days after it becomes due the declaration can still be made in time; the
    /// last day counts in full.
    pub fn days_to_declare(&self) -> u16 {
        self.declare_within_days.unwrap_or(3)
    }
}

impl MarketplaceTerms {
    /// T8: within how many days the seller must answer a dispute; after that the marketplace
    /// decides.
    pub fn days_for_the_seller(&self) -> u16 {
        self.seller_answers_within_days.unwrap_or(5)
    }
}

impl ClockStops {
    /// Whether a clock is paused for this reason.
    pub fn stops_for(&self, reason: PauseReason) -> bool {
        match reason {
            PauseReason::Parts => self.parts,
            PauseReason::Transit => self.transit,
            PauseReason::Answer => self.answers,
            PauseReason::HandOver => self.hand_over,
            // T12: the buyer's time never counts against the provider.
            PauseReason::Offer | PauseReason::Appeal | PauseReason::Payment => true,
            PauseReason::Dispute => self.dispute,
        }
    }
}
