//! Seeds that once failed, each with the defect that it found. They are played with every test.

/// Seed and defect.
pub const ONCE_FAILED: &[(u64, &str)] = &[
    (
        2,
        "a question that was parked twice could only be redriven once, and its purchase was held for good; and a \
         command topic that filled every batch kept the facts unread for which its commands waited",
    ),
    (
        22,
        "a writer that was held up between taking a partition over and reading its events took its successor's \
         states for its own, and ended with a corrupt log",
    ),
];
