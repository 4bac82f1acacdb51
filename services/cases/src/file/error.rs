//! Why a case cannot be played.

use std::path::PathBuf;

/// Why a case cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a valid case; the text names line and column, and quotes the source.
    #[error("{}: {what}", path.display())]
    NotACase {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A step is invalid.
    #[error("{}, line {line}: {what}", path.display())]
    Step {
        /// The file.
        path: PathBuf,
        /// The step's line.
        line: u64,
        /// What is wrong, and what is allowed.
        what: String,
    },
}
