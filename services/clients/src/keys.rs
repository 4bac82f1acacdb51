//! Idempotency keys.

/// A key that no command had before, for a command that is new even if its content is not: under an
/// earlier key it would get the earlier answer, refusals included.
pub fn fresh() -> anyhow::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}
