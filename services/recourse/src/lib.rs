//! The one command line, and the process that runs all services together.
//!
//! - [`services`] knows every service: what it is made of, and how it is started.
//! - [`process`] runs services behind one address, until told to end.
//! - [`audit`] reads the log from its first record and checks everything that can be checked.
//! - [`cases`] plays case files: the rulebook, case by case.
//! - [`demo`] plays a year of a small marketplace, through public interfaces only.
//! - `outside` is what both speak through: HTTP, the marketplace's producer, consumers, the moved clock.
//! - [`commands`] is the command line over these: one command, one file.

pub mod audit;
pub mod cases;
pub mod commands;
pub mod demo;
pub(crate) mod outside;
pub mod process;
pub mod services;

pub use process::Process;
pub use services::{ServiceName, start_all};

/// Every setting with its default and what it is for.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");
