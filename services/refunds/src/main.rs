//! Runs refunds alone, as a separate process.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("refunds", recourse_refunds::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_refunds::start(&node).await })
    })
}
