//! Runs warranty-sales as a process of its own.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("warranty-sales", recourse_warranty_sales::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_warranty_sales::start(&node).await })
    })
}
