//! Terms: one version of what a provider promises under a program, in some countries, between two dates.
//!
//! This is a format, in two ways: documents are written by people in `deploy/terms/*.json`, and they are
//! stored in events for ever, with their digest in every policy sold under them. So a field is never renamed
//! and never changes its meaning; a new one has a default and is left out while it has it, so that the
//! digest of an older document stays what it was. Unknown fields are ignored.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use recourse_kernel::{Instant, Money};
use serde::{Deserialize, Serialize};

use crate::place::is_same_city;
use crate::{
    Category, Country, DeviceKind, OperatingSystem, Party, PauseReason, Program, Provider,
};

/// One version of what a provider promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The line of versions that this is one of: `wisetech-repair`.
    pub line: String,
    /// The version in the line, from 1.
    pub version: u32,
    /// What a person calls it.
    pub title: String,
    /// Who promises.
    pub provider: Provider,
    /// Repair or exchange (S2).
    pub program: Program,
    /// In which countries a buyer can be (S5).
    pub countries: BTreeSet<Country>,
    /// The zone of each country, for days that count where only the country is known (T2).
    pub zones: BTreeMap<Country, Tz>,
    /// The first moment at which it is sold (S5).
    pub sold_from: Instant,
    /// The first moment at which it is sold no more; none while no end is known (S5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_until: Option<Instant>,
    /// The price of the warranty, in hundredths of a percent of the device's price (S3): 400 is 4 %.
    pub price_basis_points: u32,
    /// Which devices can be covered (S4).
    pub devices: Devices,
    /// From when to when, and for what the policy answers (T2, S9).
    pub cover: Cover,
    /// What the buyer has to bring, and how long anyone waits (C2, C3, C6).
    pub claim: ClaimTerms,
    /// How soon the remedy is due, and what kind it is (T3, T4).
    pub remedy: RemedyTerms,
    /// When the device is beyond repair, and what then (T5, T6, M2).
    pub beyond_repair: BeyondRepair,
    /// How much cash there is for a device that cannot be repaired (M1, M4).
    pub cash: Cash,
    /// How the device travels, and who bears it (M3, M4, M5, M8).
    pub ways: Ways,
    /// What the buyer owes for an inspection that found nothing to cover (M4, M5).
    #[serde(default)]
    pub fees: Fees,
    /// What comes after a replacement (T7, M9).
    pub replacement: ReplacementTerms,
    /// How long a device is held for a buyer who does not pay (M8).
    pub held_device: HeldDevice,
    /// The days before coverage, when the seller answers (T1, T2, C8).
    pub marketplace: MarketplaceTerms,
    /// Where each value comes from, by the path of its field (`cover.months`) or of the group that it is in.
    /// A path goes on into a list with a word that tells the item: `countries.US`, `ways.there.means.UA`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
}

/// Where a value of the terms comes from, so that an auditor can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Whether somebody published it.
    pub source: SourceKind,
    /// What there is to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a value was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The provider or the marketplace said so.
    Stated,
    /// Nobody said; it was chosen for these terms.
    Chosen,
}

/// Which devices can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The categories, each with the operating systems it is covered with.
    pub categories: BTreeMap<Category, Vec<OperatingSystem>>,
    /// The brands.
    pub brands: Brands,
}

/// Which brands can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brands {
    /// Every brand.
    Any,
    /// Only these; compared without regard to case.
    Listed(Vec<String>),
}

/// From when to when a policy answers, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
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
    /// Which filing decides the month (M1).
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

/// Which filing decides the month of the depreciation (M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayThatCounts {
    /// That of the first claim in the chain, so that the provider's own repairs do not eat the buyer's money.
    FirstFiling,
    /// That of this claim.
    ThisFiling,
}

/// How the device travels, and who bears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// The rule of the rulebook that these values belong to, for the settlement's legs.
    pub rule: String,
    /// The way to the repair shop.
    pub there: WayTerms,
    /// The way back to the buyer.
    pub back: WayTerms,
    /// Whether what the buyer owes is due before the device is sent back (M3).
    pub paid_before_dispatch: bool,
    /// On whom loss and damage in transit fall (M8).
    pub loss_falls_on: LossFallsOn,
}

/// One direction of travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayTerms {
    /// What the buyer can choose from, the usual one first.
    pub means: Vec<WayMeans>,
    /// Who bears the cost in the end.
    pub borne_by: BorneBy,
}

/// One manner of sending the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayMeans {
    /// Post or courier.
    pub means: Means,
    /// Who books it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier, as the tariffs name it.
    pub carrier: String,
    /// Where the buyer is.
    pub country: Country,
    /// The spellings of the only city where it is to be had; none means the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in_city: Vec<String>,
    /// Its price, where the terms fix it; else the tariff's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// There or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the repair shop.
    There,
    /// To the buyer.
    Back,
}

