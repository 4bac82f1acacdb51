//! IMEIs, IMEISVs and MEIDs in digits, however they are grouped.

use super::InvalidSerial;

/// Digits of an IMEI without its check digit, and of a MEID.
const BODY: usize = 14;
/// Digits of an IMEI.
pub(super) const IMEI: usize = 15;

/// The number that networks know the device by, if the text has the form of one.
pub(super) fn device_number(text: &str) -> Option<Result<String, InvalidSerial>> {
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
pub(super) fn from_digits(groups: &[&str]) -> Option<Result<String, InvalidSerial>> {
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

/// Whether this is an IMEI with its check digit, perhaps with the software version after it.
pub(super) fn is_imei(text: &str) -> bool {
    matches!(device_number(text), Some(Ok(number)) if number.len() == IMEI)
}

/// What is between the separators with which people group digits.
pub(super) fn groups(text: &str) -> Vec<&str> {
    let groups = text.split(|c: char| " \n-/\\.,;:_'\"()[]#*=".contains(c));
    groups.filter(|group| !group.is_empty()).collect()
}

pub(super) fn is_decimal(number: &str) -> bool {
    number.bytes().all(|c| c.is_ascii_digit())
}

/// Whether the last digit is the valid Luhn check digit.
pub(super) fn passes_luhn(digits: &str) -> bool {
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
