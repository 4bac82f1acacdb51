//! The lines of terms under which warranties are sold.

use chrono::Datelike as _;
use recourse_kernel::Instant;

/// A line of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    WisetechRepair,
    WisetechExchange,
    TomrepairRepair,
    TomrepairExchange,
    WarrantyGroupExchange,
}

use Line::{
    TomrepairExchange, TomrepairRepair, WarrantyGroupExchange, WisetechExchange, WisetechRepair,
};

impl Line {
    pub(crate) fn provider(self) -> &'static str {
        match self {
            WisetechRepair | WisetechExchange => "wisetech-service",
            TomrepairRepair | TomrepairExchange => "tomrepair",
            WarrantyGroupExchange => "the-warranty-group",
        }
    }

    pub(crate) fn program(self) -> &'static str {
        if self.is_exchange() { "exchange" } else { "repair" }
    }

    pub(crate) fn is_exchange(self) -> bool {
        matches!(self, WisetechExchange | TomrepairExchange | WarrantyGroupExchange)
    }

    /// Where it is sold at this time (S5).
    pub(crate) fn countries(self, at: Instant) -> &'static [&'static str] {
        let second = at.year() > 2025 || at.month() >= 10;
        match self {
            WisetechRepair if second => &["RU", "UA", "BY"],
            WarrantyGroupExchange => &["RU", "US", "DE"],
            _ => &["RU"],
        }
    }
}
