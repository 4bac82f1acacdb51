//! Runs the claims service alone, in its own process.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("claims", recourse_claims::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_claims::start(&node).await })
    })
}
