//! Classifies Kafka errors by what the caller should do next.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Whether the same call may succeed if retried shortly.
pub(crate) fn is_retriable(error: &KafkaError) -> bool {
    match error {
        KafkaError::Transaction(error) => error.is_retriable(),
        other => is_code(
            other,
            &[
                RDKafkaErrorCode::BrokerTransportFailure,
                RDKafkaErrorCode::AllBrokersDown,
                RDKafkaErrorCode::OperationTimedOut,
                RDKafkaErrorCode::RequestTimedOut,
                RDKafkaErrorCode::CoordinatorLoadInProgress,
                RDKafkaErrorCode::CoordinatorNotAvailable,
                RDKafkaErrorCode::NotCoordinator,
                RDKafkaErrorCode::LeaderNotAvailable,
                RDKafkaErrorCode::NotLeaderForPartition,
                RDKafkaErrorCode::State,
                RDKafkaErrorCode::Retry,
                RDKafkaErrorCode::UnstableOffsetCommit,
            ],
        ),
    }
}

pub(crate) fn is_code(error: &KafkaError, codes: &[RDKafkaErrorCode]) -> bool {
    error.rdkafka_error_code().is_some_and(|code| codes.contains(&code))
}
