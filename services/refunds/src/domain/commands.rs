//! Commands for the settlements of a purchase: facts from other services, and the answers of the
//! payment gateway.

use recourse_kernel::{ClaimId, Instant, Money, PaymentId};
use serde::{Deserialize, Serialize};

use crate::foreign::{
    JobRepaired, PolicyPriceOwed, PricePaidChanged, SettlementExtended, SettlementStarted,
};

recourse_kernel::wire_format! {
    /// A command for the settlements of a purchase.
    #[derive(Debug, Clone, PartialEq)]
    pub enum RefundsCommand {
        "recourse.settlement.open_for_claim.v1" => OpenForClaim(Box<SettlementStarted>),
        "recourse.settlement.extend.v1" => Extend(Box<SettlementExtended>),
        "recourse.settlement.open_for_policy.v1" => OpenForPolicy(PolicyPriceOwed),
        "recourse.settlement.note_seller_refund.v1" => NoteSellerRefund(PricePaidChanged),
        "recourse.settlement.note_repair.v1" => NoteRepair(JobRepaired),
        "recourse.settlement.note_appeal.v1" => NoteAppeal(NoteAppeal),
        "recourse.settlement.confirm_payment.v1" => ConfirmPayment(ConfirmPayment),
        "recourse.settlement.fail_payment.v1" => FailPayment(FailPayment),
        "recourse.settlement.reverse_payment.v1" => ReversePayment(ReversePayment),
    }
}

/// An appeal against the verdict of a claim was made, decided, or lapsed (C11): the facts
/// `recourse.claim.appealed.v1`, `recourse.claim.appeal_decided.v1` and `recourse.claim.closed.v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAppeal {
    pub claim: ClaimId,
    /// Whether it is open now.
    pub open: bool,
    /// When the claim recorded it.
    pub at: Instant,
}

/// The gateway has made or collected a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmPayment {
    /// The payment that the gateway answers for.
    pub payment: PaymentId,
    /// The amount that was transferred.
    pub amount: Money,
    /// The gateway's reference of the transfer.
    pub reference: String,
    pub paid_at: Instant,
}

/// The gateway could not make or collect a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailPayment {
    /// The payment that the gateway answers for.
    pub payment: PaymentId,
    /// The gateway's code for why it failed, such as `card_declined` or `AC04`.
    #[serde(default)]
    pub code: String,
    /// Why, in the gateway's words; contains no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub failed_at: Instant,
}

/// A payment that was made is undone: a chargeback, or a transfer that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReversePayment {
    /// The payment that the gateway answers for.
    pub payment: PaymentId,
    /// The gateway's code for why, such as `chargeback` or `AC04`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in the gateway's words; contains no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub reversed_at: Instant,
}
