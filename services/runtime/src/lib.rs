//! The I/O shell: writer, state store, projector, edge, sealing, telemetry.

pub mod clock;
pub mod database;
pub mod dead_letter;
pub mod edge;
pub mod failpoint;
pub mod kafka;
pub mod metrics;
pub mod photos;
pub mod projector;
pub mod reply;
pub mod sealing;
pub mod service;
pub mod settings;
pub mod simulated;
pub mod store;
pub mod telemetry;
pub mod terms_feed;
pub mod topics;
pub mod writer;

/// Records are many small allocations that live as long as a batch. With the system's allocator a third of the
/// writer's time goes into merging them and giving pages back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
