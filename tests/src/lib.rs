//! Journeys, contracts, faults and benchmarks across services.

pub mod dead_letters;
pub mod foreign_writers;
pub mod fuzz;
pub mod golden;
pub mod ledger;
pub mod photo;
pub mod rulebook;
pub mod schema_check;
pub mod test_marketplace;
