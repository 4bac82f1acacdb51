//! Every service by name: its parts and how to start it.

use clap::ValueEnum;
use recourse_wiring::{Node, Running, ServiceSpec};

/// A service. The variants are in the order in which a purchase reaches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ServiceName {
    /// Orders and disputes, as the marketplace reports them.
    OrderIntake,
    /// Programs, terms, offers and policies.
    WarrantySales,
    /// The five stages of a claim.
    Claims,
    /// Shops, jobs, shipments, parts and counted time.
    RepairShops,
    /// Settlements and payments.
    Refunds,
    /// Timelines over every topic.
    Audit,
}

impl ServiceName {
    /// Every service, in the order in which a purchase reaches them.
    pub const ALL: [Self; 6] = [
        Self::OrderIntake,
        Self::WarrantySales,
        Self::Claims,
        Self::RepairShops,
        Self::Refunds,
        Self::Audit,
    ];

    /// The name on the command line and in logs: `order-intake`.
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

    /// The service's deciders, tables and migrations.
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

    /// Starts the service in this process.
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

/// Starts each of these services once in this process, in the order of [`ServiceName::ALL`]. If
/// none is named, all of them.
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
