//! The rules of the rulebook, one function each, with its id and its sentence in the doc comment.
//! A rule looks at the state and a command, and yields a finding or the rejection. What is only
//! looked up is a fact and yields a plain value.

pub(crate) mod appeal;
pub(crate) mod chain;
pub(crate) mod compensation;
pub(crate) mod defects;
pub(crate) mod difference;
pub(crate) mod goodwill;
pub(crate) mod in_time;
pub(crate) mod inspection;
pub(crate) mod negotiation;
pub mod preview;
pub(crate) mod questions;
pub(crate) mod remedy;
pub(crate) mod replacement;
pub(crate) mod requester;
pub(crate) mod review;
pub(crate) mod settlement;
pub(crate) mod submission;
pub(crate) mod verification;
pub(crate) mod waits;

use std::sync::Arc;

use recourse_kernel::Finding;
use recourse_terms::{Terms, TermsBook, TermsRef};

use super::rejection::ClaimRejection;

/// The fact in which a finding names the values of the terms that it depends on.
pub(crate) const RESTS_ON: &str = "rests_on";

/// Adds the paths of the terms' values that a rule used, so that an explanation can show each value
/// and its source: stated by the provider, or chosen.
pub(crate) fn rests_on(finding: Finding, paths: &[&str]) -> Finding {
    finding.fact(RESTS_ON, paths)
}

/// S5: the version of the terms that a policy was sold under, whatever was published since.
pub(crate) fn pinned<'a>(
    terms: &TermsRef,
    book: &'a TermsBook,
) -> Result<&'a Arc<Terms>, ClaimRejection> {
    book.by_digest(&terms.digest)
        .ok_or_else(|| ClaimRejection::TermsNotKnown { line: terms.line.clone() })
}
