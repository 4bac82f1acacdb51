//! Durations on the command line and in requests: a number with a unit, such as `16d`.

use std::time::Duration;

/// The longest duration: a hundred years.
const LONGEST_DAYS: u64 = 36_500;
const DAY: u64 = 86_400;

/// Reads a duration.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!("invalid duration `{text}`: use a number followed by s, m, h, d or w, such as 16d")
    };
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= LONGEST_DAYS * DAY);
    seconds.map(Duration::from_secs).ok_or_else(|| format!("`{text}` is over a hundred years"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("16d"), Ok(Duration::from_secs(16 * DAY)));
        assert_eq!(duration("2w"), duration("14d"));
        for wrong in ["", "h", "5", "5y", "-1s", "99999999999999999999d", "40000d", "5д"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
