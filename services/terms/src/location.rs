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

/// Words for the larger areas in which a city is, as one of the words of their names.
const AREA: [&str; 23] = [
    "край",
    "область",
    "обл",
    "вобласць",
    "республика",
    "респ",
    "рэспубліка",
    "республіка",
    "район",
    "р-н",
    "раён",
    "округ",
    "ао",
    "федерация",
    "krai",
    "kray",
    "oblast",
    "region",
    "republic",
    "district",
    "province",
    "provincia",
    "federation",
];

/// Countries as people name them before or after a city.
const COUNTRY: [&str; 20] = [
    "Россия",
    "РФ",
    "Russia",
    "Rossiya",
    "Беларусь",
    "Белоруссия",
    "Belarus",
    "Украина",
    "Україна",
    "Ukraine",
    "Deutschland",
    "Germany",
    "Германия",
    "España",
    "Spain",
    "Испания",
    "United States",
    "USA",
    "US",
    "США",
];

/// Whether two spellings mean the same city. Ignores case, spaces, hyphens, dots, apostrophes, the
/// diaeresis of `ё` and the breve of `й`, whether precomposed or combining, a word for "city", a
/// postal code, and the region and country next to the city. Names in other scripts are separate
/// spellings, which shop directories and tariff sheets list.
pub fn is_same_city(one: &str, other: &str) -> bool {
    is_same_name(name_of(city_in(one)), name_of(city_in(other)))
}

fn is_same_name(one: &str, other: &str) -> bool {
    letters_of(one).eq(letters_of(other))
}

/// The parts of what people enter as a city, without a postal code: `Тольятти` and `Самарская
/// область` of `445000, Тольятти, Самарская область`.
pub(crate) fn parts_of(city: &str) -> impl Iterator<Item = &str> {
    let parts = city.split([',', ';', '(', ')', '/', '\n']);
    parts.filter(|part| part.chars().any(char::is_alphabetic))
}

/// The same parts, most likely the city first: what comes first and is neither a region nor a
/// country. A region may be named without a word for it: `Татарстан, Казань`.
pub(crate) fn likely_cities(entered: &str) -> impl Iterator<Item = &str> {
    let first = city_in(entered);
    std::iter::once(first).chain(parts_of(entered).filter(move |part| *part != first))
}

/// The part that names the city; all of it if there are no parts.
fn city_in(entered: &str) -> &str {
    let is_city = |part: &&str| !is_area(part) && !is_country(part);
    parts_of(entered).find(is_city).or_else(|| parts_of(entered).next()).unwrap_or(entered)
}

fn is_area(part: &str) -> bool {
    let mut words = part.split(|c: char| c.is_whitespace() || c == '.');
    words.any(|word| AREA.contains(&word.to_lowercase().as_str()))
}

fn is_country(part: &str) -> bool {
    COUNTRY.iter().any(|country| is_same_name(country, part))
}

/// A city's name without a word for "city" and without a postal code: `Москва` of `101000 г.
/// Москва`; all of it if nothing is left.
fn name_of(city: &str) -> &str {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '.' | ',');
    let trimmed = city.trim_matches(is_between);
    // Most names are one word; a booking compares hundreds of them.
    if !trimmed.contains(is_between) {
        return trimmed;
    }
    let trimmed = without_postal_code(trimmed).trim_matches(is_between);
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

fn without_postal_code(name: &str) -> &str {
    let is_code = |word: &str| word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit());
    match (name.split_once(char::is_whitespace), name.rsplit_once(char::is_whitespace)) {
        (Some((code, rest)), _) if is_code(code) => rest,
        (_, Some((rest, code))) if is_code(code) => rest,
        _ => name,
    }
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
    fn the_city_is_the_likeliest_part_and_the_others_follow() {
        let likely = |entered| likely_cities(entered).map(str::trim).collect::<Vec<_>>();
        assert_eq!(likely("Самарская обл., Тольятти"), ["Тольятти", "Самарская обл."]);
        assert_eq!(likely("Татарстан, Казань"), ["Татарстан", "Казань"]);
        assert_eq!(likely("Самарская область"), ["Самарская область"]);
        assert_eq!(likely(""), [""]);
    }

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
        assert!(is_same_city("Москва", "Россия, г. Москва"));
        assert!(is_same_city("Владивосток", "Приморский край, Владивосток"));
        assert!(is_same_city("Владивосток", "690000, РФ, Приморский край, г. Владивосток"));
        assert!(is_same_city("Владивосток", "690000 г. Владивосток (Приморский край)"));
        assert!(is_same_city("Minsk", "Belarus; Minsk Region; Minsk"));
        assert!(!is_same_city("Приморский край, Владивосток", "Приморский край"));
        assert!(!is_same_city("Химки, Москва", "Москва"));
        assert!(!is_same_city("Гомель", "омель"));
        assert!(!is_same_city("г.", "Москва"));
        assert!(!is_same_city("Perm", "Omsk"));
        assert!(!is_same_city("", "Omsk"));
    }
}
