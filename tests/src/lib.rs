//! Journeys, contracts, faults and benchmarks across services.
