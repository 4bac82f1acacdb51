//! The words that labels, boxes and settings print next to a serial number: `IMEI 1:`, `S/N`.

/// Labels of the numbers that networks know. A digit may follow: `IMEI2`.
const NETWORK: &[&str] = &["IMEI", "IMEIS", "IMEISV", "MEID"];
/// Labels that count only if a space or punctuation follows, because manufacturers' own numbers
/// may begin with them. A digit may follow: `SIM1`.
const OTHER: &[&str] =
    &["SERIAL", "SERIALNO", "SERIALNUMBER", "SN", "ESN", "SV", "SVN", "SIM", "SLOT"];
/// What may follow a label and is part of it.
const CONTINUED: &[&str] =
    &["NO", "NR", "NUM", "NUMBER", "CODE", "ID", "SIM", "SLOT", "HEX", "DEC"];
/// Words between two numbers of any kind. Between two IMEIs, any word is one (`lists.rs`).
const BETWEEN: &[&str] = &["AND", "OR", "UND", "ODER", "И", "и"];

/// The text with a line break in place of each `*#06#`, which shows a phone's IMEI.
pub(super) fn without_dial_codes(text: &str) -> String {
    let (mut kept, mut left) = (String::new(), text);
    while let Some(start) = left.find('*') {
        let (before, code) = left.split_at(start);
        kept.push_str(before);
        let after = after_dial_code(code);
        kept.push(if after.is_some() { '\n' } else { '*' });
        left = after.unwrap_or(&code[1..]);
    }
    kept + left
}

/// What follows the code at the start of this text.
fn after_dial_code(text: &str) -> Option<&str> {
    let mut left = text;
    for part in ["*", "#", "06", "#"] {
        left = left.trim_start_matches(' ').strip_prefix(part)?;
    }
    Some(left)
}

/// The text with a line break in place of each label, and of each word between two numbers.
pub(super) fn without_labels(text: &str) -> String {
    let pieces = pieces(text);
    let (mut kept, mut at, mut label) = (String::new(), 0, Label::No);
    while let Some(&word) = pieces.get(at) {
        if !is_word(word) {
            kept.push_str(word);
            at += 1;
            continue;
        }
        let (length, found) = label_at(&pieces, at, label);
        if let Label::No = found {
            kept.push_str(word);
            at += 1;
        } else {
            // The software version belongs to the number before it.
            kept.push(if ["SV", "SVN"].contains(&word) { ' ' } else { '\n' });
            if let Some((_, number)) = glued(word) {
                kept.push_str(number);
            }
            at += length;
        }
        label = found;
    }
    kept
}

#[derive(Clone, Copy)]
enum Label {
    No,
    /// One that a digit may follow: `IMEI 1`, `SIM 2`.
    Counted,
    Other,
}

/// Whether a label is here, and how many pieces it has. `before` is the label right before it.
fn label_at(pieces: &[&str], at: usize, before: Label) -> (usize, Label) {
    let word = pieces[at];
    let after = |length: usize| pieces.get(at + length).copied().unwrap_or(" ");
    let before_it = at.checked_sub(1).map_or(" ", |at| pieces[at]);
    let without_digit = word.strip_suffix(['1', '2']).unwrap_or(word);
    // `00/SV` is a number of a manufacturer.
    let is_last = |length| at + length == pieces.len() && before_it.ends_with('/');
    let is_apart = |length| {
        !after(length).starts_with(['-', '/']) && !before_it.ends_with('-') && !is_last(length)
    };
    if word == "S" && after(1) == "/" && after(2) == "N" && is_apart(3) {
        return (3, Label::Other);
    }
    let has_digit = ["SIM", "SLOT"].contains(&word) && ["1", "2"].contains(&after(2));
    if has_digit && after(1) == "-" && after(3).starts_with([' ', ':']) && pieces.len() > at + 4 {
        return (3, Label::Other);
    }
    if NETWORK.contains(&word) {
        return (1, Label::Counted);
    }
    if NETWORK.contains(&without_digit) || glued(word).is_some() {
        return (1, Label::Other);
    }
    if OTHER.contains(&without_digit) && is_apart(1) {
        let is_counted = ["SIM", "SLOT"].contains(&word);
        return (1, if is_counted { Label::Counted } else { Label::Other });
    }
    match before {
        // No phone's IMEI begins with 1 or 2, so this is no group of its digits.
        Label::Counted if ["1", "2"].contains(&word) => (1, Label::Other),
        Label::Counted | Label::Other if CONTINUED.contains(&word) => (1, before),
        _ if BETWEEN.contains(&word) && before_it.ends_with(' ') && after(1).starts_with(' ') => {
            (1, Label::Other)
        }
        _ => (0, Label::No),
    }
}

