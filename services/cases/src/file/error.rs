//! Why a case cannot be played.

use std::path::PathBuf;

/// Why a case cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is not a valid case; the text names line and column, and quotes the source.
    #[error("{}: {what}", path.display())]
    NotACase { path: PathBuf, what: String },
    #[error("{}, line {line}: {what}", path.display())]
    Step {
        path: PathBuf,
        line: u64,
        /// What is wrong, and what is allowed.
        what: String,
    },
}
