//! Runs audit alone, as a separate process.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("audit", recourse_audit::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_audit::start(&node).await })
    })
}
