//! The caller: a JWT, accepted only with an allowed algorithm, a key from the issuer's own set, and
//! every claim this project requires.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use recourse_kernel::ids::order_key_in;
use recourse_kernel::{OrderId, OrderKey, Principal, Role};
use recourse_runtime::settings::{JwtAlgorithm, Mode, Settings};

use super::Edge;
use super::at_position::AtPosition;
use super::buyer_access::BuyerAccess;
use super::keys::{IssuerKeys, KeysError};
use super::problem::Problem;
use super::token_claims::{ClaimReader, Claims};
use super::token_error::TokenError;

/// Longer tokens are rejected without being decoded.
const MAX_LENGTH: usize = 8 * 1024;

/// A caller whose token was verified. If it is for one order, the path of the call names that order
/// or something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Role and pseudonymous subject, as written into records.
    pub principal: Principal,
    /// The only order that the token is for, if it is for one.
    pub order: Option<OrderId>,
}

/// A caller whose token may be for an order that the path does not name. The handler itself must
/// keep to [`Caller::order`]: only lists and look-ups by other ids take this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOrder(pub Caller);

impl Caller {
    /// A caller whose token is not for a single order.
    pub fn new(principal: Principal) -> Self {
        Self { principal, order: None }
    }

    /// 403 if the token is for one order and the path names another one, or none.
    fn keeps_to_its_order<'a>(&self, params: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
        let Some(order) = self.order else { return Ok(()) };
        let named: Vec<OrderKey> = params.filter_map(order_named).collect();
        if !named.is_empty() && named.iter().all(|key| *key == order.key) {
            return Ok(());
        }
        let detail = "this token is for one order only, and the call is not about that order";
        Err(Problem { code: "token.other_order".into(), ..Problem::forbidden(detail) }
            .fact("order", order)
            .instead("Call with the id of that order, or of something in it."))
    }

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

/// The order key in a parameter of a path: in the id of an order, a device, a claim, ….
fn order_named(param: &str) -> Option<OrderKey> {
    let key = order_key_in(param).ok()?;
    let (_, rest) = param.split_once(key.as_str())?;
    (rest.is_empty() || rest.starts_with('-')).then_some(key)
}

impl<S> FromRequestParts<S> for Caller
where
    Edge: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let AnyOrder(caller) = AnyOrder::from_request_parts(parts, state).await?;
        if caller.order.is_some() {
            // A path without parameters names no order.
            let params = RawPathParams::from_request_parts(parts, state).await.ok();
            let params = params.iter().flatten().map(|(_, value)| value);
            caller.keeps_to_its_order(params)?;
        }
        Ok(caller)
    }
}

impl<S> FromRequestParts<S> for AnyOrder
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
        let caller = edge.tokens().verify_caller(token.trim()).await?;
        // Read-your-writes. Only for verified callers, since waiting occupies a slot.
        if matches!(parts.method, Method::GET | Method::HEAD) {
            let AtPosition(position) = AtPosition::from_request_parts(parts, state).await?;
            if let Some(position) = position {
                edge.wait_for(&position).await?;
            }
        }
        Ok(Self(caller))
    }
}

