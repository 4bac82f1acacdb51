//! Runs rules so that a defect in one stops only the purchase that it was run for.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a rule so that neither an error nor a panic in it affects other purchases.
pub(super) fn guarded<T, E: std::fmt::Display>(
    rule: impl FnOnce() -> Result<T, E>,
) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(rule)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            Err(format!("a rule panicked: {text}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_a_panic_are_both_reasons() {
        assert_eq!(guarded(|| Ok::<_, String>(1)), Ok(1));
        assert_eq!(guarded(|| Err::<(), _>("no")), Err("no".to_owned()));
        let panicked = guarded(|| -> Result<(), String> { panic!("a defect") });
        assert_eq!(panicked, Err("a rule panicked: a defect".to_owned()));
    }
}
