//! Runs order-intake as a process of its own.

fn main() -> anyhow::Result<()> {
    recourse_wiring::main("order-intake", recourse_order_intake::DEFAULT_CONFIG, |node| {
        Box::pin(async move { recourse_order_intake::start(&node).await })
    })
}
