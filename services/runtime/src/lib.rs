//! The I/O shell: writer, state store, projector, edge, sealing, telemetry.

pub mod clock;
pub mod database;
pub mod edge;
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
