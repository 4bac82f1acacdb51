//! Every service by name: what it is made of, and how it is started.

use clap::ValueEnum;
use recourse_runtime::service::{Node, Running, ServiceSpec};

/// A service. The order is the one in which a purchase meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ServiceName {
    /// Orders and disputes, as the marketplace tells them.
    OrderIntake,
    /// Programs, terms, offers and policies.
    WarrantySales,
    /// The five stages of a claim.
    Claims,
    /// Shops, jobs, ways, parts and counted time.
    RepairShops,
    /// Settlements and legs of money.
    Refunds,
    /// Timelines over every topic.
    Audit,
}

impl ServiceName {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::OrderIntake,
        Self::WarrantySales,
        Self::Claims,
        Self::RepairShops,
        Self::Refunds,
        Self::Audit,
    ];

    /// As it is written: `order-intake`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderIntake => "order-intake",
            Self::WarrantySales => "warranty-sales",
            Self::Claims => "claims",
            Self::RepairShops => "repair-shops",
            Self::Refunds => "refunds",
            Self::Audit => "audit",
        }
    }

    /// What it is made of: deciders, tables, migrations.
    pub fn spec(self) -> ServiceSpec {
        match self {
            Self::OrderIntake => recourse_order_intake::spec(),
            Self::WarrantySales => recourse_warranty_sales::spec(),
            Self::Claims => recourse_claims::spec(),
            Self::RepairShops => recourse_repair_shops::spec(),
            Self::Refunds => recourse_refunds::spec(),
            Self::Audit => recourse_audit::spec(),
        }
    }

    /// Starts it in this process.
    pub async fn start(self, node: &Node) -> anyhow::Result<Running> {
        match self {
            Self::OrderIntake => recourse_order_intake::start(node).await,
            Self::WarrantySales => recourse_warranty_sales::start(node).await,
            Self::Claims => recourse_claims::start(node).await,
            Self::RepairShops => recourse_repair_shops::start(node).await,
            Self::Refunds => recourse_refunds::start(node).await,
            Self::Audit => recourse_audit::start(node).await,
        }
    }
}

/// Starts these services in this process, in the order of a purchase's life; each once. None named: all.
pub async fn start_all(node: &Node, names: &[ServiceName]) -> anyhow::Result<Vec<Running>> {
    let mut names = if names.is_empty() { ServiceName::ALL.to_vec() } else { names.to_vec() };
    names.sort_unstable();
    names.dedup();
    let mut running = Vec::with_capacity(names.len());
    for name in names {
        running.push(name.start(node).await?);
    }
    Ok(running)
}
