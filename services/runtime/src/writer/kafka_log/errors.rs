//! What Kafka's errors mean for what is done next.

use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::TRANSACTION;
pub(super) use crate::kafka::errors::{is_code, is_retriable};

/// The same call again while Kafka says that it may succeed then, for about as long as a transaction lives.
pub(super) fn retried<T>(call: impl FnMut() -> Result<T, KafkaError>) -> Result<T, KafkaError> {
    retried_for(TRANSACTION, call)
}

/// The same call again while Kafka says that it may succeed then, begun within this time.
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

/// Whether a consumer mends it by itself: it reads on where it was once the broker is there again, and keeps its place
/// in the group if that was soon enough. Beginning afresh would give the place up, and wait until it has run out.
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

/// Whether it is one record that Kafka will never take, whatever stands around it.
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
