//! Each safeguard, with the invariant that reports its absence.

use recourse_runtime::safeguards::Safeguard;

use crate::found::Invariant;

/// The invariant that must report that this safeguard is missing.
pub fn guarded_by(safeguard: Safeguard) -> Invariant {
    match safeguard {
        // Two writers decide the same purchase, or one decides on a state that is not its own.
        Safeguard::GroupFencing
        | Safeguard::RereadTail
        | Safeguard::Answered
        | Safeguard::HighWatermark
        // Inputs are decided in another order than their own.
        | Safeguard::WaitForFacts
        | Safeguard::DeadlineGate
        | Safeguard::BlockedQueue => Invariant::I3,
        Safeguard::ProjectorGuard => Invariant::I4,
        Safeguard::ReadCommitted => Invariant::I6,
        // A writer that reads its successor's states cannot continue, nor can anyone after it.
        Safeguard::StoreGuard => Invariant::I8,
    }
}
