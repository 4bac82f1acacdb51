//! What is asked of the settlements of a purchase: facts of other services, and the two answers of the
//! payment gateway.

use recourse_kernel::{Instant, Money, PaymentId};
use serde::{Deserialize, Serialize};

use crate::foreign::{PolicyPriceOwed, PricePaidChanged, SettlementExtended, SettlementStarted};

recourse_kernel::wire_format! {
    /// What is asked of the settlements of a purchase.
    #[derive(Debug, Clone, PartialEq)]
    pub enum RefundsCommand {
        "recourse.settlement.open_for_claim.v1" => OpenForClaim(Box<SettlementStarted>),
        "recourse.settlement.add_late_shipment.v1" => AddLateShipment(Box<SettlementExtended>),
        "recourse.settlement.open_for_policy.v1" => OpenForPolicy(PolicyPriceOwed),
        "recourse.settlement.note_seller_refund.v1" => NoteSellerRefund(PricePaidChanged),
        "recourse.settlement.confirm_payment.v1" => ConfirmPayment(ConfirmPayment),
        "recourse.settlement.fail_payment.v1" => FailPayment(FailPayment),
    }
}

/// The gateway has paid or collected a leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmPayment {
    /// The leg.
    pub payment: PaymentId,
    /// How much was moved.
    pub amount: Money,
    /// The gateway's own reference of the payment.
    pub reference: String,
    /// When.
    pub paid_at: Instant,
}

/// The gateway could not pay or collect a leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailPayment {
    /// The leg.
    pub payment: PaymentId,
    /// Why, in the gateway's words: no personal data.
    pub reason: String,
    /// When.
    pub failed_at: Instant,
}
