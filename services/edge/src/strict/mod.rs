//! Reads the parts of a call strictly: what the type does not know is refused, with the list of
//! what it knows.
//!
//! Only calls are read like this. The same types stay tolerant when they are read from Kafka or
//! from a table, where a later release may have written more.

mod encoded;
mod fault;
mod json;
mod params;
mod text;

use recourse_kernel::Wire;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::problem::Problem;
use fault::{Fault, Part};

/// A body as type `T`. Fields named in `given` come from the path: they may be absent from `T`.
pub(super) fn body<T: DeserializeOwned>(value: &Value, given: &[&str]) -> Result<T, Problem> {
    T::deserialize(json::Json::root(value, given)).map_err(|fault| fault.problem(Part::Body))
}

/// A command in the form in which it is on the log, read as strictly as a body: for commands that
/// do not come over HTTP, so that their faults are reported in the same words.
pub fn command<C: Wire>(type_name: &str, value: &Value) -> Result<C, Problem> {
    let read = C::read(type_name, json::Json::root(value, &[]));
    read.map_err(|fault| fault.problem(Part::Body))
}

/// Query parameters as type `T`. Parameters in `also` are known too, but read elsewhere.
pub(super) fn query<T: DeserializeOwned>(
    pairs: &[(String, String)],
    also: &'static [&'static str],
) -> Result<T, Problem> {
    let pairs = params::Params::query(pairs, also).map_err(|fault| fault.problem(Part::Query))?;
    T::deserialize(pairs).map_err(|fault| fault.problem(Part::Query))
}

/// The names and values of a query, such as `state=open&limit=10`, in order.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    encoded::pairs(query).map_err(|fault| fault.problem(Part::Query))
}

/// Path parameters as type `T`: one value, a tuple of them, or `()`.
pub(super) fn path<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let read = T::deserialize(params::Params::path(pairs));
    read.map_err(|fault| match pairs {
        // A type that checks its own text does so outside the parameter.
        [(name, _)] if fault.is_of_the_whole() => fault.within(name).problem(Part::Path),
        _ => fault.problem(Part::Path),
    })
}

/// The answer to a path that is not even text.
pub(super) fn not_a_path() -> Problem {
    Fault::custom("it is not UTF-8").problem(Part::Path)
}

#[cfg(test)]
mod tests;
