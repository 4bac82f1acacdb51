//! The I/O layer: writer, state store, projector, Kafka, settings, telemetry.

#![warn(missing_docs)]

pub mod clock;
pub mod clock_feed;
pub mod database;
pub mod dead_letter;
pub mod failpoint;
pub mod guard;
pub mod health;
pub mod instance_name;
pub mod kafka;
pub mod metrics;
pub mod projector;
pub mod reachable;
pub mod reply;
pub mod safeguards;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod terms_feed;
pub mod topics;
pub mod writer;

/// Records cause many small allocations that live as long as a batch. With the system allocator the
/// writer spends a third of its time merging them and returning pages to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
