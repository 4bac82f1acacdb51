//! Which order a command is about, and which fact it comes from.

use recourse_kernel::OrderId;

use super::{OrderCommand, Reported};

impl OrderCommand {
    /// Id of the order that the command is about.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Place(command) => command.order,
            Self::Pay(command) => command.order,
            Self::Cancel(command) => command.order,
            Self::Deliver(command) => command.order,
            Self::CorrectDelivery(command) => command.order,
            Self::ConfirmReceipt(command) => command.order,
            Self::Complete(command) => command.order,
            Self::Return(command) => command.order,
            Self::RefundLine(command) => command.order,
            Self::GrantBuyerAccess(command) => command.order,
            Self::PayRefund(command) => command.order,
            Self::RemoveUnits(command) => command.order,
            Self::WithdrawDelivery(command) => command.order,
            Self::NoteShipment(command) => command.order,
            Self::Disregard(command) => command.order,
            Self::RequestPrivacy(command) => command.order,
            Self::ResolvePrivacyRequest(command) => command.request.order(),
            Self::OpenDispute(command) => command.device.order(),
            Self::AnswerDispute(command) => command.dispute.device().order(),
            Self::AcceptDisputeOffer(command) => command.dispute.device().order(),
            Self::DeclineDisputeOffer(command) => command.dispute.device().order(),
            Self::WithdrawDispute(command) => command.dispute.device().order(),
            Self::DecideDispute(command) => command.dispute.device().order(),
            Self::PerformDispute(command) => command.dispute.device().order(),
            Self::ContestPerformance(command) => command.dispute.device().order(),
            Self::ReportDelivery(command) => command.order,
        }
    }

    /// The fact in a feed that the command comes from, if any.
    pub fn reported(&self) -> Option<&Reported> {
        match self {
            Self::Place(command) => command.reported.as_ref(),
            Self::Pay(command) => command.reported.as_ref(),
            Self::Cancel(command) => command.reported.as_ref(),
            Self::Deliver(command) => command.reported.as_ref(),
            Self::CorrectDelivery(command) => command.reported.as_ref(),
            Self::ConfirmReceipt(command) => command.reported.as_ref(),
            Self::Complete(command) => command.reported.as_ref(),
            Self::Return(command) => command.reported.as_ref(),
            Self::RefundLine(command) => command.reported.as_ref(),
            Self::PayRefund(command) => command.reported.as_ref(),
            Self::RemoveUnits(command) => command.reported.as_ref(),
            Self::WithdrawDelivery(command) => command.reported.as_ref(),
            Self::NoteShipment(command) => command.reported.as_ref(),
            Self::Disregard(command) => command.reported.as_ref(),
            Self::RequestPrivacy(command) => command.reported.as_ref(),
            Self::GrantBuyerAccess(_)
            | Self::ResolvePrivacyRequest(_)
            | Self::OpenDispute(_)
            | Self::AnswerDispute(_)
            | Self::AcceptDisputeOffer(_)
            | Self::DeclineDisputeOffer(_)
            | Self::WithdrawDispute(_)
            | Self::DecideDispute(_)
            | Self::PerformDispute(_)
            | Self::ContestPerformance(_)
            | Self::ReportDelivery(_) => None,
        }
    }
}
