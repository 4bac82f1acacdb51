//! What is kept of a text that may come from anyone: no control characters, and not too long.

use recourse_kernel::record::header;

use super::log::Incoming;

/// Reasons are truncated to this many characters.
const LONGEST_REASON: usize = 300;

/// A header of an unreadable input, if it is fit to keep: at most 256 bytes, no control characters.
pub(super) fn plain(incoming: &Incoming, name: &str) -> String {
    let text = header(&incoming.headers, name);
    let text = text.filter(|text| text.len() <= 256 && !text.contains(char::is_control));
    text.unwrap_or_default().to_owned()
}

/// Shortens a reason: a JSON error may quote its input.
pub(super) fn shortened(reason: &str) -> String {
    let mut letters = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = letters.by_ref().take(LONGEST_REASON).collect();
    if letters.next().is_some() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(shortened("line 1\nline 2"), "line 1 line 2");
        let long = shortened(&"x".repeat(LONGEST_REASON + 1));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LONGEST_REASON + 1, true));
        assert!(!shortened(&"x".repeat(LONGEST_REASON)).ends_with('…'));
    }
}
