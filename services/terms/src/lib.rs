//! Warranty terms as data, and the calculations over them: coverage dates, clocks, depreciation,
//! fees, tariffs, exclusions, and who pays for which shipment.
//!
//! This crate is pure: no I/O, no clock, no randomness. Everything that differs between providers,
//! countries or years is a field of [`Terms`]; the functions implement what the fields say, and
//! each names its rule in the rulebook.

#![warn(missing_docs)]

pub mod book;
pub mod calendars;
pub mod cash;
pub mod clock;
pub mod costs;
pub mod coverage;
pub mod digest;
pub mod events;
pub mod location;
pub mod names;
pub mod publishing;
pub mod reimbursement;
pub mod serial;
pub mod settlement;
pub mod shops;
pub mod tariffs;
pub mod terms;
pub mod verdict;

pub use book::{Routed, RoutedBecause, TermsBook};
pub use calendars::{BusinessDays, Calendar};
pub use cash::{cash_percent, day_that_counts, price_of};
pub use clock::{CountedClock, Pause};
pub use costs::{LikelyCost, cost_if_withdrawn, costs_if_withdrawn_after, likely_costs};
pub use coverage::{Coverage, CoverageError, LocalTime, claims_from, coverage};
pub use digest::TermsRef;
pub use events::{
    CalendarPublished, ShopsPublished, TariffsPublished, TermsEvent, TermsPublished, TermsWithdrawn,
};
pub use location::{City, Location};
pub use names::{
    Category, Country, DeviceKind, InvalidName, OperatingSystem, Program, Provider, SheetName,
    TermsLine,
};
pub use publishing::{
    PublishRejection, calendar_can_be_published, shops_can_be_published, tariffs_can_be_published,
    terms_can_be_published, terms_can_be_withdrawn,
};
pub use recourse_kernel::PauseReason;
pub use reimbursement::{OwnShipment, cap_instead_of_provider, price_fits, reimbursement_cap};
pub use serial::{InvalidSerial, Serial, SerialKind};
pub use settlement::{
    CostShare, Outcome, Party, Payment, PaymentKind, PriceRefunded, SettlementError,
    SettlementFacts, ShipmentFact, payments, payments_of_shipment, policy_price_refund,
    unused_price,
};
pub use shops::{Contact, Shop, ShopDirectory};
pub use tariffs::{Quoted, Tariff, TariffSheet};
pub use terms::{Direction, Means, ShipmentMeans, Span, Terms};
pub use verdict::{Cause, Exclusion, InvalidCause, Verdict};
