//! Phrases in the sentences of several services.

use super::body::Body;

/// Which deadline was missed, and whom that was escalated to (T8).
pub fn deadline_passed(said: Body<'_>) -> String {
    let part = said.inner_text("part").map(|part| format!(" ({part})")).unwrap_or_default();
    format!(
        "Deadline missed: {}{part}, due {}. Escalated to {}.",
        said.code("deadline"),
        said.time("due"),
        said.text("escalated_to"),
    )
}

/// A shop's verdict: `covered`, `no fault found`, or `not covered (misuse)` with the exclusion.
pub fn verdict(said: Body<'_>) -> String {
    let verdict = said.inner("verdict");
    match verdict.text("kind") {
        "covered" => "covered".to_owned(),
        "no_fault_found" => "no fault found".to_owned(),
        _ => format!("not covered ({})", verdict.code("exclusion")),
    }
}
