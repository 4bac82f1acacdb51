//! Why a token was rejected, and the answer to it.

use super::problem::Problem;

/// Why a token was rejected. The caller gets 401, with a sentence that names the claim or the part
/// of the header that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No `Authorization: Bearer …`, or more than one.
    #[error("send exactly one `Authorization: Bearer` header with a token")]
    Missing,
    /// Not a JWT, not signed, or signed with an algorithm that is not allowed or a key that is not
    /// the issuer's.
    #[error("the token was not accepted: {0}")]
    NotAccepted(&'static str),
    /// The token has expired or is not valid yet.
    #[error("the claim `{claim}` {needs}")]
    NotNow {
        /// `exp` or `nbf`.
        claim: &'static str,
        /// What is wrong with it.
        needs: &'static str,
    },
    /// A claim is missing or malformed, or names another issuer or audience.
    #[error("the claim `{claim}` {needs}")]
    Claim {
        /// Its name.
        claim: String,
        /// What it must be.
        needs: String,
    },
    /// The role is not one for callers, the subject is not a pseudonym, or the provider is not a
    /// slug.
    #[error("the claim `{claim}` {needs}")]
    Principal {
        /// Its name.
        claim: String,
        /// What it must be.
        needs: String,
    },
    /// In production, an adjuster's or a publisher's token must say which provider employs them.
    #[error("the claim `{0}` is missing: it names the provider whose staff the caller is")]
    Provider(String),
}

impl TokenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "token.missing",
            Self::NotAccepted(_) => "token.not_accepted",
            Self::NotNow { .. } => "token.not_valid_now",
            Self::Claim { .. } => "token.claims",
            Self::Principal { .. } => "token.principal",
            Self::Provider(_) => "token.provider",
        }
    }

    fn claim(&self) -> Option<&str> {
        match self {
            Self::NotNow { claim, .. } => Some(claim),
            Self::Claim { claim, .. } | Self::Principal { claim, .. } | Self::Provider(claim) => {
                Some(claim)
            }
            Self::Missing | Self::NotAccepted(_) => None,
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let problem = Self::unauthorized(error.code(), error.to_string());
        match error.claim() {
            Some(claim) => problem.fact("claim", claim),
            None => problem,
        }
    }
}
