//! The position of a write in the log, so that a read can wait for it.

use std::fmt;
use std::str::FromStr;

use axum::http::HeaderValue;

/// The header that responses carry and reads accept.
pub const POSITION_HEADER: &str = "recourse-position";

/// The most positions in one header; more are refused.
const MAX_POSITIONS: usize = 16;

/// One or more log positions, written `claims/7/120394` and separated by commas. This is a public
/// format, but opaque to callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(Vec<LogPosition>);

/// The position of one event, written `claims/7/120394`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPosition {
    /// The context, as in its topic names: `claims`.
    pub context: String,
    /// The partition of the context's events topic.
    pub partition: i32,
    /// The event's own offset, not the next one.
    pub offset: i64,
}

/// The text is not a valid position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a position must look like `claims/7/120394`; separate several with commas")]
pub struct InvalidPosition;

impl Position {
    /// A position with one part: `claims/7/120394`.
    pub fn new(context: &str, partition: i32, offset: i64) -> Self {
        Self(vec![LogPosition { context: context.to_owned(), partition, offset }])
    }

    /// At least one, and at most 16 if it was parsed. A service waits for those that it projects.
    pub fn parts(&self) -> &[LogPosition] {
        &self.0
    }

    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.to_string()).ok()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, at) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{}/{}/{}", at.context, at.partition, at.offset)?;
        }
        Ok(())
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let parts: Result<Vec<_>, _> =
            text.split(',').take(MAX_POSITIONS + 1).map(log_position).collect();
        parts.ok().filter(|parts| parts.len() <= MAX_POSITIONS).map(Self).ok_or(InvalidPosition)
    }
}

fn log_position(text: &str) -> Result<LogPosition, InvalidPosition> {
    let mut parts = text.trim().split('/');
    let (Some(context), Some(partition), Some(offset), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(InvalidPosition);
    };
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
    let is_context = (1..=32).contains(&context.len())
        && context.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let partition = number(partition).and_then(|partition| i32::try_from(partition).ok());
    match (is_context, partition, number(offset)) {
        (true, Some(partition), Some(offset)) => {
            Ok(LogPosition { context: context.to_owned(), partition, offset })
        }
        _ => Err(InvalidPosition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_round_trips() {
        let position: Position = "claims/7/120394,jobs/0/3".parse().unwrap();
        assert_eq!(position.to_string(), "claims/7/120394, jobs/0/3");
        assert_eq!(position.to_string().parse(), Ok(position));
        assert_eq!("claims/7/120394".parse(), Ok(Position::new("claims", 7, 120_394)));
    }

    #[test]
    fn an_invalid_position_is_refused() {
        for bad in
            ["", "claims", "claims/7", "claims/-1/3", "claims/7/x", "claims/7/3/4", "A/1/1", ","]
        {
            assert_eq!(bad.parse::<Position>(), Err(InvalidPosition), "{bad}");
        }
        assert!("a/1/1,".repeat(17).trim_end_matches(',').parse::<Position>().is_err());
    }
}
