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

impl Location {
    /// A location that means the whole country.
    pub fn anywhere_in(country: Country) -> Self {
        Self { country, city: None }
    }

    /// One city of the country, in any spelling that [`is_same_city`] accepts.
    pub fn city(country: Country, city: impl Into<String>) -> Self {
        Self { country, city: Some(city.into()) }
    }

    /// How closely this location, as named in a tariff, matches an actual one: 2 for the same city,
    /// 1 for the whole country, none for no match.
    pub(crate) fn closeness_to(&self, actual: &Self) -> Option<u8> {
        if self.country != actual.country {
            return None;
        }
        match (&self.city, &actual.city) {
            (None, _) => Some(1),
            (Some(named), Some(actual)) => is_same_city(named, actual).then_some(2),
            (Some(_), None) => None,
        }
    }
}

/// Whether two spellings mean the same city. Ignores case, spaces, hyphens, dots, apostrophes, the
/// diaeresis of `ё` and the breve of `й`, whether precomposed or combining. Names in other scripts
/// are separate spellings, which the shop directories list.
pub fn is_same_city(one: &str, other: &str) -> bool {
    letters_of(one).eq(letters_of(other))
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
        assert!(!is_same_city("Perm", "Omsk"));
        assert!(!is_same_city("", "Omsk"));
    }
}
