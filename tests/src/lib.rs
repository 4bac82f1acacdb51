//! Journeys, contracts, faults and benchmarks across services.

pub mod ledger;
pub mod photo;
pub mod rulebook;
pub mod schema_check;
pub mod town;
