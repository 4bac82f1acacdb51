//! The characters of a serial number as people type, paste and scan them.

/// The longest text that is read, in visible characters: two numbers with their labels.
const MAX_LENGTH: usize = 200;

/// The digit zero of every script in which phones show numbers; the other nine follow it.
const ZEROS: [char; 36] = [
    '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}',
    '\u{BE6}', '\u{C66}', '\u{CE6}', '\u{D66}', '\u{DE6}', '\u{E50}', '\u{ED0}', '\u{F20}',
    '\u{1040}', '\u{1090}', '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{1A80}', '\u{1A90}',
    '\u{1B50}', '\u{1BB0}', '\u{1C40}', '\u{1C50}', '\u{A620}', '\u{A8D0}', '\u{A900}', '\u{A9D0}',
    '\u{A9F0}', '\u{AA50}', '\u{ABF0}', '\u{FF10}',
];

/// The text in capital ASCII letters, ASCII digits and ASCII punctuation, as far as it has any:
/// digits of other scripts, full-width characters, dashes, slashes and spaces are replaced, and
/// invisible characters are left out. `None` if it is too long to be one or two numbers.
pub(super) fn plain(text: &str) -> Option<String> {
    let mut plain = String::new();
    for (count, c) in text.chars().filter_map(plain_character).enumerate() {
        if count == MAX_LENGTH {
            return None;
        }
        plain.push(c);
    }
    Some(plain)
}

fn plain_character(c: char) -> Option<char> {
    let plain = match c {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        // Looks like a space, and Unicode does not count it as one.
        '\u{2800}' | '\u{3164}' | '\u{FFA0}' => ' ',
        _ if c.is_whitespace() => ' ',
        _ if is_invisible(c) => return None,
        '\u{FF01}'..='\u{FF5E}' => from_full_width(c),
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{29F8}' => '/',
        '\u{B7}' | '\u{2022}' | '\u{2024}' | '\u{3002}' | '\u{30FB}' | '\u{FF61}' => '.',
        '\u{60C}' | '\u{3001}' => ',',
        '\u{61B}' => ';',
        '\u{2116}' | '\u{B0}' | '\u{BA}' => '#',
        // The numbers of a list: ①, ⑴, ⒈, ❶. In 1⃣ the mark follows its digit.
        '\u{2460}'..='\u{249B}' | '\u{24F5}'..='\u{24FE}' | '\u{2776}'..='\u{2793}' => '\n',
        '\u{20E3}' => ')',
        '\u{AB}' | '\u{BB}' | '\u{2018}'..='\u{201F}' => '"',
        _ => digit(c).unwrap_or(c),
    };
    Some(plain.to_ascii_uppercase())
}

fn from_full_width(c: char) -> char {
    char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
}

fn digit(c: char) -> Option<char> {
    let value =
        |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    char::from_digit(ZEROS.iter().find_map(value)?, 10)
}

/// Control characters, and what Unicode formats text with: zero-width characters, soft hyphens,
/// byte order marks, marks of the writing direction, variation selectors, tags.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_plain_digits() {
        for zero in ZEROS {
            let digits: String =
                (0..10).map(|n| char::from_u32(u32::from(zero) + n).unwrap()).collect();
            assert!(digits.chars().all(char::is_numeric), "{zero:?}");
            assert_eq!(plain(&digits).as_deref(), Some("0123456789"), "{zero:?}");
        }
    }

    #[test]
    fn invisible_characters_are_left_out() {
        let seen = plain("\u{FEFF}3\u{200B}5\u{AD}2\u{202D}0\u{202C}\u{2060}9\u{1D}");
        assert_eq!(seen.as_deref(), Some("35209"));
        assert_eq!(plain(&"\u{200B}".repeat(5_000)).as_deref(), Some(""));
        assert_eq!(plain(&"9".repeat(201)), None);
    }

    #[test]
    fn spaces_dashes_and_slashes_have_many_forms() {
        let seen = plain("a\u{A0}b\u{2009}c\u{202F}d\u{3000}e\u{2011}f\u{2212}g\u{FF0D}h\u{FF0F}i");
        assert_eq!(seen.as_deref(), Some("A B C D E-F-G-H/I"));
        assert_eq!(plain("\u{2044}\u{2215}\u{FF21}\u{FF41}").as_deref(), Some("//AA"));
    }
}