/// A label without a space before its number: `IMEI352099001761481`.
fn glued(word: &str) -> Option<(&str, &str)> {
    let label = ["IMEISV", "IMEI", "MEID"].into_iter().find(|label| word.starts_with(label))?;
    let number = word.strip_prefix(label)?;
    let is_index = ["", "1", "2"].contains(&number);
    let is_decimal = !is_index && number.bytes().all(|c| c.is_ascii_digit());
    let is_hexadecimal = number.len() == 14 && number.bytes().all(|c| c.is_ascii_hexdigit());
    if !is_decimal && !is_hexadecimal {
        return None;
    }
    // `IMEI1` and `IMEI2` may have lost their space too.
    let counted = number.strip_prefix(['1', '2']).filter(|rest| rest.len() == 15);
    Some((label, counted.filter(|_| label == "IMEI").unwrap_or(number)))
}

/// The words of a text, and what is between them.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let mut previous = None;
    for (at, c) in text.char_indices() {
        let is_word = c.is_alphanumeric();
        if previous.is_some_and(|previous| previous != is_word) {
            pieces.push(&text[start..at]);
            start = at;
        }
        previous = Some(is_word);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

fn is_word(piece: &str) -> bool {
    piece.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn left_of(text: &str) -> Vec<String> {
        let left = without_labels(text);
        let fields = left.split('\n').map(|field| field.trim_matches([' ', ':', '.', '(', ')']));
        fields.filter(|field| !field.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn labels_leave_their_number() {
        for labelled in [
            "IMEI 42-7",
            "IMEI: 42-7",
            "IMEI:42-7",
            "IMEI1: 42-7",
            "IMEI2 42-7",
            "IMEI 1: 42-7",
            "IMEI (1): 42-7",
            "IMEI (SIM 1): 42-7",
            "IMEI (SLOT 2) 42-7",
            "IMEI/MEID 42-7",
            "IMEI NO. 42-7",
            "IMEISV 42-7",
            "S/N 42-7",
            "S/N: 42-7",
            "SN: 42-7",
            "SN 42-7",
            "SERIAL NO. 42-7",
            "SERIAL NUMBER: 42-7",
            "(S) SERIAL 42-7",
            "MEID (HEX): 42-7",
            "IMEI42-7",
            "42-7 (IMEI)",
            "42-7 SIM1",
            "SIM-1: 42-7",
            "SLOT-2 42-7",
        ] {
            let left = left_of(labelled);
            assert_eq!(left.last().map(String::as_str), Some("42-7"), "{labelled}: {left:?}");
        }
    }

    #[test]
    fn numbers_of_manufacturers_keep_what_looks_like_a_label() {
        for own in
            ["SN-1234", "SN/12-AB", "SN1234", "S/N-77", "SIM-7", "AB-SN 12", "IMEIAB", "NO 12"]
        {
            assert_eq!(left_of(own), [own], "{own}");
        }
    }

    #[test]
    fn two_labels_leave_two_numbers() {
        assert_eq!(left_of("IMEI1: 41 IMEI2: 42"), ["41", "42"]);
        assert_eq!(left_of("IMEI: 41, S/N: R58"), ["41,", "R58"]);
        assert_eq!(left_of("41 AND 42"), ["41", "42"]);
        assert_eq!(left_of("IMEI1352099001761481"), ["352099001761481"]);
    }
}
