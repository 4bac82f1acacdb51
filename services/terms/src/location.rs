//! Where something is: a country and, where it matters, a city.

use serde::{Deserialize, Serialize};

use crate::Country;

/// A city, or the whole of a country. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The country.
    pub country: Country,
    /// The city; none means anywhere in the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
}

impl Location {
    /// Anywhere in a country.
    pub fn anywhere_in(country: Country) -> Self {
        Self { country, city: None }
    }

    /// A city.
    pub fn city(country: Country, city: impl Into<String>) -> Self {
        Self { country, city: Some(city.into()) }
    }

    /// How closely this place, as a tariff names it, fits where something really is: 2 for the same city,
    /// 1 for the country without a city, nothing for anywhere else.
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

/// Whether two spellings mean one city: case, spaces, hyphens, dots, apostrophes, the dots of `ё` and the breve
/// of `й` are no difference, whether they are written with their letter or after it. Names in other scripts are
/// spellings of their own, which the directories list.
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
    fn a_city_is_known_however_it_is_spelled() {
        assert!(is_same_city("Rostov-on-Don", " rostov on don "));
        assert!(is_same_city("МОГИЛЁВ", "Могилев"));
        assert!(is_same_city("KAZAN'", "Kazan"));
        assert!(is_same_city("Kazan\u{2019}", "kazan"));
        // A letter and its mark, in one character or in two.
        assert!(is_same_city("Нижний Новгород", "НИЖНИИ\u{306}-НОВГОРОД"));
        assert!(is_same_city("Могиле\u{308}в", "Могилев"));
        assert!(!is_same_city("Perm", "Omsk"));
        assert!(!is_same_city("", "Omsk"));
    }
}
