//! The settlements of one purchase, as far as decisions need them: a fold of their events.

mod payment;
mod settlement;

use std::collections::BTreeMap;

use recourse_kernel::{Instant, OrderId, PaymentId, SettlementId};
use recourse_terms::Party;
use serde::{Deserialize, Serialize};

use super::events::{Payee, SettlementEvent};

pub use payment::{Due, Failure, OwedPayment, PaymentStage, Reversal};
pub(super) use settlement::sums;
pub use settlement::{Settlement, Work};

/// All settlements of a purchase. Cached under `Refunds::FOLD_VERSION`; raise it whenever this
/// changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RefundsState {
    settlements: BTreeMap<SettlementId, Settlement>,
}

impl RefundsState {
    /// A state with this settlement only.
    pub(super) fn with(id: SettlementId, settlement: Settlement) -> Self {
        Self { settlements: BTreeMap::from([(id, settlement)]) }
    }

    /// A settlement, if it was opened.
    pub fn settlement(&self, settlement: SettlementId) -> Option<&Settlement> {
        self.settlements.get(&settlement)
    }

    /// Every settlement of the purchase.
    pub fn settlements(&self) -> impl Iterator<Item = (SettlementId, &Settlement)> {
        self.settlements.iter().map(|(id, settlement)| (*id, settlement))
    }

    /// A payment with its settlement, if it was opened or added.
    pub fn payment(&self, payment: PaymentId) -> Option<(&Settlement, &OwedPayment)> {
        let settlement = self.settlement(payment.settlement())?;
        Some((settlement, settlement.payments.get(&payment)?))
    }

    /// Applies one event that happened at this time. Cannot fail.
    pub fn evolve(&mut self, event: &SettlementEvent, at: Instant) {
        if let SettlementEvent::Opened(opened) = event {
            self.settlements.insert(opened.settlement, Settlement::opened(opened, at));
        } else if let Some(settlement) = self.settlements.get_mut(&event.settlement()) {
            settlement.evolve(event, at);
        }
    }
}

/// The two parties of a settlement whose names it knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties<'a> {
    /// The buyer's pseudonym.
    pub(crate) buyer: &'a str,
    /// The provider's slug.
    pub(crate) provider: &'a str,
}

impl Parties<'_> {
    /// Whom a payment to this party is for.
    pub(crate) fn payee(self, to: Party, settlement: SettlementId) -> Payee {
        let reference = match to {
            Party::Buyer => Some(self.buyer.to_owned()),
            Party::Provider => Some(self.provider.to_owned()),
            Party::Seller | Party::Marketplace | Party::Carrier => None,
        };
        Payee { reference, order: OrderId::new(settlement.key) }
    }
}
