//! The numbers in a text: IMEIs, IMEISVs and MEIDs, however they are grouped, and numbers of
//! manufacturers.

use super::InvalidSerial;
use super::characters::plain;
use super::labels::without_labels;

/// Digits of an IMEI without its check digit, and of a MEID.
const BODY: usize = 14;
/// Digits of an IMEI.
const IMEI: usize = 15;
/// The shortest number of a manufacturer next to an IMEI; anything shorter belongs to the IMEI.
const SHORTEST_NEXT_TO_IMEI: usize = 8;

/// All numbers in the text, each in its stored form; at least one.
pub(super) fn numbers(text: &str) -> Result<Vec<String>, InvalidSerial> {
    let text = without_labels(&plain(text).ok_or(InvalidSerial::Form)?);
    if let Some(number) = device_number(&text) {
        return Ok(vec![number?]);
    }
    let fields = text.split(['\n', ',', ';', '|', '&', '+']);
    let fields = fields.map(|field| field.trim_matches([' ', ':', '#', '=', '.', '(', ')', '"']));
    let mut numbers = Vec::new();
    for field in fields.filter(|field| field.contains(char::is_alphanumeric)) {
        numbers.extend(numbers_of(field)?);
    }
    if numbers.is_empty() { Err(InvalidSerial::Form) } else { Ok(numbers) }
}

fn numbers_of(field: &str) -> Result<Vec<String>, InvalidSerial> {
    if let Some(number) = device_number(field) {
        return Ok(vec![number?]);
    }
    if let Some((first, second)) = two_device_numbers(field) {
        return Ok(vec![first?, second?]);
    }
    match next_to_imei(field) {
        Some((first, second)) => Ok(vec![first, second]),
        None => Ok(vec![makers_number(field)?]),
    }
}

/// The number that networks know the device by, if the text has the form of one.
fn device_number(text: &str) -> Option<Result<String, InvalidSerial>> {
    let groups = groups(text);
    let number = groups.concat();
    if is_decimal(&number) {
        return from_digits(&groups);
    }
    // A manufacturer's number may have slashes, dots and the form of a MEID.
    let is_plain = text.chars().all(|c| c.is_ascii_hexdigit() || " \n-".contains(c));
    let is_meid = number.len() == BODY && number.bytes().all(|c| c.is_ascii_hexdigit());
    (is_plain && is_meid).then_some(Ok(number))
}

/// An IMEI, an IMEISV or a MEID in decimal digits, grouped in any manner.
fn from_digits(groups: &[&str]) -> Option<Result<String, InvalidSerial>> {
    let number = groups.concat();
    let has_imei_first = groups.first().is_some_and(|group| group.len() == IMEI);
    match number.len() {
        14 => Some(Ok(number)),
        16 if !has_imei_first => Some(Ok(number)),
        // What follows the check digit is the software version: `352099001761481 / 01`.
        15..=17 => {
            let imei = &number[..IMEI];
            Some(if passes_luhn(imei) {
                Ok(imei.to_owned())
            } else {
                Err(InvalidSerial::CheckDigit)
            })
        }
        18 => from_decimal_meid(&number).map(Ok),
        _ => None,
    }
}

/// A MEID in decimal digits: ten for its first eight hexadecimal ones, eight for the other six.
/// `None` if they make no MEID, which begins with A0 to FF or has no letters.
fn from_decimal_meid(number: &str) -> Option<String> {
    let first: u32 = number.get(..10)?.parse().ok()?;
    let rest: u32 = number.get(10..)?.parse().ok()?;
    let meid = format!("{first:08X}{rest:06X}");
    let is_meid = first >= 0xA000_0000 || is_decimal(&meid);
    (meid.len() == BODY && is_meid).then_some(meid)
}

type Read = Result<String, InvalidSerial>;

/// Two numbers of digits in one field, such as both IMEIs of a phone with two SIM cards.
fn two_device_numbers(field: &str) -> Option<(Read, Read)> {
    let groups = groups(field);
    if !is_decimal(&groups.concat()) {
        return None;
    }
    if let [both] = groups[..] {
        let (first, second) = both.split_at_checked(IMEI)?;
        let are_two = second.len() == IMEI && passes_luhn(first) && passes_luhn(second);
        return are_two.then(|| (Ok(first.to_owned()), Ok(second.to_owned())));
    }
    let length = |groups: &[&str]| groups.iter().map(|group| group.len()).sum::<usize>();
    let split = |lengths: &[usize]| {
        (1..groups.len())
            .map(|at| groups.split_at(at))
            .find(|(a, b)| lengths.contains(&length(a)) && lengths.contains(&length(b)))
    };
    // With check digits first: eight groups of `352099/00/176148/1` could be split elsewhere too.
    let (first, second) = split(&[15, 17]).or_else(|| split(&[14, 15, 16, 17, 18]))?;
    Some((from_digits(first)?, from_digits(second)?))
}

/// An IMEI and a number of the manufacturer in one field.
fn next_to_imei(field: &str) -> Option<(String, String)> {
    let imei = |text: &str| device_number(text)?.ok().filter(|number| number.len() == IMEI);
    let makers = |text: &str| {
        let number = makers_number(text).ok()?;
        let is_long = number.len() >= SHORTEST_NEXT_TO_IMEI;
        (is_long && number.contains(|c: char| c.is_ascii_uppercase())).then_some(number)
    };
    field.match_indices([' ', '/']).find_map(|(at, _)| {
        let (first, second) = (&field[..at], field[at..].trim_matches([' ', '/']));
        let first = first.trim_matches([' ', '/']);
        let imei_first = imei(first).zip(makers(second));
        imei_first.or_else(|| makers(first).zip(imei(second)))
    })
}

fn makers_number(field: &str) -> Result<String, InvalidSerial> {
    let number: String = field.chars().filter(|c| !c.is_whitespace()).collect();
    let is_known = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || b"-/".contains(&c);
    if (4..=40).contains(&number.len()) && number.bytes().all(is_known) {
        Ok(number)
    } else {
        Err(InvalidSerial::Form)
    }
}

/// What is between the separators with which people group digits.
fn groups(text: &str) -> Vec<&str> {
    let groups = text.split(|c: char| " \n-/\\.,;:_'\"()[]#*=".contains(c));
    groups.filter(|group| !group.is_empty()).collect()
}

fn is_decimal(number: &str) -> bool {
    number.bytes().all(|c| c.is_ascii_digit())
}

/// Whether the last digit is the valid Luhn check digit.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|c| u32::from(c - b'0'))
        .enumerate()
        .map(|(location, digit)| match (location % 2, digit * 2) {
            (0, _) => digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}
