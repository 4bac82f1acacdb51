//! What claims knows about a purchase: a fold of its events.
//!
//! The writer caches it: a change to what is stored, or to how events change it, raises
//! `FOLD_VERSION`.

mod appeal;
mod claim;
mod clock;
mod dispute;
mod evolve;
mod extra;
mod loss;
mod negotiation;
mod purchase;
mod review;
mod stage;
mod visit;

pub use appeal::AppealState;
pub use claim::Claim;
pub use clock::{DecisionClock, DocumentsClock};
pub use dispute::Dispute;
pub use extra::{ChainChange, Goodwill};
pub use negotiation::{Offer, Question};
pub use purchase::Purchase;
pub use review::{AcceptedAs, RefusalReview, RefusedFiling, Review, SettledAs};
pub use stage::{Remedying, Settling, Stage, Turn};
pub use visit::{SentReplacement, Visit};
