//! Seeds that once failed, each with the defect that it revealed. Every test run plays them.

/// Seed and defect.
pub const ONCE_FAILED: &[(u64, &str)] = &[
    (
        2,
        "a command that was dead-lettered twice could be redriven only once, so its purchase \
         stayed blocked; and a command topic that filled every batch starved the facts for which \
         its commands waited",
    ),
    (
        22,
        "a writer that was stalled between taking over a partition and reading its events took its \
         successor's states for its own, and ended with a corrupt log",
    ),
];
