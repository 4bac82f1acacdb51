//! A call that asks for a change: who asks, under which `Idempotency-Key`, about what, and with
//! which body. One extractor for every endpoint that leads to a command.

use std::ops::Deref;

use axum::extract::{FromRef, FromRequest, FromRequestParts as _, Request};
use recourse_kernel::{Role, Wire};
use serde::de::DeserializeOwned;

use super::Edge;
use super::call::{path_of, query_of};
use super::caller::Caller;
use super::idempotency::IdempotencyKey;
use super::problem::Problem;
use super::request::RequestBody;
use super::strict;
use super::submit::{Accepted, Submit};

/// A call that asks for a command, with the parameters of its path as a `P`. It derefs to the edge,
/// so that a handler needs no other argument.
///
/// The checks run in the order of the fields: edge, token, `Idempotency-Key`, path, query, body.
/// The path is read here and not by an argument of its own, which would run first: a caller without
/// a token learns nothing about it. A command has no query parameters.
pub struct Command<P = ()> {
    edge: Edge,
    /// Verified; whether they may do this is for [`Command::only`] to check.
    pub caller: Caller,
    key: IdempotencyKey,
    /// The parameters of the path, such as the id of a claim.
    pub path: P,
    /// The body, if there is one; read it with [`RequestBody::read`].
    pub request: RequestBody,
}

impl<P, S> FromRequest<S> for Command<P>
where
    P: DeserializeOwned + Send,
    Edge: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let edge = Edge::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let key = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        let path = strict::path(&path_of(&mut parts, state).await?)?;
        let () = strict::query(&query_of(&parts)?, &[])?;
        let request = RequestBody::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { edge, caller, key, path, request })
    }
}

impl<P> Deref for Command<P> {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.edge
    }
}

impl Command {
    /// A call that did not come over HTTP, as one without parameters in its path.
    pub fn new(edge: Edge, caller: Caller, key: IdempotencyKey, request: RequestBody) -> Self {
        Self { edge, caller, key, path: (), request }
    }
}

impl<P> Command<P> {
    /// 403 unless the caller has one of these roles.
    pub fn only(&self, roles: &[Role]) -> Result<(), Problem> {
        self.caller.only(roles)
    }

    /// Submits a command about `key`, an order key or a line of terms. Answers 200 once it is
    /// decided.
    pub async fn submit<C: Wire>(
        &self,
        key: impl AsRef<str>,
        command: &C,
    ) -> Result<Accepted, Problem> {
        self.edge.submit(self.of(key.as_ref(), command)?).await
    }

    /// The same for a report of what happened outside, which is identified by its content:
    /// under the same `Idempotency-Key`, a corrected body is another report. The decision itself
    /// keeps a repeated report from counting twice.
    pub async fn report<C: Wire>(
        &self,
        key: impl AsRef<str>,
        command: &C,
    ) -> Result<Accepted, Problem> {
        let mut submit = self.of(key.as_ref(), command)?;
        let mac = &self.edge.parts.mac;
        let once = self.key.of_report(mac, command.type_name(), &self.request);
        submit.idempotency_key = &once;
        self.edge.submit(submit).await
    }

    /// The same for a command that creates something, which can be read at the path that `at` gives
    /// for its id. Answers 201 once it is decided.
    pub async fn create<C: Wire>(
        &self,
        key: impl AsRef<str>,
        command: &C,
        at: impl FnOnce(&str) -> String,
    ) -> Result<Accepted, Problem> {
        Ok(self.submit(key, command).await?.creates(at))
    }

    /// The same as [`Command::submit`], for another context of the same process.
    pub async fn submit_to<C: Wire>(
        &self,
        context: &str,
        key: impl AsRef<str>,
        command: &C,
    ) -> Result<Accepted, Problem> {
        self.edge.submit_to(context, self.of(key.as_ref(), command)?).await
    }

    /// The same as [`Command::create`], for another context of the same process.
    pub async fn create_in<C: Wire>(
        &self,
        context: &str,
        key: impl AsRef<str>,
        command: &C,
        at: impl FnOnce(&str) -> String,
    ) -> Result<Accepted, Problem> {
        Ok(self.submit_to(context, key, command).await?.creates(at))
    }

    /// Refuses fields that were sent to a call that reads none.
    fn of<'a, C>(&'a self, key: &'a str, command: &'a C) -> Result<Submit<'a, C>, Problem> {
        let (caller, idempotency_key, request) = (&self.caller, &self.key, &self.request);
        request.is_understood()?;
        Ok(Submit { caller, idempotency_key, key, command, request })
    }
}
