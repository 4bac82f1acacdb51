//! What a caller whose command is refused can call instead.

use serde::{Deserialize, Serialize};

/// A call of the HTTP edge that a caller can make instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextCall {
    /// Whether it does something or shows something.
    pub method: Method,
    /// The path, such as `/v1/claims/{claim}/offers`.
    pub path: String,
}

impl NextCall {
    /// A call that shows what there is to look at.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into() }
    }

    /// A call that does something.
    pub fn post(path: impl Into<String>) -> Self {
        Self { method: Method::Post, path: path.into() }
    }
}

/// The HTTP method of a [`NextCall`]. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`: shows something and changes nothing.
    Get,
    /// `POST`: sends a command or a file.
    Post,
}