/// How something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Ordinary post.
    Post,
    /// A courier.
    Courier,
}

/// Who bears the cost of a way: the buyer or the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BorneBy {
    /// When the defect is covered.
    pub covered: Party,
    /// When it is not.
    pub not_covered: Party,
    /// When there is no defect.
    pub no_fault_found: Party,
    /// When the buyer withdraws, or never answers (C3).
    pub withdrawn: Party,
}

/// On whom loss and damage in transit fall (M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossFallsOn {
    /// On whoever booked the way.
    Booker,
    /// On the provider, whoever booked.
    Provider,
}

/// What the buyer owes for an inspection that found nothing to cover.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fees {
    /// When the defect is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<Fee>,
    /// When there is no defect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_fault_found: Option<Fee>,
}

/// A fixed amount that the buyer owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// What it is for.
    pub kind: FeeKind,
    /// The rule of the rulebook that it belongs to, for the settlement's legs.
    pub rule: String,
    /// The amount.
    pub amount: Money,
    /// The least that the provider published, where it published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// The most that the provider published, where it published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
}

/// What a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Consultation and diagnosis (M4).
    Diagnosis,
    /// A call-out (M5).
    CallOut,
}

/// What comes after a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacementTerms {
    /// The replacement's own warranty, in calendar days from its delivery (T7); 0 where it has none.
    pub warranty_days: u16,
    /// What becomes of the original cover.
    pub original_cover: OriginalCover,
    /// Whose the old device is after a replacement or cash (M9).
    pub old_device_belongs_to: Party,
}

/// What becomes of the original cover after a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalCover {
    /// It goes on to its end.
    GoesOn,
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
}

impl Terms {
    /// S4: whether a device of this kind can be covered.
    pub fn covers(&self, device: &DeviceKind) -> bool {
        let systems = self.devices.categories.get(&device.category);
        systems.is_some_and(|systems| systems.contains(&device.operating_system))
            && self.devices.brands.include(&device.brand)
    }

    /// S5: whether buyers in this country can be offered it.
    pub fn is_offered_in(&self, country: &Country) -> bool {
        self.countries.contains(country)
    }

    /// Where the value at a path comes from: what is said of the path itself, else of the closest group.
    pub fn source_of(&self, path: &str) -> Option<&Source> {
        let mut path = path;
        loop {
            if let Some(source) = self.sources.get(path) {
                return Some(source);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// What the terms say of one direction.
    pub fn way(&self, direction: Direction) -> &WayTerms {
        match direction {
            Direction::There => &self.ways.there,
            Direction::Back => &self.ways.back,
        }
    }

    /// C5: the manners of sending that a buyer in this place has, the usual one first.
    pub fn means(&self, direction: Direction, country: &Country, city: &str) -> Vec<&WayMeans> {
        let here = |means: &&WayMeans| {
            let cities = &means.only_in_city;
            means.country == *country
                && (cities.is_empty() || cities.iter().any(|name| is_same_city(name, city)))
        };
        self.way(direction).means.iter().filter(here).collect()
    }

    /// T3, T4, C3, C8: whether the clock of the remedy stands still for this reason.
    pub fn clock_stops_for(&self, reason: PauseReason) -> bool {
        self.remedy.clock_stops.stops_for(reason)
    }

    /// T5: whether this many counted days on the bench are so many that the provider owes the declaration.
    pub fn owes_declaration_after(&self, counted: chrono::TimeDelta) -> bool {
        let limit = self.beyond_repair.after_counted_days;
        limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into()))
    }

    /// T6: whether this many repairs in a row that did not cure one defect put the device beyond repair.
    pub fn is_beyond_repair_after(&self, unsuccessful_repairs: usize) -> bool {
        let limit = self.beyond_repair.after_unsuccessful_repairs;
        limit.is_some_and(|limit| unsuccessful_repairs >= usize::from(limit))
    }

    /// M2, M4: whether the provider may choose cash after this many unsuccessful repairs.
    pub fn may_pay_cash_after(&self, unsuccessful_repairs: usize) -> bool {
        let from = self.cash.after_unsuccessful_repairs.unwrap_or_default();
        self.beyond_repair.remedies.contains(&BeyondRepairRemedy::Cash)
            && unsuccessful_repairs >= usize::from(from)
    }
}

impl Brands {
    /// Whether a brand can be covered.
    pub fn include(&self, brand: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(brands) => {
                let brand = brand.trim().to_lowercase();
                brands.iter().any(|listed| listed.to_lowercase() == brand)
            }
        }
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
