//! What people write around numbers and is no part of them: the numbers of a list (`1) 352…`) and
//! the words between two IMEIs (`352… y 490…`).

use super::digits::{IMEI, device_number, groups, is_imei};

/// What separates numbers, in a text without letters.
pub(super) const BETWEEN_FIELDS: [char; 6] = ['\n', ',', ';', '|', '&', '+'];
/// The longest word between two IMEIs, in letters.
const LONGEST_WORD: usize = 10;
/// The shortest number of a manufacturer next to an IMEI; anything shorter belongs to the IMEI.
pub(super) const SHORTEST_NEXT_TO_IMEI: usize = 8;

/// The text with a line break in place of each number of a list: `1) 352099001761481`.
pub(super) fn without_list_numbers(text: &str) -> String {
    let mut kept = String::new();
    for (at, c) in text.char_indices() {
        let is_list_number = is_list_number(&kept, c, &text[at + c.len_utf8()..]);
        kept.push(if is_list_number { '\n' } else { c });
    }
    kept
}

/// Whether a digit counts the number after it. No phone's IMEI begins with 1 or 2, so these need no
/// mark such as `)` if a whole number follows: an IMEI in groups must have its check digit, since
/// the groups of `1 352099 00 176148 2` may be those of an IMEISV.
fn is_list_number(before: &str, digit: char, after: &str) -> bool {
    let is_apart = before.chars().next_back().is_none_or(|c| " \n,;|&+#([\"".contains(c))
        && !after.starts_with(char::is_alphanumeric);
    if !is_apart || !('1'..='9').contains(&digit) {
        return false;
    }
    let is_marked = before.trim_end_matches(' ').ends_with('#')
        || after.starts_with(". ")
        || after.trim_start_matches(' ').starts_with([')', ']', ':', '#']);
    let ends = |c: char| c.is_alphabetic() || BETWEEN_FIELDS.contains(&c);
    let earlier = before.rsplit(ends).next().unwrap_or_default();
    let follows_number = match groups(earlier).concat().len() {
        0 => true,
        length => is_imei(earlier) || is_marked && (IMEI..=IMEI + 2).contains(&length),
    };
    let later = after.trim_start_matches(|c: char| !c.is_alphanumeric());
    let number = later.split(ends).next().unwrap_or_default();
    let is_list_number = if is_marked {
        // 3 to 9 may be the first digit of an IMEI: `# 3 52099001761481`.
        let may_be_its_first = match groups(number).concat().len() {
            0 => false,
            length => length != IMEI && !is_imei(number),
        };
        !later.is_empty() && (!may_be_its_first || ['1', '2'].contains(&digit))
    } else {
        let has_letter_next = later[number.len()..].starts_with(char::is_alphabetic);
        let is_whole = number.ends_with(' ') || !has_letter_next;
        let is_number = is_whole && begins_with_number(number);
        ['1', '2'].contains(&digit)
            && (is_number || after.starts_with(' ') && begins_with_meid(later))
    };
    follows_number && is_list_number
}

/// Whether the groups of digits begin with a number of their own.
fn begins_with_number(number: &str) -> bool {
    let groups = groups(number);
    let is_one_group = match groups[..] {
        [only] | [only, "1" | "2", ..] => (IMEI - 1..=IMEI + 1).contains(&only.len()),
        _ => false,
    };
    let is_whole = groups.concat().len() >= IMEI && matches!(device_number(number), Some(Ok(_)));
    is_one_group || is_whole || (1..groups.len()).any(|count| is_imei(&groups[..count].concat()))
}

/// Whether a MEID with letters comes first, in one group.
fn begins_with_meid(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_uppercase()) && device_number(word).is_some()
}

/// What is left of a field without the words between two numbers and next to an IMEI, in any
/// language: `352… y 490…`, `телефон 352…`.
pub(super) fn without_words(field: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(letter) = field[at..].find(char::is_alphabetic).map(|found| at + found) {
        let is_digit = |c: char| c.is_ascii_digit();
        let from = field[start..letter].rfind(is_digit).map_or(start, |last| start + last + 1);
        let to = field[letter..].find(is_digit).map_or(field.len(), |next| letter + next);
        if are_words(&field[start..from], &field[from..to], &field[to..]) {
            parts.push(&field[start..from]);
            start = to;
        }
        at = to;
    }
    parts.push(&field[start..]);
    parts
}

/// Whether the letters belong neither to the number before them nor to the one after them.
fn are_words(before: &str, words: &str, after: &str) -> bool {
    let before = before.rsplit(char::is_alphabetic).next().unwrap_or_default();
    let after = after.split(char::is_alphabetic).next().unwrap_or_default();
    // `352099001761481-T` and `352099001761481/T` are numbers of manufacturers.
    let inner = words.trim_matches(['-', '/']);
    let is_apart = |c: Option<char>| c.is_some_and(|c| " :.".contains(c) || !c.is_ascii());
    match (before.is_empty(), after.is_empty()) {
        (false, false) => {
            let are_numbers = device_number(before).is_some() && device_number(after).is_some();
            // `352099001761481-T 490154203237518`
            let attached = words.trim_matches('-');
            let is_letter = |c: char| c.is_ascii_uppercase();
            let belongs = attached.starts_with(is_letter) || attached.ends_with(is_letter);
            let letters = words.chars().filter(|c| c.is_alphabetic()).count();
            are_numbers && letters <= LONGEST_WORD && !belongs
        }
        (true, false) => is_imei(after) && is_word(words) && is_apart(inner.chars().next_back()),
        (false, true) => is_imei(before) && is_word(words) && is_apart(inner.chars().next()),
        (true, true) => false,
    }
}

/// Whether this says something about an IMEI next to it, rather than being a manufacturer's number.
pub(super) fn is_word(text: &str) -> bool {
    let length = text.chars().filter(|c| c.is_alphanumeric()).count();
    !text.contains(char::is_numeric) && (!text.is_ascii() || length < SHORTEST_NEXT_TO_IMEI)
}
