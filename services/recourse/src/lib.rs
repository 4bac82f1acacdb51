//! The command line: one file per command, in [`commands`].

pub mod commands;

/// Every setting, with its default and a comment that explains it.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");
