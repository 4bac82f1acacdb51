//! Core types of event-sourced decisions: ids that carry their lineage, money, records on the log
//! with their hash chain, and the [`Decider`] that turns a command into events.
//!
//! This crate is pure: no I/O, no waiting, no clock, no randomness.

#![warn(missing_docs)]

pub mod chain;
pub mod decider;
pub mod findings;
pub mod folded;
pub mod ids;
pub mod json;
pub mod master_key;
pub mod money;
pub mod next_call;
pub mod notice;
pub mod order_keys;
pub mod principal;
pub mod reason;
pub mod record;
pub mod refusal;
pub mod sealed;
pub mod story;
pub mod tried;
pub mod wait;
pub mod wire;

pub use chain::Hash;
pub use decider::{Context, Decider, Event, Input, NotAllowed};
pub use findings::{Finding, Findings};
pub use folded::{Answer, FoldError, Folded};
pub use ids::{
    ClaimId, DeviceId, DisputeId, JobId, OrderId, OrderKey, PaymentId, PolicyId, PrivacyRequestId,
    SettlementId, ShipmentId,
};
pub use master_key::MasterKey;
pub use money::{Currency, Money};
pub use next_call::{Method, NextCall};
pub use notice::Notice;
pub use order_keys::OrderKeys;
pub use principal::{Principal, Role, is_marketplace};
pub use reason::Reason;
pub use record::{CommandRecord, Record, RecordError};
pub use refusal::{Refusal, Rejection};
pub use sealed::Sealed;
pub use tried::{Refused, Tried};
pub use wait::{Matter, Owner, PauseReason, Wait, WaitKind, WaitsFor};
pub use wire::{Wire, WireError};

/// A point in time in UTC, with microsecond precision (the edge truncates finer fractions).
pub type Instant = chrono::DateTime<chrono::Utc>;
