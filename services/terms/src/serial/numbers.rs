//! The numbers in a text: IMEIs, IMEISVs and MEIDs, however they are grouped, and numbers of
//! manufacturers.

use super::InvalidSerial;
use super::characters::plain;
use super::digits::{IMEI, device_number, from_digits, groups, is_decimal, is_imei, passes_luhn};
use super::labels::{without_dial_codes, without_labels};
use super::lists::{
    BETWEEN_FIELDS, SHORTEST_NEXT_TO_IMEI, is_word, without_list_numbers, without_words,
};

/// All numbers in the text, each in its stored form; at least one.
pub(super) fn numbers(text: &str) -> Result<Vec<String>, InvalidSerial> {
    let plain = plain(text).ok_or(InvalidSerial::Form)?;
    let text = without_list_numbers(&without_labels(&without_dial_codes(&plain)));
    if let Some(number) = device_number(&text) {
        return Ok(vec![number?]);
    }
    let fields: Vec<_> = text.split(BETWEEN_FIELDS).flat_map(without_words).collect();
    let has_imei = fields.iter().any(|field| is_imei(field));
    let mut numbers = Vec::new();
    for field in fields {
        let field = field.trim_matches([' ', ':', '#', '=', '.', '(', ')', '[', ']', '"']);
        if field.contains(char::is_alphanumeric) && !(has_imei && is_word(field)) {
            numbers.extend(numbers_of(field)?);
        }
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
