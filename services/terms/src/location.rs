//! Locations: a country and, optionally, a city.

use serde::{Deserialize, Serialize};

use crate::Country;

/// A city, or a whole country. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The country, by ISO code.
    pub country: Country,
    /// The city; none means anywhere in the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
}

/// A city with its spellings. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct City {
    /// The country, by ISO code.
    pub country: Country,
    /// Its main spelling.
    pub city: String,
    /// Other spellings, in any script.
    pub spellings: Vec<String>,
}

impl City {
    /// Whether this is one of its spellings.
    pub fn is_named(&self, name: &str) -> bool {
        is_one_of(&self.city, &self.spellings, name)
    }
}

/// Whether a name is the main spelling of a city or another one.
pub(crate) fn is_one_of(city: &str, spellings: &[String], name: &str) -> bool {
    is_same_city(city, name) || spellings.iter().any(|spelling| is_same_city(spelling, name))
}

impl Location {
    /// A location that means the whole country.
    pub fn anywhere_in(country: Country) -> Self {
        Self { country, city: None }
    }

    /// One city of the country, in any spelling that [`is_same_city`] accepts.
    pub fn city(country: Country, city: impl Into<String>) -> Self {
        Self { country, city: Some(city.into()) }
    }

    /// How closely this location, as named in a tariff, matches an actual one: 2 for the same city
    /// in any of these spellings, 1 for the whole country, none for no match.
    pub(crate) fn closeness_to(&self, actual: &Self, cities: &[City]) -> Option<u8> {
        if self.country != actual.country {
            return None;
        }
        match (&self.city, &actual.city) {
            (None, _) => Some(1),
            (Some(named), Some(actual)) => {
                let listed = |city: &&City| city.country == self.country && city.is_named(named);
                let is_same = is_same_city(named, actual)
                    || cities.iter().filter(listed).any(|city| city.is_named(actual));
                is_same.then_some(2)
            }
            (Some(_), None) => None,
        }
    }
}

/// What may come before or after a city's name: abbreviations and words for "city".
const CITY: [&str; 11] =
    ["г", "гор", "город", "м", "місто", "горад", "city", "city of", "gorod", "stadt", "ciudad"];

/// Whether two spellings mean the same city. Ignores case, spaces, hyphens, dots, apostrophes, the
/// diaeresis of `ё` and the breve of `й`, whether precomposed or combining, and a word for "city".
/// Names in other scripts are separate spellings, which shop directories and tariff sheets list.
pub fn is_same_city(one: &str, other: &str) -> bool {
    letters_of(name_of(one)).eq(letters_of(name_of(other)))
}

/// The parts of what people enter as a city, without a postal code: `Тольятти` and `Самарская
/// область` of `445000, Тольятти, Самарская область`.
pub(crate) fn parts_of(city: &str) -> impl Iterator<Item = &str> {
    city.split(',').filter(|part| part.chars().any(char::is_alphabetic))
}

/// A city's name without a word for "city", and without what follows a comma: `Москва` of
/// `г. Москва, Россия`; all of it if nothing is left.
fn name_of(city: &str) -> &str {
    let city = parts_of(city).next().unwrap_or(city);
    let is_between = |c: char| c.is_whitespace() || matches!(c, '.' | ',');
    let trimmed = city.trim_matches(is_between);
    // Most names are one word; a booking compares hundreds of them.
    if !trimmed.contains(is_between) {
        return trimmed;
    }
    let without = CITY.iter().find_map(|word| {
        let start = trimmed.char_indices().nth(word.chars().count()).map(|(at, _)| at)?;
        let (first, rest) = trimmed.split_at(start);
        let comes_first = first.to_lowercase() == *word && rest.starts_with(is_between);
        let end = trimmed.char_indices().rev().nth(word.chars().count() - 1).map(|(at, _)| at)?;
        let (before, last) = trimmed.split_at(end);
        let comes_last = last.to_lowercase() == *word && before.ends_with(is_between);
        let rest = if comes_first { rest } else { before };
        let rest = rest.trim_matches(is_between);
        ((comes_first || comes_last) && !rest.is_empty()).then_some(rest)
    });
    without.unwrap_or(trimmed)
}

fn letters_of(city: &str) -> impl Iterator<Item = char> {
    city.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).map(|c| match c {
        'ё' => 'е',
        'й' => 'и',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_matches_in_different_spellings() {
        assert!(is_same_city("Rostov-on-Don", " rostov on don "));
        assert!(is_same_city("МОГИЛЁВ", "Могилев"));
        assert!(is_same_city("KAZAN'", "Kazan"));
        assert!(is_same_city("Kazan\u{2019}", "kazan"));
        // A letter with its diacritic, precomposed or combining.
        assert!(is_same_city("Нижний Новгород", "НИЖНИИ\u{306}-НОВГОРОД"));
        assert!(is_same_city("Могиле\u{308}в", "Могилев"));
        assert!(is_same_city("г. Москва", "Москва"));
        assert!(is_same_city("Москва г.", "город Москва"));
        assert!(is_same_city("New York City", "new york"));
        assert!(is_same_city("125009, Москва, Россия", "москва"));
        assert!(!is_same_city("Химки, Москва", "Москва"));
        assert!(!is_same_city("Гомель", "омель"));
        assert!(!is_same_city("г.", "Москва"));
        assert!(!is_same_city("Perm", "Omsk"));
        assert!(!is_same_city("", "Omsk"));
    }
}
