//! The I/O shell: writer, state store, projector, edge, sealing, telemetry.
