//! Classifies Kafka's errors by what to do next.

use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::TRANSACTION;
pub(super) use crate::kafka::errors::{is_code, is_retriable};

/// Repeats a call while its error is retriable, for about the lifetime of a transaction.
pub(super) fn retried<T>(call: impl FnMut() -> Result<T, KafkaError>) -> Result<T, KafkaError> {
    retried_for(TRANSACTION, call)
}

/// Repeats a call while its error is retriable; the last attempt starts within `time`.
pub(super) fn retried_for<T>(
    time: Duration,
    mut call: impl FnMut() -> Result<T, KafkaError>,
) -> Result<T, KafkaError> {
    let deadline = Instant::now() + time;
    loop {
        match call() {
            Err(error) if is_retriable(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

/// Whether a consumer recovers by itself: it continues where it was once the broker is back, and
/// keeps its group membership if that is soon enough. A new client would give up the membership and
/// have to wait until it expires.
pub(super) fn reconnects(error: &KafkaError) -> bool {
    is_code(
        error,
        &[
            RDKafkaErrorCode::BrokerTransportFailure,
            RDKafkaErrorCode::AllBrokersDown,
            RDKafkaErrorCode::Resolve,
            RDKafkaErrorCode::OperationTimedOut,
        ],
    )
}

pub(super) fn is_fatal(error: &KafkaError) -> bool {
    match error {
        KafkaError::Transaction(error) => error.is_fatal(),
        other => is_code(other, &[RDKafkaErrorCode::Fatal, RDKafkaErrorCode::Fenced]),
    }
}

/// Whether the error concerns one record that Kafka always rejects, whatever else is in the batch.
pub(super) fn is_of_a_record(error: &KafkaError) -> bool {
    is_code(
        error,
        &[
            RDKafkaErrorCode::MessageSizeTooLarge,
            RDKafkaErrorCode::InvalidMessage,
            RDKafkaErrorCode::InvalidMessageSize,
            RDKafkaErrorCode::InvalidRecord,
            RDKafkaErrorCode::InvalidTimestamp,
            RDKafkaErrorCode::PolicyViolation,
        ],
    )
}

pub(super) fn requires_abort(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(error) if error.txn_requires_abort())
}

pub(super) fn is_fenced_by_group(error: &KafkaError) -> bool {
    is_code(
        error,
        &[
            RDKafkaErrorCode::UnknownMemberId,
            RDKafkaErrorCode::IllegalGeneration,
            RDKafkaErrorCode::RebalanceInProgress,
            RDKafkaErrorCode::FencedInstanceId,
            RDKafkaErrorCode::FencedMemberEpoch,
            RDKafkaErrorCode::StaleMemberEpoch,
        ],
    )
}
