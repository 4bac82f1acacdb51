//! Journeys, contracts, faults and benchmarks across services.

pub mod fuzz;
pub mod golden;
pub mod ledger;
pub mod parked;
pub mod photo;
pub mod rulebook;
pub mod schema_check;
pub mod strangers;
pub mod town;
