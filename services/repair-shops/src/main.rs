//! Runs repair shops alone, as a separate process.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("repair-shops", recourse_repair_shops::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_repair_shops::start(&node).await })
    })
}
