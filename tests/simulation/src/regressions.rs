//! Seeds that once failed, each with the defect that it found. They are played with every test.

/// Seed and defect.
pub const ONCE_FAILED: &[(u64, &str)] = &[];
