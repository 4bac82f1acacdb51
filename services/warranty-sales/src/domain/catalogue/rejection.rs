//! Why something cannot be published or withdrawn.

use recourse_kernel::{NextCall, Rejection};
use recourse_terms::PublishRejection;
use serde_json::{Map, Value};

use crate::domain::rejection::reason::Reason;

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueRejection {
    /// A publishing rule refuses it.
    #[error(transparent)]
    Publish(#[from] PublishRejection),
    /// The command's key differs from the key of its document.
    #[error("the command has the key `{key}`, but its document belongs to `{document}`")]
    WrongKey {
        /// The key of the command.
        key: String,
        /// The key that belongs to the document.
        document: String,
    },
}

impl CatalogueRejection {
    fn reason(&self) -> Reason {
        match self {
            Self::Publish(rejection) => {
                let reason = Reason {
                    facts: rejection.facts(),
                    instead: rejection.instead(),
                    call: rejection.instead_call(),
                    ..Reason::new(rejection.code(), rejection.rules())
                };
                match rejection {
                    // Shops are published in their own stream, and may not have been read back yet.
                    PublishRejection::NoShop(_) => reason.not_known_yet(),
                    _ => reason,
                }
            }
            Self::WrongKey { document, .. } => Reason::new("terms.wrong_key", &[])
                .instead(format!("Send it under the key `{document}`.")),
        }
    }
}

impl Rejection for CatalogueRejection {
    fn code(&self) -> &'static str {
        self.reason().code
    }

    fn rules(&self) -> &'static [&'static str] {
        self.reason().rules
    }

    fn instead(&self) -> Option<String> {
        self.reason().instead
    }

    fn instead_call(&self) -> Option<NextCall> {
        self.reason().call
    }

    fn facts(&self) -> Map<String, Value> {
        self.reason().facts
    }

    fn not_known_yet(&self) -> bool {
        self.reason().not_known_yet
    }
}
