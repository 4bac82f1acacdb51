//! Why something cannot be published or withdrawn.

use recourse_kernel::{Reason, Rejection};
use recourse_terms::{Provider, PublishRejection};

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueRejection {
    /// A publishing rule refuses it.
    #[error(transparent)]
    Publish(PublishRejection),
    /// The terms or shops are another provider's.
    #[error("they belong to {provider}, which alone publishes and withdraws them")]
    AnotherProviders { provider: Provider },
    /// The command's key differs from the key of its document.
    #[error("the command has the key `{key}`, but its document belongs to `{document}`")]
    WrongKey {
        key: String,
        /// The key that belongs to the document.
        document: String,
    },
}

impl Rejection for CatalogueRejection {
    /// Codes are a format.
    fn reason(&self) -> Reason {
        match self {
            // Shops and calendars are published in their own streams, and may not have been read
            // back yet.
            Self::Publish(
                rejection @ (PublishRejection::NoShop(_) | PublishRejection::NoCalendar(_)),
            ) => rejection.reason().not_known_yet(),
            Self::Publish(rejection) => rejection.reason(),
            Self::AnotherProviders { provider } => {
                Reason::new("terms.another_providers", &[]).named("A1").fact("provider", provider)
            }
            Self::WrongKey { document, .. } => Reason::new("terms.wrong_key", &[])
                .instead(format!("Send it under the key `{document}`.")),
        }
    }
}
