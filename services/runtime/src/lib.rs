//! The I/O shell: writer, state store, projector, edge, sealing, telemetry.

pub mod edge;
pub mod metrics;
pub mod photos;
pub mod reply;
pub mod sealing;
pub mod settings;
pub mod telemetry;
pub mod clock;
pub mod kafka;
pub mod service;
pub mod terms_feed;
pub mod topics;
pub mod writer;
pub mod database;
pub mod projector;
pub mod store;
