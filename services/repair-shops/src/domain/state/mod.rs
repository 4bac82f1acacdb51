//! The state that decisions about a purchase's jobs need: a fold of the events, cached with a fold
//! version (raise `FOLD_VERSION` when anything here changes).

mod claim_notes;
mod evolve;
mod in_transit;
mod job;
mod jobs;
mod noted;
mod promise;
mod shipment;

pub use claim_notes::ClaimNotes;
pub use job::{
    Bench, BenchResult, Courier, Device, Ending, Job, Leaving, Owed, Part, Proposed, Receipt, Span,
};
pub use jobs::Jobs;
pub use promise::Promise;
pub use shipment::{Shipment, ShipmentEnd};
