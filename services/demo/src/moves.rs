//! What actors can do: their moves, as they are planned.

use recourse_kernel::{DisputeId, JobId, Money, PaymentId, ShipmentId};

#[derive(Debug, Clone)]
pub(super) enum Move {
    Market(MarketMove),
    Buyer(BuyerMove),
    Adjuster(AdjusterMove),
    Shop(ShopMove),
    Gateway(GatewayMove),
}

/// A move of the marketplace or its sellers.
#[derive(Debug, Clone)]
pub(super) enum MarketMove {
    /// An order is placed and paid.
    Place,
    Cancel,
    Deliver,
    CorrectDelivery,
    Complete,
    Return,
    AnswerDispute(DisputeId),
    /// The marketplace decides the dispute, with this decision.
    DecideDispute(DisputeId, &'static str),
    /// The seller carries out what was agreed or decided.
    PerformDispute(DisputeId),
}

#[derive(Debug, Clone)]
pub(super) enum BuyerMove {
    File,
    FileTooEarly,
    FileTooLate,
    FileASecondOne,
    Dispute,
    AcceptDisputeOffer(DisputeId),
    AnswerQuestion,
    RequestCourier(JobId),
    SendParcel(JobId),
    AnswerOffer,
    TakeBack,
    Appeal,
    Withdraw,
    /// The money back for a repair that was paid for and not done (M11).
    CancelRepair(JobId),
}

#[derive(Debug, Clone)]
pub(super) enum AdjusterMove {
    Ask,
    Accept,
    Reject,
    DecideAppeal,
    ChooseRemedy,
    AcceptCounterOffer,
    ApproveBeyondRepair(JobId),
}

#[derive(Debug, Clone)]
pub(super) enum ShopMove {
    /// The provider's courier is sent to the buyer.
    SendCourier(JobId),
    /// A parcel is delivered and received.
    Arrive(ShipmentId),
    Lose(ShipmentId),
    /// The buyer hands in the device.
    Receive(JobId),
    ResolveSerial(JobId),
    Inspect(JobId),
    AwaitPart(JobId),
    PartArrives(JobId),
    Repair(JobId),
    DeclareBeyondRepair(JobId, &'static str),
    SendReplacement(JobId),
    HandOver(JobId),
    ReachBuyer(ShipmentId),
}

#[derive(Debug, Clone)]
pub(super) enum GatewayMove {
    Pay(PaymentId, Money),
    /// The card was declined; tried again later.
    Fail(PaymentId, Money),
}
