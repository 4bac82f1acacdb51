//! The command line: one file per command, in [`commands`].
//!
//! [`demo`] plays a year of a small marketplace, through public interfaces only.

pub mod commands;
pub mod demo;

/// Every setting, with its default and a comment that explains it.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");
