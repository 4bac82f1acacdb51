//! What every reader must satisfy.

use recourse_kernel::record::Header;
use recourse_kernel::{Instant, Wire};

use crate::fuzz::Verdict::{self, Accepted, Refused};
use crate::fuzz::seeds;

/// A refusal carries the reader's error.
pub(super) fn verdict<T, E: std::fmt::Display>(read: Result<T, E>) -> Verdict {
    read.map_or_else(|error| Refused(error.to_string()), |_| Accepted)
}

/// What was read must read back the same after it is written.
pub(super) fn stable<W: Wire>(read: &W) {
    let written = read.encode().expect("what was read can be written");
    let again = W::decode(read.type_name(), &written).expect("what was written can be read");
    let twice = again.encode().expect("what was read can be written");
    assert_eq!(written, twice, "the second write differs");
}

/// When every input happens.
pub(super) fn instant() -> Instant {
    Instant::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

/// An input's key, headers and body.
pub(super) fn parts(input: &[u8]) -> (Vec<u8>, Vec<Header>, &[u8]) {
    let (key, mut rest) = seeds::split(input);
    let mut headers = Vec::new();
    loop {
        let (line, after) = seeds::split(rest);
        rest = after;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.as_bytes().to_vec())),
            None => return (key.into_bytes(), headers, rest),
        }
    }
}