/// Verifies tokens. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Tokens {
    keys: IssuerKeys,
    /// The issuer of tokens for one order, if its key is configured.
    buyer_access: Option<Arc<BuyerAccess>>,
    es256: Option<Validation>,
    rs256: Option<Validation>,
    claims: ClaimReader,
    issuer: String,
    audience: String,
    /// Whether a provider's staff must name their provider: everywhere except in development.
    needs_provider: bool,
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
                validation.set_required_spec_claims(&["exp", "iss", "aud"]);
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
        let claims = ClaimReader::new(jwt.claims.clone(), jwt.roles.clone());
        let (issuer, audience) = (jwt.issuer.clone(), jwt.audience.clone());
        let buyer_access = BuyerAccess::of(settings)?.map(Arc::new);
        Ok(Self { keys, buyer_access, es256, rs256, claims, issuer, audience, needs_provider })
    }

    pub(super) fn buyer_access(&self) -> Option<&BuyerAccess> {
        self.buyer_access.as_deref()
    }

    /// Verifies a token of the installation's issuer, or one of the edge's own for a single order.
    pub(super) async fn verify_caller(&self, token: &str) -> Result<Caller, TokenError> {
        if let Some(access) = &self.buyer_access
            && token.len() <= MAX_LENGTH
            && decode_header(token).is_ok_and(|header| access.signs_with(header.kid.as_deref()))
        {
            let (principal, order) =
                access.verify(token).map_err(|error| self.refusal(&error, access.issuer()))?;
            return Ok(Caller { principal, order: Some(order) });
        }
        Ok(Caller::new(self.verify(token).await?))
    }

    /// Returns the principal of a token of the installation's issuer if its signature, issuer,
    /// audience, times and claims are valid. May first re-read the keys, when they are old or the
    /// token names an unknown one.
    pub async fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        let claims = self.verified(token).await?;
        let principal = self.claims.principal(&claims)?;
        let is_staff = matches!(principal.role, Role::Adjuster | Role::Provider);
        if self.needs_provider && is_staff && principal.provider.is_none() {
            return Err(TokenError::Provider(self.claims.provider_claim().to_owned()));
        }
        Ok(principal)
    }

    /// The claims of a token, once its signature, issuer, audience and times are verified.
    async fn verified(&self, token: &str) -> Result<Claims, TokenError> {
        use TokenError::NotAccepted;

        if token.len() > MAX_LENGTH {
            return Err(NotAccepted("it is longer than 8 KiB"));
        }
        let header =
            decode_header(token).map_err(|_| NotAccepted("it is not a JWT that is signed"))?;
        let (validation, algorithm) = match header.alg {
            Algorithm::ES256 => (&self.es256, JwtAlgorithm::Es256),
            Algorithm::RS256 => (&self.rs256, JwtAlgorithm::Rs256),
            _ => return Err(NotAccepted("its header `alg` must be ES256 or RS256")),
        };
        let validation =
            validation.as_ref().ok_or(NotAccepted("its header `alg` is not allowed here"))?;
        // Critical header extensions must be understood, and none are supported.
        if header.crit.is_some() {
            return Err(NotAccepted("its header `crit` asks for something that is not supported"));
        }
        if !header.typ.as_deref().is_none_or(is_access_token) {
            return Err(NotAccepted("its header `typ` must be JWT or at+jwt, or be left out"));
        }
        let id = header.kid.ok_or(NotAccepted("its header `kid` is missing"))?;
        // A key is valid for one algorithm only, so a token cannot choose how its key is used.
        let key = self.keys.find(&id, algorithm).await;
        let key = key.ok_or(NotAccepted("its header `kid` names no key of the issuer"))?;
        let read = decode::<Claims>(token, &key, validation);
        read.map(|token| token.claims).map_err(|error| self.refusal(&error, &self.issuer))
    }

    /// Why a token that this issuer should have signed is refused.
    fn refusal(&self, error: &jsonwebtoken::errors::Error, issuer: &str) -> TokenError {
        let claim =
            |claim: &str, needs: String| TokenError::Claim { claim: claim.to_owned(), needs };
        match error.kind() {
            ErrorKind::ExpiredSignature => {
                TokenError::NotNow { claim: "exp", needs: "is over: the token has expired" }
            }
            ErrorKind::ImmatureSignature => {
                TokenError::NotNow { claim: "nbf", needs: "is ahead: the token is not valid yet" }
            }
            ErrorKind::MissingRequiredClaim(name) => claim(name, "is missing".to_owned()),
            ErrorKind::InvalidIssuer => claim("iss", format!("must be {issuer}")),
            ErrorKind::InvalidAudience => claim("aud", format!("must have {}", self.audience)),
            ErrorKind::InvalidClaimFormat(name) => claim(name, "has the wrong form".to_owned()),
            ErrorKind::Json(_) => TokenError::NotAccepted("its claims are not a JSON object"),
            _ => TokenError::NotAccepted("its signature does not fit"),
        }
    }
}

/// RFC 9068: an access token is `at+jwt`; older issuers write `JWT`. A token for something else,
/// such as a log-out, says so here.
fn is_access_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

#[cfg(test)]
#[path = "caller_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "issuer_tests.rs"]
mod issuer_tests;
