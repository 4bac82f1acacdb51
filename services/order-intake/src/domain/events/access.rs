//! Someone may act as an order's buyer for a while. This is a stable format.

use recourse_kernel::{Findings, Instant, OrderId};
use serde::{Deserialize, Serialize};

/// A marketplace was granted access to its order as the order's buyer. The token itself is not
/// recorded anywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuyerAccessGranted {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace that passes the access on to the buyer.
    pub marketplace: String,
    /// The buyer's pseudonym, under which the bearer of a token acts.
    pub buyer: String,
    /// When the access was granted.
    pub granted_at: Instant,
    /// Until when tokens of this grant are valid.
    pub until: Instant,
    /// The rules that were checked, with the facts they were checked against.
    #[serde(default)]
    pub findings: Findings,
}
