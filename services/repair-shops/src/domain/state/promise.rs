//! What is due, and by when.

use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

/// Something that is due (T11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub since: Instant,
    /// The first instant at which it is too late.
    pub by: Instant,
}
