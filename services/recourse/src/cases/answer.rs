//! What somebody who asked for something was told.

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Accepted,
    /// It may not be.
    Refused {
        /// A stable name for machines.
        code: String,
        /// The rulebook's ids of the rules that refuse.
        rules: Vec<String>,
        /// The sentence that a person reads.
        detail: String,
    },
}

impl Answer {
    /// A refusal by no rule of the rulebook.
    pub fn refused(code: &str, detail: &str) -> Self {
        Self::Refused { code: code.to_owned(), rules: Vec::new(), detail: detail.to_owned() }
    }
}
