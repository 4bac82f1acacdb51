//! Why facts cannot be accepted now.

use rdkafka::error::KafkaError;
use recourse_kernel::WireError;
use recourse_sealing::SealError;

/// The source of the facts has to keep them and send them again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Kafka does not accept the records.
    #[error("the log does not accept the facts: {0}")]
    Log(#[from] KafkaError),
    /// A command that cannot be encoded.
    #[error("a fact cannot be encoded as a command: {0}")]
    Wire(#[from] WireError),
    /// The keys for personal data are not available.
    #[error("personal data cannot be sealed: {0}")]
    Seal(#[from] SealError),
    /// The read model is not available.
    #[error("the read model is not available: {0}")]
    Database(#[from] sqlx::Error),
    /// A dead letter without its record: its time is over, the buyer was erased, it was about
    /// personal data or too long to keep, or it was not written by us.
    #[error(
        "the dead letter has no record to retry, or no longer: have the source send it again, or \
         discard it"
    )]
    NotReadable,
    /// The producer was shut down.
    #[error("the producer was shut down")]
    Ended,
}
