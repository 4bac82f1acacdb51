//! A call that reads, or that has a body of its own kind: who asks, about what, with which query.
//! One extractor for every endpoint that leads to no command.

use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Edge;
use super::caller::Caller;
use super::page::{PAGE_PARAMETERS, PageQuery};
use super::problem::Problem;
use super::strict;

/// A call with the parameters of its path as a `P` and those of its query as a `Q`. It derefs to
/// the edge, so that a handler needs no other argument.
///
/// The checks run in the order of the fields, so that a caller without a token learns nothing else.
/// Parameters that `Q` does not have are refused. With [`AnyOrder`](super::AnyOrder) as `W`, a
/// token for one order is accepted although the path does not name that order; the handler keeps to
/// it.
pub struct Call<P = (), Q = (), W = Caller> {
    edge: Edge,
    /// Verified; whether they may read this is for the handler to check.
    pub caller: W,
    /// The parameters of the path, such as the id of a claim.
    pub path: P,
    /// The parameters of the query.
    pub query: Q,
}

/// A call for one page of a list: a [`Call`] whose query has `cursor` and `limit` as well.
pub struct List<Q = (), P = (), W = Caller> {
    call: Call<P, Q, W>,
    /// The page that the caller asks for.
    pub page: PageQuery,
}

impl<P, Q, W, S> FromRequestParts<S> for Call<P, Q, W>
where
    W: FromRequestParts<S, Rejection = Problem> + Send,
    P: DeserializeOwned + Send,
    Q: DeserializeOwned + Send,
    Edge: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        read(parts, state, &[]).await
    }
}

impl<P, Q, W, S> FromRequestParts<S> for List<Q, P, W>
where
    W: FromRequestParts<S, Rejection = Problem> + Send,
    P: DeserializeOwned + Send,
    Q: DeserializeOwned + Send,
    Edge: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = read(parts, state, PAGE_PARAMETERS).await?;
        let page = PageQuery::from_pairs(&query_of(parts)?)?;
        Ok(Self { call, page })
    }
}

async fn read<P, Q, W, S>(
    parts: &mut Parts,
    state: &S,
    also: &'static [&'static str],
) -> Result<Call<P, Q, W>, Problem>
where
    W: FromRequestParts<S, Rejection = Problem>,
    P: DeserializeOwned,
    Q: DeserializeOwned,
    Edge: FromRef<S>,
    S: Send + Sync,
{
    let caller = W::from_request_parts(parts, state).await?;
    let path = strict::path(&path_of(parts, state).await?)?;
    let query = strict::query(&query_of(parts)?, also)?;
    Ok(Call { edge: Edge::from_ref(state), caller, path, query })
}

/// The query of a call that needs no token. Parameters that `Q` does not have are refused.
pub struct Query<Q>(pub Q);

impl<Q: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(strict::query(&query_of(parts)?, &[])?))
    }
}

/// The parameters of the path, with their names, in order.
pub(super) async fn path_of<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<(String, String)>, Problem> {
    match RawPathParams::from_request_parts(parts, state).await {
        Ok(named) => {
            Ok(named.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
        }
        Err(_) => Err(strict::not_a_path()),
    }
}

/// The parameters of the query, with their names, in order.
pub(super) fn query_of(parts: &Parts) -> Result<Vec<(String, String)>, Problem> {
    strict::pairs(parts.uri.query().unwrap_or_default())
}

impl<P, Q, W> Deref for Call<P, Q, W> {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.edge
    }
}

impl<Q, P, W> Deref for List<Q, P, W> {
    type Target = Call<P, Q, W>;

    fn deref(&self) -> &Call<P, Q, W> {
        &self.call
    }
}
