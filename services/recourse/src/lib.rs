//! The command line, and the process that runs all services together.
//!
//! - [`services`] lists every service: its parts and how to start it.
//! - [`process`] runs services at one address until they are shut down.
//! - [`cases`] plays case files: the rulebook, case by case.
//! - [`demo`] plays a year of a small marketplace, through public interfaces only.
//! - `outside` holds the clients that both use: HTTP, the marketplace's producer, consumers, the
//!   topic clock.
//! - [`commands`] is the command line on top of these: one file per command.

pub mod cases;
pub mod commands;
pub mod demo;
pub(crate) mod outside;
pub mod process;
pub mod services;

pub use process::Process;
pub use services::{ServiceName, start_all};

/// Every setting, with its default and a comment that explains it.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");
