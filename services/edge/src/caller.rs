//! The caller: a JWT, accepted only with an allowed algorithm, a key from the issuer's own set, and
//! every claim this project requires.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::{JwtAlgorithm, Mode, Settings};
use recourse_terms::Provider;
use serde::Deserialize;

use super::Edge;
use super::at_position::AtPosition;
use super::keys::{IssuerKeys, KeysError};
use super::problem::Problem;

/// Longer tokens are rejected without being decoded.
const MAX_LENGTH: usize = 8 * 1024;

/// A caller whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Role and pseudonymous subject, as written into records.
    pub principal: Principal,
}

impl Caller {
    /// Short for `principal.role`; never [`Role::System`], which no token grants.
    pub fn role(&self) -> Role {
        self.principal.role
    }

    /// The pseudonym that the caller's personal data is sealed under, such as `buyer:b-81`.
    pub fn person(&self) -> String {
        self.principal.person()
    }

    /// 403 unless the caller has one of these roles.
    pub fn only(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.principal.role) {
            return Ok(());
        }
        let allowed: Vec<_> = roles.iter().map(|role| role.name()).collect();
        let detail = format!("the role `{}` may not do this", self.principal.role.name());
        Err(Problem::forbidden(detail).fact("allowed", allowed))
    }
}

impl<S> FromRequestParts<S> for Caller
where
    Edge: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        let token = values
            .next()
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .filter(|_| values.next().is_none());
        let Some((_, token)) = token else { return Err(TokenError::Missing.into()) };
        let edge = Edge::from_ref(state);
        let principal = edge.tokens().verify(token.trim()).await?;
        // Read-your-writes. Only for verified callers, since waiting occupies a slot.
        if matches!(parts.method, Method::GET | Method::HEAD) {
            let AtPosition(position) = AtPosition::from_request_parts(parts, state).await?;
            if let Some(position) = position {
                edge.wait_for(&position).await?;
            }
        }
        Ok(Self { principal })
    }
}

/// Why a token was rejected. The caller gets 401.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No `Authorization: Bearer …`, or more than one.
    #[error("send exactly one `Authorization: Bearer` header with a token")]
    Missing,
    /// Not a JWT, not signed, or signed with an algorithm that is not allowed or a key that is not
    /// the issuer's.
    #[error("the token was not accepted: get a new one from this installation's issuer")]
    NotAccepted,
    /// The token has expired or is not valid yet.
    #[error("the token has expired or is not valid yet")]
    NotNow,
    /// A claim is missing or malformed, or names another issuer or audience.
    #[error(
        "the token must contain exp, nbf, iss, aud, sub and role, with this installation's issuer \
         and audience"
    )]
    Claims,
    /// The role is not one for callers, the subject is not a pseudonym, or the provider is not a
    /// slug.
    #[error("the token's role, subject or provider is not valid for a caller")]
    Principal,
    /// In production, an adjuster's or a publisher's token must say which provider employs them.
    #[error("the token of a provider's staff must name the provider in the claim `provider`")]
    Provider,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Missing => "token.missing",
            TokenError::NotAccepted => "token.not_accepted",
            TokenError::NotNow => "token.not_valid_now",
            TokenError::Claims => "token.claims",
            TokenError::Principal => "token.principal",
            TokenError::Provider => "token.provider",
        };
        Self::unauthorized(code, error.to_string())
    }
}

/// Verifies tokens. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Tokens {
    keys: IssuerKeys,
    es256: Option<Validation>,
    rs256: Option<Validation>,
    /// Whether a provider's staff must name their provider: everywhere except in development.
    needs_provider: bool,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    role: String,
    provider: Option<String>,
    shop: Option<String>,
    marketplace: Option<String>,
    seller: Option<String>,
}

impl Tokens {
    /// A verifier for the tokens that the settings allow. In development without a configured
    /// issuer, that is the development issuer, whose key is created if missing.
    pub async fn of(settings: &Settings) -> Result<Self, KeysError> {
        let keys = IssuerKeys::of(settings).await?;
        let jwt = &settings.jwt;
        let validation = |allowed, algorithm| {
            jwt.algorithms.contains(&allowed).then(|| {
                let mut validation = Validation::new(algorithm);
                validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
                validation.set_issuer(&[&jwt.issuer]);
                validation.set_audience(&[&jwt.audience]);
                validation.validate_nbf = true;
                validation.leeway = jwt.leeway_s;
                validation
            })
        };
        let es256 = validation(JwtAlgorithm::Es256, Algorithm::ES256);
        let rs256 = validation(JwtAlgorithm::Rs256, Algorithm::RS256);
        let needs_provider = settings.mode == Mode::Production;
        Ok(Self { keys, es256, rs256, needs_provider })
    }

    /// Returns the principal of a token if its signature, issuer, audience, times and claims are
    /// valid. May first re-read the keys, when they are old or the token names an unknown one.
    pub async fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::NotAccepted);
        }
        let header = decode_header(token).map_err(|_| TokenError::NotAccepted)?;
        let (validation, algorithm) = match header.alg {
            Algorithm::ES256 => (&self.es256, JwtAlgorithm::Es256),
            Algorithm::RS256 => (&self.rs256, JwtAlgorithm::Rs256),
            _ => return Err(TokenError::NotAccepted),
        };
        let validation = validation.as_ref().ok_or(TokenError::NotAccepted)?;
        // Critical header extensions must be understood, and none are supported.
        if header.crit.is_some() {
            return Err(TokenError::NotAccepted);
        }
        let id = header.kid.ok_or(TokenError::NotAccepted)?;
        // A key is valid for one algorithm only, so a token cannot choose how its key is used.
        let key = self.keys.find(&id, algorithm).await.ok_or(TokenError::NotAccepted)?;
        let claims = decode::<Claims>(token, &key, validation).map_err(|error| refusal(&error))?;
        let principal = principal(&claims.claims).ok_or(TokenError::Principal)?;
        let is_staff = matches!(principal.role, Role::Adjuster | Role::Provider);
        if self.needs_provider && is_staff && principal.provider.is_none() {
            return Err(TokenError::Provider);
        }
        Ok(principal)
    }
}

fn refusal(error: &jsonwebtoken::errors::Error) -> TokenError {
    match error.kind() {
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => TokenError::NotNow,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidIssuer
        | ErrorKind::InvalidAudience
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => TokenError::Claims,
        _ => TokenError::NotAccepted,
    }
}

/// The principal of these claims. No token may carry the `system` role, and a subject is a short
/// plain word, since it is part of every record.
fn principal(claims: &Claims) -> Option<Principal> {
    let role: Role = claims.role.parse().ok().filter(|role| *role != Role::System)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@".contains(&byte);
    let subject = &claims.sub;
    let fits = (1..=128).contains(&subject.len()) && subject.bytes().all(plain);
    let provider = claims.provider.as_deref().map(str::parse::<Provider>).transpose().ok()?;
    let provider = provider.map(|provider| provider.to_string());
    let acts_for = organisation(claims).ok()?;
    fits.then(|| Principal { provider, acts_for, ..Principal::new(role, subject) })
}

/// An organisation's name that a record cannot carry.
struct NotAName;

/// The organisation that a token names in addition to a provider: a shop's id, a marketplace, or a
/// marketplace and a seller there.
fn organisation(claims: &Claims) -> Result<Option<String>, NotAName> {
    let fits = |name: &String| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let named = [&claims.marketplace, &claims.seller, &claims.shop];
    if !named.into_iter().flatten().all(fits) {
        return Err(NotAName);
    }
    let path: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
    Ok((!path.is_empty()).then(|| path.join("/")))
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;
